"""The pipeline: settings, a writer with its sink, and a shipper where there is an endpoint."""

import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from opentelemetry import trace
from opentelemetry._logs import LoggerProvider
from opentelemetry.trace import Tracer, TracerProvider

from otel_training import conventions as names
from otel_training._turn import Turn
from otel_training.config import Settings
from otel_training.errors import FolderError, FolderRefusedError
from otel_training.events.finisher import Finisher
from otel_training.events.line import to_header
from otel_training.folder import DataFolder, find_folder, make_folder
from otel_training.pipeline.resource import resource
from otel_training.privacy.identity import Key, load_key
from otel_training.privacy.rules import make_rules
from otel_training.spool.ending import write_all
from otel_training.spool.loss_file import add_losses, make_loss_file
from otel_training.spool.losses import by_reason
from otel_training.spool.spool import ReadyFolder, Spool
from otel_training.spool.writer import LATE_SECONDS, Writer
from otel_training.version import __version__
from otel_training.warning import warn_once

if TYPE_CHECKING:
    from otel_training.shipping.shipper import Shipper
    from otel_training.spool.sink import Sink

_log = logging.getLogger("otel_training")

EXIT_SECONDS: Final = 2.0  # how long the program's end is put off for a receiver
_LAST_SECONDS: Final = 0.25  # what the shipper has at least, where the writer took all the time


@dataclass(slots=True, eq=False)
class Pipeline:
    """Everything that a process captures with, from the queue to the receiver; replaced, never changed."""

    settings: Settings
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """What was set in code: it stays set when something else is set later."""
    logger_provider: LoggerProvider | None = None  # the host's: records go through it instead of the spool
    tracer_provider: TracerProvider | None = None  # what spans are started by; by default the global one
    make_sink: "Callable[[Settings], Sink] | None" = None
    """Where records go instead of the spool and any provider: for tests, which need no disk."""
    writer: Writer = field(init=False)
    _folder: DataFolder | None = field(init=False, default=None)
    """The folder of its first record, kept: the program may change its working directory."""
    gathered_in: DataFolder | None = field(init=False, default=None)
    """Where those gathered that it replaced."""
    _shipper: "Shipper | None" = field(init=False, default=None)
    _tracer: Tracer | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Make the writer; its thread, the folder and the shipper come with the first record."""
        if self.settings.otlp_endpoint:
            # Not where it is needed first: a child forked while the writer thread imports finds half a module.
            import_module("otel_training.shipping.shipper")
        self.writer = Writer(self._choose_sink() if self.make_sink is None else self.make_sink(self.settings))

    @property
    def folder(self) -> DataFolder | None:
        """Where it gathers; where those did that it replaced, as long as it captured nothing."""
        return self._folder or self.gathered_in

    def tracer(self) -> Tracer:
        """Return our tracer, asking the provider only once: that takes as long as a span."""
        if self._tracer is None:
            provider = self.tracer_provider or trace.get_tracer_provider()
            self._tracer = provider.get_tracer(names.SCOPE, __version__, names.SCHEMA_URL)
        return self._tracer

    def flush(self, timeout: float) -> bool:
        """Wait until everything captured so far is on disk; with an endpoint, until its receiver accepted it."""
        if not self.settings.enabled:
            return True
        deadline = time.monotonic() + timeout
        return self.writer.flush(timeout) and self._wait_shipped(deadline)

    def write_out(self, *, is_last: bool) -> bool:
        """Write everything captured so far, however long it takes within reason; return whether all is in its place.

        At the end of a program that may be killed right after, `is_last`, it then waits a moment for the receiver.
        """
        deadline = time.monotonic() + EXIT_SECONDS
        return write_all(self.writer) and (not is_last or self._wait_shipped(deadline))

    def close(self) -> None:
        """Write what was captured, ship what the time allows, and count what is left as lost."""
        began = time.monotonic()
        try:
            write_all(self.writer)
        finally:
            # By Ctrl-C, too: who does not want to wait still learns how much that loses.
            self._end_writer()
        if self._shipper is not None:
            self._shipper.close(max(_LAST_SECONDS, began + EXIT_SECONDS - time.monotonic()))
            # Counted by the shipper after the writer had ended.
            self._end_writer()

    def _end_writer(self) -> None:
        self.writer.stop(LATE_SECONDS)
        if left := self.writer.give_up():
            _log.warning("otel_training: records that could not be written before the program's end: %d", left)
        self.writer.finish_segment(time.monotonic() + LATE_SECONDS)
        self._keep_losses()

    def leave_to_parent(self) -> None:
        """Close what a forked child inherited, and leave it to the parent."""
        self.writer.sink.leave_to_parent()
        if self._shipper is not None:
            self._shipper.leave_to_parent()

    def _wait_shipped(self, deadline: float) -> bool:
        shipper = self._shipper
        if shipper is None:
            return True
        from otel_training.shipping.shipper import wait_shipped

        return self.writer.finish_segment(deadline) and wait_shipped(shipper.folder, deadline, shipper.push)

    def _keep_losses(self) -> None:
        """Keep the counts that no segment took."""
        losses = self.writer.losses
        if not (counts := losses.unreported()) or self.make_sink is not None:
            return
        try:
            add_losses((self._folder or make_folder(find_folder(self.settings))).losses, by_reason(counts))
            losses.mark_reported(counts)
        except FolderRefusedError:
            pass  # the writer named it
        except (OSError, FolderError) as error:
            _log.warning("otel_training cannot even write how many records it lost (%s)", error)

    def _choose_sink(self) -> "Sink":
        if self.logger_provider is not None or self.settings.pipeline == "sdk":
            return _logger_sink(self.logger_provider, self.settings)
        return Spool(self.settings, self._make_folder_ready)

    def _make_folder_ready(self) -> ReadyFolder:
        """Make the data folder, on the writer thread at the first record, and start the shipper where one is needed."""
        folder = self._folder = make_folder(self._folder or find_folder(self.settings))
        if (before := self.gathered_in) is not None and before != folder and not self.settings.home:
            warn_once(
                "otel_training gathered in %s and now gathers in %s, as the working directory has changed: set "
                "OTEL_TRAINING_HOME to one of them, since a command sees one alone",
                before.path, folder.path,
            )  # fmt: skip
        make_loss_file(folder.losses)
        finisher = _finisher_beside_threads(self.settings, folder)
        # Not again where the folder was deleted under us and made anew.
        if self.settings.otlp_endpoint and self._shipper is None:
            self._shipper = _start_shipper(self, folder)
        return ReadyFolder(folder, to_header(resource(folder), __version__), finisher)


def make_finisher(settings: Settings, folder: DataFolder) -> Finisher:
    """Make the finisher of these settings, with the folder's key of pseudonyms."""
    key = Key(settings.user_key.encode("utf-8", "surrogatepass")) if settings.user_key else load_key(folder.key)
    return finisher_of(settings, key)


