"""The writing of rows: what was written is what is read, whatever the texts."""

import csv
import hashlib
import json
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otel_training.controls import FORMULA
from otel_training.dataset.check import Check
from otel_training.dataset.draft import draft_of
from otel_training.dataset.parts import write_row
from otel_training.dataset.reading import read_lines
from otel_training.dataset.target import Target, read_target, target_names
from otel_training.dataset.validate import validate
from otel_training.dataset.writing import digest_of, json_line, open_place, open_rows
from tests.dataset.examples import SYSTEM, USER, example

HOSTILE = [
    "a\u2028b\u2029c\u0085d", "\ud800", "\udcff", "a\x00b", "=1+1", '"', "a,b;c\t", "-1", "@SUM(A1)", "\r", "a\r\nb",
    "", " ", "\ufeff", "'", "{insights}", "\\u2028", "\x1b[31m", "＝1", "🙂 日本", "{}", "[", "|",
]  # fmt: skip
TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(), max_size=20))


def written(path: Path, name: str, rows: list[dict[str, Any]], split: str = "") -> None:
    """Write rows."""
    with open_place(path, read_target(name)) as place, open_rows(place, read_target(name)) as write:
        for row in rows:
            write(row, json_line(row), split)


@pytest.mark.parametrize("name", target_names())
@settings(max_examples=25)
@given(prompt=TEXTS, system=TEXTS, answer=TEXTS)
def test_hostile_texts_come_back_as_they_were_or_are_refused(
    tmp_path_factory: pytest.TempPathFactory, name: str, prompt: str, system: str, answer: str
) -> None:
    """A row that the check lets through is one record under every reader, and no cell is a formula."""
    target, path = read_target(name), tmp_path_factory.mktemp("rows") / "f"
    messages = (SYSTEM | {"content": system}, USER | {"content": prompt})
    sample = replace(example(messages, answer, uncorrected="before"), source_content=prompt)
    draft = draft_of(sample, target)
    if isinstance(draft, str):
        return
    row = write_row(draft, target)
    if Check(target).row(row):
        return
    written(path, name, [row])

    assert [row] == [line.row for line in read_lines(path, target)]
    assert {"rows": 1} | ({"labels": 1} if target.has("label") else {}) == {"rows": 1} | validate(path, target).counts
    if target.container == "jsonl":
        assert (1, True) == (len(path.read_text("ascii").splitlines()), path.read_bytes().isascii())
    if target.container == "csv":
        with path.open(newline="", encoding="utf-8") as file:
            cells = [cell for line in csv.reader(file) for cell in line]
        assert [] == [cell for cell in cells if cell.startswith(FORMULA)]


def test_a_file_is_its_owners_alone(tmp_path: Path) -> None:
    """Whatever the container."""
    for name in ("openai", "csv", "parquet", "hf"):
        row = {"prompt": "a", "completion": "b"} if name == "csv" else {"messages": [USER]}
        written(tmp_path / name, name, [row])

    assert [0o600, 0o700, 0o600, 0o600] == [stat.S_IMODE(path.stat().st_mode) for path in sorted(tmp_path.iterdir())]


def stopped(path: Path, target: Target, row: dict[str, Any]) -> None:
    """Write a row, and be stopped."""
    with open_place(path, target) as place, open_rows(place, target) as write:
        write(row, json_line(row), "")
        raise KeyboardInterrupt


@pytest.mark.parametrize("name", ["openai", "csv", "parquet", "hf"])
def test_what_fails_leaves_what_was_there(tmp_path: Path, name: str) -> None:
    """The old file, or none, and nothing beside it."""
    row = {"prompt": "a", "completion": "b"} if name == "csv" else {"messages": [USER]}
    target = read_target(name)
    for before in ([], [tmp_path / "f"]):
        with pytest.raises(KeyboardInterrupt):
            stopped(tmp_path / "f", target, row)
        assert before == list(tmp_path.iterdir())
        written(tmp_path / "f", name, [row])


def test_a_folder_has_a_file_for_each_split(tmp_path: Path) -> None:
    """Rows without a split are the training's."""
    rows = [{"messages": [USER | {"content": str(number)}]} for number in range(2500)]
    with open_place(tmp_path / "f", read_target("hf")) as place, open_rows(place, read_target("hf")) as write:
        for number, row in enumerate(rows):
            write(row, b"", "test" if number == 7 else "")

    lines = list(read_lines(tmp_path / "f", read_target("hf")))
    assert ([rows[7]], 2500) == ([lines[0].row], len(lines))
    assert ["test-00000-of-00001.parquet", "train-00000-of-00001.parquet"] == sorted(
        path.name for path in (tmp_path / "f" / "data").iterdir()
    )


def test_a_line_is_ascii() -> None:
    """With escapes for what cuts a line in two."""
    assert rb'{"a":"\u2028\u0085"}' + b"\n" == json_line({"a": "\u2028\u0085"})
    row = {"a": ["日本 \u2028", "\ud800", "é", "\x7f"], "b": 2**70, "c": None, "d": 1.5}
    assert (row, True, 1) == (json.loads(line := json_line(row)), line.isascii(), line.count(b"\n"))
    assert [b'{"a":1}\n', b'{"a":"\\u00e9"}\n'] == [json_line({"a": 1}), json_line({"a": "é"})]


def test_digests_what_was_written(tmp_path: Path) -> None:
    """All of it, and its bytes."""
    with open_place(tmp_path / "f", read_target()) as place:
        with open_rows(place, read_target()) as write:
            write({}, json_line({}), "")
        assert (hashlib.sha256(b"{}\n").hexdigest(), 3) == digest_of(place)
