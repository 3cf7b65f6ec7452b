"""The spool: the sink on this machine's disk, a folder of segments that one reader drains or ships."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from otel_training.config import Settings
from otel_training.events.event import Event
from otel_training.events.finisher import Finisher
from otel_training.events.line import to_line
from otel_training.folder import DataFolder
from otel_training.spool.segments import ROLL_BYTES, Segment, open_segment, read_backlog, sweep

LOOK_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class ReadyFolder:
    """A data folder that is ready to be written to."""

    folder: DataFolder
    header: bytes
    finisher: Finisher


@dataclass(slots=True, eq=False)
class Spool:
    """Appends events as lines to a segment of its own; never two threads at once."""

    settings: Settings
    make_folder_ready: Callable[[], ReadyFolder]  # makes the data folder; raises where it cannot be made
    _ready: ReadyFolder | None = None
    _segment: Segment | None = None
    _lines: list[bytes] = field(default_factory=list)
    _has_space: bool = True
    _looked_at: float = 0.0

    def prepare(self) -> Finisher:
        """Make the folder at the first event, and anew after somebody deleted it under us."""
        if self._segment is not None and time.monotonic() - self._looked_at > LOOK_SECONDS:
            self._leave_deleted()
        return self._ready_folder().finisher

    def has_space(self) -> bool:
        # A look once a second.
        if time.monotonic() - self._looked_at > LOOK_SECONDS:
            self._looked_at = time.monotonic()
            folder, settings = self._ready_folder().folder, self.settings
            # With an endpoint the shipper keeps the bound: the oldest go, capture goes on.
            is_within = self.ships or read_backlog(folder.local).bytes < settings.max_bytes
            self._has_space = is_within and _free_bytes(folder.path) >= settings.min_free_bytes
        return self._has_space

    @property
    def ships(self) -> bool:
        """Whether segments are shipped to an endpoint."""
        return bool(self.settings.otlp_endpoint)

    @property
    def directory(self) -> Path:
        """Where segments are written."""
        folder = self._ready_folder().folder
        return folder.ship if self.ships else folder.local

    @property
    def unwritten(self) -> int:
        return len(self._lines)

    def add(self, events: Sequence[Event]) -> int:
        lines = [to_line(event) for event in events]
        self._lines += lines
        return sum(map(len, lines))

    def write(self, losses: Sequence[Event]) -> None:
        data = b"".join([*self._lines, *map(to_line, losses)])
        if not data:
            return
        try:
            self._open().append(data)
        except FileNotFoundError:
            # Somebody deleted the folder under us: the next attempt finds a new one.
            self._leave_deleted()
            raise
        self._lines.clear()

    def discard(self) -> None:
        self._lines.clear()

    def flush(self, timeout: float) -> bool:  # noqa: ARG002 - a disk takes the time that it takes
        if self._segment is not None:
            self._segment.sync()
        return True

    def sync_when_idle(self) -> None:
        if self._segment is None:
            return
        self._segment.sync()
        if self._may_ship(self._segment):
            self.finish()

    def finish(self) -> None:
        segment, self._segment = self._segment, None
        if segment is not None:
            segment.close()

    def leave_to_parent(self) -> None:
        """Close an inherited segment in a forked child, leaving the parent's lock and lines."""
        segment, self._segment = self._segment, None
        if segment is not None:
            segment.close_file()

    def _ready_folder(self) -> ReadyFolder:
        if self._ready is None:
            self._ready = self.make_folder_ready()
            sweep(self.directory)
        return self._ready

    def _open(self) -> Segment:
        if self._segment is not None and (self._segment.size >= ROLL_BYTES or self._may_ship(self._segment)):
            self.finish()
        if self._segment is None:
            if not self._ready_folder().folder.path.is_dir():
                self._ready = None
            self._segment = open_segment(self.directory, self._ready_folder().header)
        return self._segment

    def _may_ship(self, segment: Segment) -> bool:
        return self.ships and segment.may_ship()

    def _leave_deleted(self) -> None:
        """Close a segment whose folder somebody deleted, and make the folder anew."""
        if self._segment is not None and not self._segment.path.exists():
            self.finish()
            self._ready = None


def _free_bytes(path: Path) -> int:
    """Return how much room a disk has; `shutil`, which says so too, loads three compressors."""
    disk = os.statvfs(path)
    return disk.f_bavail * disk.f_frsize
