"""Segments against a model of them: whatever happens, in whatever order, each whole line is read once and in order."""

import contextlib
import os
import resource
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from otel_training.shipping.request import DamagedError, opening
from otel_training.spool.reading import finished_segments, read_lines
from otel_training.spool.segments import Segment, open_segment, segment_paths, sweep
from otel_training.store.drain import Position, _blocks

pytestmark = pytest.mark.slow

HEADER = b'{"resource":{},"scope":{},"schemaUrl":""}\n'
SIZES = st.lists(st.integers(0, 300) | st.just(5000), min_size=1, max_size=5)
ROOM = st.none() | st.integers(0, 400)


@contextlib.contextmanager
def room(size: int | None) -> Iterator[None]:
    """Let no file grow beyond a size: the kernel writes what fits, then refuses, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        if size is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


class Segments(RuleBasedStateMachine):
    """A folder of segments; `written` is what each holds, `taken` what was read of it."""

    held = Bundle("held")
    dead = Bundle("dead")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.written: dict[Path, list[bytes]] = {}
        self.taken: dict[Path, list[bytes]] = {}
        self.live: dict[Path, Segment] = {}
        self.torn: set[Path] = set()
        self.positions: dict[Path, Position] = {}
        self.left: set[Path] = set()
        self.number = 0

    @initialize(reader=st.sampled_from(["drain", "ship"]))
    def choose(self, reader: str) -> None:
        self.read = getattr(self, reader)

    @rule(target=held, size=ROOM)
    def start(self, size: int | None) -> object:
        """Open a segment, where the disk lets it."""
        if size is not None and size < len(HEADER):
            with room(size), contextlib.suppress(OSError):
                open_segment(self.folder, HEADER)
                raise AssertionError
            return multiple()
        segment = open_segment(self.folder, HEADER)
        self.written[segment.path], self.taken[segment.path], self.live[segment.path] = [], [], segment
        return segment.path

    @rule(path=held, sizes=SIZES, left=ROOM)
    def append(self, path: Path, sizes: list[int], left: int | None) -> None:
        """Append some lines: all, or none where the disk takes fewer bytes."""
        lines = [self.line(size) for size in sizes]
        data, segment = b"".join(lines), self.live[path]
        with room(None if left is None else segment.size + left):
            try:
                segment.append(data)
            except OSError:
                assert left is not None
                assert left < len(data)
                return
        assert left is None or left >= len(data)
        self.written[path] += lines

    @rule(target=held, path=consumes(held))
    def roll(self, path: Path) -> Path:
        """Finish a segment and go on in the next."""
        self.live.pop(path).close()
        return self.start(None)  # type: ignore[return-value]

    @rule(target=dead, path=consumes(held))
    def die(self, path: Path) -> Path:
        """End as by `kill -9`: the kernel closes the file."""
        self.live.pop(path).close_file()
        return path

    @rule(path=consumes(dead), lost=st.integers(1, 700))
    def tear(self, path: Path, lost: int) -> None:
        """Lose the last bytes, as by a power loss, where they were not read before."""
        if not path.exists() or self.taken[path]:
            return
        size = max(0, path.stat().st_size - lost)
        os.truncate(path, size)
        whole = path.read_bytes().splitlines(keepends=True)
        self.torn.add(path)
        kept = [line for line in whole[1:] if line.endswith(b"\n")]
        assert self.written[path][: len(kept)] == kept
        self.written[path] = kept

    @rule(path=held)
    def fork(self, path: Path) -> None:
        """A child lets go of what it inherited; the parent's segment stays held."""
        child = os.fork()
        if not child:
            self.live[path].close_file()
            os.kill(os.getpid(), signal.SIGKILL)
        os.waitpid(child, 0)
        assert path not in finished_segments(self.folder)

    @rule(path=consumes(held))
    def delete(self, path: Path) -> None:
        """Somebody deletes a segment under its writer, which learns of it."""
        path.unlink()
        segment = self.live.pop(path)
        with contextlib.suppress(FileNotFoundError):
            segment.append(self.line(0))
            raise AssertionError
        segment.close()
        self.written[path] = list(self.taken[path])
        self.positions.pop(path, None)

    @rule(is_old=st.booleans())
    def leave(self, *, is_old: bool) -> None:
        """Die before the segment has its name."""
        path = self.folder / f"{len(self.left)}-{self.number}.jsonl.new"
        path.write_bytes(HEADER)
        if is_old:
            os.utime(path, (1, 1))
        else:
            self.left.add(path)

    @rule()
    def sweep(self) -> None:
        """What dead writers left goes, what a live one is just making stays."""
        sweep(self.folder)
        assert self.left == set(self.folder.glob("*.new"))

    @rule()
    def take(self) -> None:
        """Read what there is, and delete what is finished."""
        self.read()

    def drain(self) -> None:
        for path in segment_paths(self.folder):
            position = self.positions.setdefault(path, Position(path))
            position.is_finished = False
            for block in _blocks(position):
                self.taken[path] += block.splitlines(keepends=True)
            if position.is_finished:
                assert path not in self.live
                path.unlink()

    def ship(self) -> None:
        for path in finished_segments(self.folder):
            with contextlib.suppress(DamagedError):
                lines = read_lines(path)
                opening(lines.header)
                self.taken[path] += lines.read().splitlines(keepends=True)
            path.unlink()

    @invariant()
    def whole(self) -> None:
        """On disk is what was written, whole, and nobody takes what a writer holds."""
        there = [path for path in self.written if path.exists()]
        assert there == segment_paths(self.folder)
        assert set(there) - set(self.live) == set(finished_segments(self.folder))
        for path in there:
            content = path.read_bytes()
            expected = HEADER + b"".join(self.written[path])
            if path in self.torn:
                assert expected.startswith(content[: len(expected)])
            else:
                assert expected == content
        for path, taken in self.taken.items():
            assert self.written[path][: len(taken)] == taken

    def teardown(self) -> None:
        """Once all have ended, everything was read once and in order."""
        for segment in self.live.values():
            segment.close_file()
        self.live.clear()
        if hasattr(self, "read"):
            self.read()
        assert self.written == self.taken
        shutil.rmtree(self.folder)

    def line(self, size: int) -> bytes:
        """A line like no other."""
        self.number += 1
        return b'{"n":%d,"x":"%b"}\n' % (self.number, b"x" * size)


def test_every_whole_line_is_read_once_and_in_order() -> None:
    """Appends, refusals, rolls, kills, power losses, forks, deletions and sweeps, in any order."""
    run_state_machine_as_test(Segments, settings=settings(max_examples=60, stateful_step_count=40, deadline=None))