def has_key(settings: Settings, folder: DataFolder) -> bool:
    """Whether a setting gives a key of pseudonyms, or the folder has one."""
    return bool(settings.user_key) or folder.key.exists()


def read_finisher(settings: Settings, folder: DataFolder) -> Finisher:
    """Make the finisher of who records nothing: where there is no key, by one that nobody has, instead of making it."""
    if has_key(settings, folder):
        return make_finisher(settings, folder)
    return finisher_of(settings, Key(os.urandom(32)))


def finisher_of(settings: Settings, key: Key) -> Finisher:
    """Make the finisher of these settings with a given key."""
    rules = make_rules(settings.content, settings.redact_patterns, settings.redact_allow)
    return Finisher(key, settings.content_limit, rules)


def _finisher_beside_threads(settings: Settings, folder: DataFolder) -> Finisher:
    return replace(make_finisher(settings, folder), turn=Turn())


def _logger_sink(provider: LoggerProvider | None, settings: Settings) -> "Sink":
    from otel_training.pipeline.sdk import emitter, flush_provider, stock_provider
    from otel_training.spool.sink import EmittingSink

    prepare = cache(lambda: _finisher_beside_threads(settings, make_folder(find_folder(settings))))
    provider = provider or stock_provider()
    return EmittingSink(prepare, emitter(provider), partial(flush_provider, provider))


def _start_shipper(pipeline: Pipeline, folder: DataFolder) -> "Shipper":
    from otel_training.shipping.shipper import Shipper

    if not pipeline.settings.user_key:
        _log.warning(
            "otel_training makes readers' pseudonyms by a key of this folder alone, so that a reader of two "
            "machines counts as two: set the same OTEL_TRAINING_USER_KEY on all of them"
        )
    shipper = Shipper(folder, pipeline.settings, pipeline.writer.lose)
    shipper.start()
    return shipper
