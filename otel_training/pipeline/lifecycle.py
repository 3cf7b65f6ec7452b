"""The writer's life in this process: made before it is needed, new after a fork, closed at exit."""

import atexit
import logging
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal
from urllib.parse import quote

from opentelemetry._logs import LoggerProvider

from otel_training import config
from otel_training._turn import Turn
from otel_training.conventions import Loss
from otel_training.events.finisher import Finisher
from otel_training.events.line import Event, header
from otel_training.folder import DataFolder, find_folder, make_folder
from otel_training.pipeline.resource import resource
from otel_training.pipeline.sdk import emitting, stock_provider
from otel_training.privacy.identity import Key, load_key
from otel_training.privacy.rules import Rules, make_rules
from otel_training.record.record import Captured

# Here, not where it is needed first: a child forked while the writer thread imports finds half a module.
from otel_training.shipping.shipper import Shipper, wait_shipped
from otel_training.spool.segments import sweep
from otel_training.spool.writer import Destination, Writer
from otel_training.version import version

_log = logging.getLogger("otel_training")

EXIT_SECONDS: Final = 2.0
_LAST_SECONDS: Final = 0.25
"""What the shipper has at least, where the writer took all the time."""
_LAST: Final = -100
TEST_KEY: Final = Key(b"otel_training.testing")


def _prepare() -> Destination:
    settings = config.settings()
    if _sink is not None:
        return Destination(
            find_folder(settings), settings, b"", Finisher(TEST_KEY, settings.content_limit, _rules(settings)), _sink
        )
    folder = make_folder(find_folder(settings))
    made = Destination(folder, settings, header(resource(folder), version()), finisher(settings, folder))
    made.finisher.turn = Turn()
    provider = _logger_provider or (_stock_provider() if settings.pipeline == "sdk" else None)
    if provider is not None:
        made.emit = emitting(provider)
        return made
    sweep(made.spool)
    if made.ships:
        _start_shipper(made)
    return made


def _start_shipper(destination: Destination) -> None:
    global _shipper  # noqa: PLW0603 - one process has one shipper
    if _shipper is not None:
        # The folder was deleted under us and made anew.
        return
    if not destination.settings.user_key:
        _log.warning(
            "otel_training makes readers' pseudonyms by a key of this folder alone, so that a reader of two "
            "machines counts as two: set the same OTEL_TRAINING_USER_KEY on all of them"
        )
    _shipper = Shipper(destination.folder, destination.settings, _writer.lose)
    _shipper.start()


def _stock_provider() -> LoggerProvider:
    global _logger_provider  # noqa: PLW0603 - one process has one pipeline
    _logger_provider = stock_provider()
    return _logger_provider


def use_logger_provider(provider: LoggerProvider | None) -> None:
    """Send records through this provider instead of the spool; None: into the spool."""
    global _logger_provider  # noqa: PLW0603 - one process has one pipeline
    _logger_provider = provider


def use_sink(sink: Callable[[Event], None] | None) -> None:
    """Hand finished events to this function instead of any disk, with a key that is no secret; None: stop."""
    global _sink  # noqa: PLW0603 - one process has one pipeline
    restart()
    _sink = sink


def current_writer() -> Writer:
    """Return this process's writer."""
    return _writer


def finisher(settings: config.Settings, folder: DataFolder) -> Finisher:
    """Make what finishes records under these settings, with the key of the folder's readers."""
    key = Key(settings.user_key.encode()) if settings.user_key else load_key(folder.key)
    return Finisher(key, settings.content_limit, _rules(settings))


def _rules(settings: config.Settings) -> Rules:
    return make_rules(settings.content, settings.redact_patterns, settings.redact_allow)


_writer = Writer(_prepare)
_shipper: Shipper | None = None
_logger_provider: LoggerProvider | None = None
_sink: Callable[[Event], None] | None = None


def emit(captured: Captured) -> None:
    """Hand a record, or what one is made of, to the writer. Never blocks."""
    _writer.put(captured)


def lose(reason: Loss, count: int = 1) -> None:
    """Count records that could not be made, or not be delivered."""
    _writer.lose(reason, count)


