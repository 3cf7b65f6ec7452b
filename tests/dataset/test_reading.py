"""The reading of rows: what cannot be read is named with its line, and the next is read."""

from pathlib import Path

import pytest

from otel_training.dataset import reading
from otel_training.dataset.reading import read_lines
from otel_training.dataset.target import read_target
from otel_training.dataset.writing import open_place, open_rows

GOOD = b'{"a": 1}\n'
BROKEN = [
    (b"\xef\xbb\xbf{}\n", "utf8"),
    (b'{"a": "\xff"}\n', "utf8"),
    (b"\n", "blank"),
    (b"  \r\n", "blank"),
    (b'{"a": 1, "a": 2}\n', "unreadable"),
    (b'{"a": NaN}\n', "unreadable"),
    (b'{"a": Infinity}\n', "unreadable"),
    (b"{'a': 1}\n", "unreadable"),
    (b'{"a": 1} {"a": 2}\n', "unreadable"),
    (b"[" * 100_000 + b"\n", "unreadable"),
    ('{"a": "\u2028"}\n'.encode(), "line_end"),
    ('{"a": "\u0085"}\n'.encode(), "line_end"),
]


def rules(path: Path, name: str = "openai") -> list[tuple[int, str]]:
    """The number and the rule of each line, or its row."""
    return [
        (line.number, line.problem.rule if line.problem else str(line.row))
        for line in read_lines(path, read_target(name))
    ]


@pytest.mark.parametrize(("line", "rule"), BROKEN, ids=[f"{rule}-{at}" for at, (_, rule) in enumerate(BROKEN)])
def test_a_broken_line_is_named_and_the_next_is_read(tmp_path: Path, line: bytes, rule: str) -> None:
    """Lines of JSON."""
    (tmp_path / "f").write_bytes(line + GOOD)

    assert [(1, rule), (2, "{'a': 1}")] == rules(tmp_path / "f")


def test_a_last_line_without_an_end(tmp_path: Path) -> None:
    """A whole row is one; half of it is not."""
    (tmp_path / "f").write_bytes(GOOD + GOOD[:-1])
    assert [(1, "{'a': 1}"), (2, "{'a': 1}")] == rules(tmp_path / "f")
    (tmp_path / "f").write_bytes(GOOD + GOOD[:4])

    (_, last) = read_lines(tmp_path / "f", read_target())
    assert last.problem is not None
    assert last.problem.text.endswith(", and has no end")


def test_a_line_longer_than_any_row_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is never held in memory."""
    monkeypatch.setattr(reading, "_LONGEST", 16)
    (tmp_path / "f").write_bytes(b'{"a": "' + b"x" * 50 + b'"}\n' + GOOD)

    assert [(1, "unreadable"), (2, "{'a': 1}")] == rules(tmp_path / "f")


def test_tables(tmp_path: Path) -> None:
    """Cells with line ends, cells too many, bytes that are no UTF-8."""
    (tmp_path / "f").write_bytes(b'system,prompt,completion\n,"a\nb",c\n,a,b,c\n,\xff,c\n,"a"b,c\n')

    lines = [
        (line.number, line.row, line.problem and line.problem.rule)
        for line in read_lines(tmp_path / "f", read_target("csv"))
    ]
    assert [
        (3, {"system": "", "prompt": "a\nb", "completion": "c"}, None),
        (4, {"system": "", "prompt": "a", "completion": "b", "None": ["c"]}, None),
        (5, {"system": "", "prompt": "\udcff", "completion": "c"}, None),
        (6, None, "unreadable"),
    ] == lines


@pytest.mark.parametrize("at", [0, 4, 20, 60, -20, -8])
def test_a_file_that_is_no_parquet(tmp_path: Path, at: int) -> None:
    """One finding, wherever it is damaged."""
    target = read_target("parquet")
    with open_place(tmp_path / "f", target) as place, open_rows(place, target) as write:
        write({"messages": [{"role": "user", "content": "a"}]}, b"", "")
    damaged = bytearray((tmp_path / "f").read_bytes())
    damaged[at : at + 8 or None] = b"\xff" * 8
    (tmp_path / "f").write_bytes(damaged)

    assert [(1, "unreadable")] == rules(tmp_path / "f", "parquet")
