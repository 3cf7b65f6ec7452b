"""The watch: reads the segments of another process as they grow, and notes when each record was there."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

POLL = 0.001
_TIME = re.compile(rb'"timeUnixNano":"(\d+)"')
_KIND = re.compile(rb'"training\.kind","value":\{"stringValue":"(\w+)"')
_COUNT = re.compile(rb'"training\.loss\.count","value":\{"intValue":"(\d+)"')


@dataclass
class Watch:
    """What was seen of one program that should write `expected` records."""

    directory: Path
    expected: int
    delays: list[float] = field(default_factory=list)
    """Seconds from a record's time to the look that saw it."""
    counted: int = 0
    """Records that the program itself says it lost."""
    _offsets: dict[Path, int] = field(default_factory=dict)

    @property
    def lost(self) -> int:
        """Records that are nowhere."""
        return self.expected - len(self.delays)

    def follow(self, going: Callable[[], bool]) -> None:
        """Look again and again until the program has ended, and once more."""
        while going():
            self.look()
            time.sleep(POLL)
        self.look()

    def look(self) -> None:
        """Read the whole lines that are new."""
        for path in sorted(self.directory.glob("*.jsonl")):
            offset = self._offsets.get(path, 0)
            if path.stat().st_size > offset:
                self._read(path, offset)

    def _read(self, path: Path, offset: int) -> None:
        with path.open("rb") as file:
            file.seek(offset)
            data = file.read()
        now = time.time_ns()
        whole = data[: data.rfind(b"\n") + 1]
        self._offsets[path] = offset + len(whole)
        for line in whole.splitlines():
            self._see(line, now)

    def _see(self, line: bytes, now: int) -> None:
        kind = _KIND.search(line)
        if kind is None:  # a segment's header
            return
        if kind[1] == b"loss":
            self.counted += int(_COUNT.search(line)[1])
        else:
            self.delays.append((now - int(_TIME.search(line)[1])) / 1e9)
