"""Whatever a file holds: a sentence for what cannot be read, never an error, and all that can be is read."""

import gzip
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest

from otel_training.folder import DataFolder, make_folder
from otel_training.imports.files import Imported, import_files
from otel_training.pipeline import process
from otel_training.pipeline.pipeline import make_finisher
from tests.imports.test_bedrock import CALLS, LLAMA
from tests.imports.test_langfuse import ALONE, GENERATION, SCORES, TRACE
from tests.imports.test_old_logs import EXTRACTION, FEEDBACK, LINK
from tests.imports.test_otlp import FORMS, request

pytestmark = pytest.mark.slow

OTLP: Final = request(*(s for f, _ in FORMS.values() for s in f), logs=[s for _, f in FORMS.values() for s in f])
ROWS: Final[list[Any]] = [*CALLS, LLAMA, TRACE, ALONE, GENERATION, *SCORES, *OTLP, EXTRACTION, FEEDBACK, LINK]
ODD: Final[list[Any]] = [
    None, True, -1, 0, 2**70, 1e308, "", "a\0\udcf6", "[[[", "9" * 400, [], [[]], [None], {}, {"a": {}}, [{}] * 3,
    "2026-13-01", "[1,", {"text": 5}, {"stringValue": 7}, {"arrayValue": 3}, {"arrayValue": {"values": 5}},
]  # fmt: skip


@pytest.fixture
def read(folder: DataFolder, tmp_path: Path) -> Any:
    """Import bytes as a file, without a store."""
    finisher, path = make_finisher(process.settings(), make_folder(folder)), tmp_path / "file"

    def run(content: bytes) -> Imported:
        path.write_bytes(content)
        return import_files([path], folder, finisher)

    return run


def odd(node: Any, chance: random.Random) -> Any:
    """Return a value in which something is another than it should be."""
    if chance.random() < 0.02:
        return chance.choice(ODD)
    if isinstance(node, dict):
        return {key: odd(each, chance) for key, each in node.items() if chance.random() > 0.01}
    return [odd(each, chance) for each in node] if isinstance(node, list) else node


def test_a_value_of_another_type_is_none(read: Any) -> None:
    """Wrong types, huge numbers, lacking and unknown fields anywhere: no error, and whoever is whole is read."""
    chance, records = random.Random(7), Counter[str]()
    for _ in range(50):
        done = read(json.dumps([odd({**row, "unknown": [1]}, chance) for row in ROWS]).encode())
        records += done.records
        assert [] == [each for each in done.unreadable if len(each.reason) > 120 or "\n" in each.reason]

    assert (True, True, True) == (records["extraction"] > 500, records["llm_call"] > 400, records["score"] > 100)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "zipped"])
@pytest.mark.parametrize("indent", [None, 1], ids=["lines", "wide list"])
def test_a_file_that_is_cut_gives_what_it_holds(pack: Any, indent: Any, read: Any) -> None:
    """Cut anywhere: what is before is read, and one sentence names the place."""
    if indent is None:
        whole = "".join(json.dumps(row) + "\n" for row in CALLS).encode()
    else:
        whole = json.dumps(CALLS, indent=indent).encode()
    packed = pack(whole)
    for share in (0.3, 0.6, 0.9):
        cut = packed[: int(len(packed) * share)]
        done = read(cut)
        calls = cut.count(b"schemaType") - 1 if pack is bytes else done.records["llm_call"]
        assert (1, calls) == (len(done.unreadable), done.records["llm_call"])


@pytest.mark.parametrize(
    ("content", "reasons"),
    [
        (b"", []),
        (b"\n \n", []),
        (b"[]", []),
        (b"{}", ["is of no format"]),
        (b'[1, "a", null, [{"a": ', ["is no JSON object"] * 3 + ["is where the file is cut or damaged"]),
        (b"\xff\xfe" + "[1]".encode("utf-16-le"), ["is no JSON object"]),
        (b"PK\x03\x04 a zip", ["is no JSON (unexpected end of data)"]),
        (b"[" * 100_000, []),
        (b'{"a":' * 100_000, ["is no JSON (no text)"]),
        (b'{"data": [' * 240 + b"1" + b"]}" * 240, []),
        (
            b'{"resourceLogs": [{"resource": {"attributes": [{"key": "a", "value": '
            + b'{"arrayValue": {"values": [' * 150
            + b"1"
            + b"]}}" * 150
            + b"}]}}]}",
            [],
        ),
        (b'{"a": ' * 300 + b'{"traceId": "1", "startTime": 0, "id": "g"}' + b"}" * 300, ["is of no format"]),
        (b'{"data": [], "meta": {"page": 3}}', []),
        (b'{"scores": 3}', ["is of no format"]),
        (b'{"a": 1\n{"stage": "extraction"', ["is no JSON", "is no JSON"]),
        (b"id,traceId\n1,2\n", ["is no JSON", "is no JSON"]),
        (b'[build-system]\nrequires = ["hatchling"]\n', ["is no JSON, and is of no format that is known"]),
    ],
)
def test_names_what_it_cannot_read(content: bytes, reasons: list[str], read: Any) -> None:
    """Files of nothing, of another kind, nested without end."""
    done = read(content)

    assert len(reasons) == len(done.unreadable), done.unreadable
    assert [True] * len(reasons) == [
        each.reason.startswith(reason.partition(" (")[0]) for each, reason in zip(done.unreadable, reasons, strict=True)
    ]