def flush(timeout: float = EXIT_SECONDS) -> bool:
    """Wait until everything captured so far is on disk; with an endpoint, until its receiver accepted it.

    Returns True when that is so, False when `timeout` seconds were not enough, or the disk or the
    receiver refused.
    """
    if not config.settings().enabled:
        return True
    deadline = time.monotonic() + timeout
    return _writer.flush(timeout) and _flush_provider(timeout) and _flush_shipper(deadline)


def _flush_shipper(deadline: float) -> bool:
    shipper = _shipper
    if shipper is None:
        return True
    return _writer.finish(deadline) and wait_shipped(shipper.folder, deadline, shipper.push)


def _flush_provider(timeout: float) -> bool:
    """Flush the SDK's pipeline, too, where records go there; its own answer is not to be trusted."""
    force_flush = getattr(_logger_provider, "force_flush", None)
    return force_flush is None or bool(force_flush(int(timeout * 1000)))


def configure(  # noqa: PLR0913 - one parameter a setting
    *,
    enabled: bool | None = None,
    home: str | os.PathLike[str] | None = None,
    user_key: str | None = None,
    otlp_endpoint: str | None = None,
    otlp_headers: str | Mapping[str, str] | None = None,
    otlp_certificate: str | os.PathLike[str] | None = None,
    otlp_timeout: int | None = None,
    otlp_compression: Literal["none", "gzip", "zstd"] | None = None,
    content: Literal["none", "redacted", "full"] | None = None,
    redact_patterns: str | Iterable[str] | None = None,
    redact_allow: str | Iterable[str] | None = None,
    content_limit: int | None = None,
    max_bytes: int | None = None,
    min_free_bytes: int | None = None,
    max_age_days: int | None = None,
) -> None:
    """Set in code what the environment may set too; an argument wins over its variable.

    Call it before the first capture; a later call finishes what was gathered under the old
    settings first.
    """
    given: dict[str, Any] = {
        "enabled": enabled,
        "home": None if home is None else os.fspath(home),
        "user_key": user_key,
        "otlp_endpoint": otlp_endpoint,
        "otlp_headers": _encoded(otlp_headers),
        "otlp_certificate": None if otlp_certificate is None else os.fspath(otlp_certificate),
        "otlp_timeout": otlp_timeout,
        "otlp_compression": otlp_compression,
        "content": content,
        "redact_patterns": _one_a_line(redact_patterns),
        "redact_allow": _one_a_line(redact_allow),
        "content_limit": content_limit,
        "max_bytes": max_bytes,
        "min_free_bytes": min_free_bytes,
        "max_age_days": max_age_days,
    }
    restart()
    config.override(**given)


def _one_a_line(given: str | Iterable[str] | None) -> str | None:
    return given if given is None or isinstance(given, str) else "\n".join(given)


def _encoded(headers: str | Mapping[str, str] | None) -> str | None:
    if headers is None or isinstance(headers, str):
        return headers
    return ",".join(f"{quote(name)}={quote(value)}" for name, value in headers.items())


def restart() -> None:
    """Close writer and shipper and take new ones, so that settings are read anew."""
    global _writer, _shipper  # noqa: PLW0603 - one process has one of each
    old, _writer = _writer, Writer(_prepare)
    _close(old)
    _shipper = None


def _close(writer: Writer) -> None:
    """Bring what was captured to the disk, then ship what the rest of the time allows."""
    deadline = time.monotonic() + EXIT_SECONDS
    writer.close(EXIT_SECONDS)
    if _shipper is None:
        return
    _shipper.close(max(_LAST_SECONDS, deadline - time.monotonic()))
    if writer.losses.fresh():
        # Counted by the shipper after the writer had ended.
        writer.close(_LAST_SECONDS)


def _after_fork_in_child() -> None:
    global _writer, _shipper  # noqa: PLW0603 - one process has one of each
    _writer.abandon()
    _writer = Writer(_prepare)
    if _shipper is not None:
        _shipper.abandon()
        _shipper = None
    util = sys.modules.get("multiprocessing.util")
    if util is not None:
        # Children of `multiprocessing` end by `os._exit`, which runs finalizers and no `atexit`; the
        # registry of finalizers is emptied after this hook, so register when that is done.
        util.register_after_fork(_writer, lambda writer: util.Finalize(writer, _at_exit, exitpriority=_LAST))


def _at_exit() -> None:
    _close(_writer)
    _flush_provider(EXIT_SECONDS)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
atexit.register(_at_exit)
