"""Reading segments: whole lines, from any place on."""

from pathlib import Path

import pytest

from otel_training.spool.reading import Lines, read_lines
from otel_training.spool.segments import open_segment


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A segment of which a power loss cut the last line."""
    segment = tmp_path / "1.jsonl"
    segment.write_bytes(b"header\naa\nbbbb\ncc\ndd")
    return segment


def test_leaves_out_a_line_without_an_end(path: Path) -> None:
    """The whole lines are known without reading them all; what is torn is counted in bytes."""
    assert Lines(path, b"header\n", start=7, end=18, torn=2, is_finished=True) == read_lines(path)


def test_begins_where_an_earlier_look_ended(path: Path) -> None:
    """Of a segment that was read before only the rest is left."""
    assert b"bbbb\ncc\n" == read_lines(path, 10).read()


@pytest.mark.parametrize(
    ("limit", "blocks"),
    [(1, [b"aa\n", b"bbbb\n", b"cc\n"]), (4, [b"aa\n", b"bbbb\n", b"cc\n"]), (9, [b"aa\nbbbb\n", b"cc\n"])],
)
def test_blocks_end_with_lines(path: Path, limit: int, blocks: list[bytes]) -> None:
    """However small a block is asked for, no line is cut."""
    assert blocks == list(read_lines(path).blocks(limit))


@pytest.mark.parametrize("limit", [1, 4, 100])
def test_chunks_cut_anywhere(path: Path, limit: int) -> None:
    """Pieces of a fixed size, which together are the lines."""
    chunks = list(read_lines(path).chunks(limit))

    assert (b"aa\nbbbb\ncc\n", limit) == (b"".join(chunks), max(limit, *map(len, chunks)))


def test_a_segment_is_finished_when_its_writer_is_gone(tmp_path: Path) -> None:
    """While somebody may append to it there may be more lines at the next look."""
    segment = open_segment(tmp_path, b"header\n")
    while_open = read_lines(segment.path).is_finished
    segment.close()

    assert (False, True) == (while_open, read_lines(segment.path).is_finished)
