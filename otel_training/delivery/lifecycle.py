"""The writer's life in this process: made before it is needed, new after a fork, closed at exit."""

import atexit
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any, Final, Literal

from opentelemetry._logs import LoggerProvider

from otel_training import config
from otel_training.conventions import Loss
from otel_training.delivery.content import Finisher
from otel_training.delivery.line import Event, header
from otel_training.delivery.record import Captured
from otel_training.delivery.resource import resource
from otel_training.delivery.sdk import emitting, stock_provider
from otel_training.delivery.segments import sweep
from otel_training.delivery.writer import Destination, Writer
from otel_training.folder import DataFolder, find_folder, make_folder
from otel_training.privacy.identity import Key, load_key
from otel_training.privacy.rules import Rules, make_rules
from otel_training.privacy.turn import Turn
from otel_training.version import version

EXIT_SECONDS: Final = 2.0
_LAST: Final = -100
TEST_KEY: Final = Key(b"otel_training.testing")


def _prepare() -> Destination:
    settings = config.settings()
    if _sink is not None:
        return Destination(
            find_folder(settings), settings, b"", Finisher(TEST_KEY, settings.content_limit, _rules(settings)), _sink
        )
    folder = make_folder(find_folder(settings))
    sweep(folder.local)
    made = Destination(folder, settings, header(resource(folder), version()), finisher(settings, folder))
    made.finisher.turn = Turn()
    provider = _logger_provider or (_stock_provider() if settings.pipeline == "sdk" else None)
    if provider is not None:
        made.emit = emitting(provider)
    return made


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
_logger_provider: LoggerProvider | None = None
_sink: Callable[[Event], None] | None = None


def emit(captured: Captured) -> None:
    """Hand a record, or what one is made of, to the writer. Never blocks."""
    _writer.put(captured)


def lose(reason: Loss) -> None:
    """Count a record that could not be made."""
    _writer.lose(reason)


def flush(timeout: float = EXIT_SECONDS) -> bool:
    """Wait until everything captured so far is on disk.

    Returns True when it is, False when `timeout` seconds were not enough or the disk refused.
    """
    if not config.settings().enabled:
        return True
    return _writer.flush(timeout) and _flush_provider(timeout)


def _flush_provider(timeout: float) -> bool:
    """Flush the SDK's pipeline, too, where records go there; its own answer is not to be trusted."""
    force_flush = getattr(_logger_provider, "force_flush", None)
    return force_flush is None or bool(force_flush(int(timeout * 1000)))


def configure(  # noqa: PLR0913 - one parameter a setting
    *,
    enabled: bool | None = None,
    home: str | os.PathLike[str] | None = None,
    user_key: str | None = None,
    content: Literal["none", "redacted", "full"] | None = None,
    redact_patterns: str | Iterable[str] | None = None,
    redact_allow: str | Iterable[str] | None = None,
    content_limit: int | None = None,
    max_bytes: int | None = None,
    min_free_bytes: int | None = None,
) -> None:
    """Set in code what the environment may set too; an argument wins over its variable.

    Call it before the first capture; a later call finishes what was gathered under the old
    settings first.
    """
    given: dict[str, Any] = {
        "enabled": enabled,
        "home": None if home is None else os.fspath(home),
        "user_key": user_key,
        "content": content,
        "redact_patterns": _one_a_line(redact_patterns),
        "redact_allow": _one_a_line(redact_allow),
        "content_limit": content_limit,
        "max_bytes": max_bytes,
        "min_free_bytes": min_free_bytes,
    }
    restart()
    config.override(**given)


def _one_a_line(given: str | Iterable[str] | None) -> str | None:
    return given if given is None or isinstance(given, str) else "\n".join(given)


def restart() -> None:
    """Close the writer and take a new one, so that settings are read anew."""
    global _writer
    old, _writer = _writer, Writer(_prepare)
    old.close(EXIT_SECONDS)


def _after_fork_in_child() -> None:
    global _writer  # noqa: PLW0603 - one process has one writer
    _writer.abandon()
    _writer = Writer(_prepare)
    util = sys.modules.get("multiprocessing.util")
    if util is not None:
        # Children of `multiprocessing` end by `os._exit`, which runs finalizers and no `atexit`; the
        # registry of finalizers is emptied after this hook, so register when that is done.
        util.register_after_fork(_writer, lambda writer: util.Finalize(writer, _at_exit, exitpriority=_LAST))


def _at_exit() -> None:
    _writer.close(EXIT_SECONDS)
    _flush_provider(EXIT_SECONDS)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
atexit.register(_at_exit)
