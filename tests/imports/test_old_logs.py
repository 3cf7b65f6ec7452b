"""Old logs."""

import gzip
import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import otel_training
from otel_training.imports.old_logs import NAMESPACE
from otel_training.pipeline import process
from otel_training.store.session import open_drained

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("migrated")]
EXTRACTION = {
    "timestamp": "2025-03-01T12:00:00",
    "stage": "extraction",
    "topic": "chips",
    "source_url": "https://x.example/a?id=1",
    "source_content": "Text.",
    "extracted_insights": [{"text": "One", "category": "c"}, {"text": "Two", "category": None}],
    "quality_score": 8.5,
    "passed_filters": True,
    "insight_count": 2,
}
FEEDBACK = {
    "timestamp": "2025-03-02T14:00:00+02:00",
    "insight_id": "old1",
    "action": "like",
    "metadata": {"user_id": 1},
}
LINK = {"insight_id": "old1", "text": "One"}


def log(path: Path, *rows: object) -> Path:
    """Write an old log; a text stands as it is."""
    text = "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8")
    return path


def test_shows_an_old_extraction_field_for_field(tmp_path: Path, command: Any, rows: Any) -> None:
    """The record comes back in its own format; a naive time is UTC."""
    assert (0, "Imported 1 extraction; skipped 0 unreadable lines.\n") == command(
        "import", log(tmp_path / "a.jsonl", EXTRACTION)
    )[:2]

    (row,) = rows("view", "extraction")
    assert {**EXTRACTION, "timestamp": "2025-03-01T12:00:00.000000000Z"} == {name: row[name] for name in EXTRACTION}
    assert list(EXTRACTION) == list(row)[: len(EXTRACTION)]


def test_shows_old_feedback_with_the_pseudonym(tmp_path: Path, command: Any, rows: Any) -> None:
    """An old user id is not shown, nor kept; a time with a zone is converted."""
    command("import", log(tmp_path / "a.jsonl", FEEDBACK))

    (row,) = rows("view", "feedback")
    reader = row["metadata"].pop("user_id")
    assert (32, "1" == reader) == (len(reader), False)
    assert {**FEEDBACK, "timestamp": "2025-03-02T12:00:00.000000000Z", "metadata": {}} == {
        name: row[name] for name in FEEDBACK
    }


@pytest.mark.parametrize(
    "extraction",
    [
        EXTRACTION,
        {**EXTRACTION, "extracted_insights": [{"text": "One", "id": "old1"}]},
        {**EXTRACTION, "extracted_insights": [{"text": "One", "insight_id": "old1", "id": 9}]},
    ],
    ids=["by link", "by id", "by insight_id"],
)
def test_ties_old_feedback_to_its_insight(tmp_path: Path, command: Any, rows: Any, extraction: Any) -> None:
    """An old id meets its insight through a row that tells its text, or an id in the item itself."""
    extra = [] if "category" not in extraction["extracted_insights"][0] else [LINK]
    command("import", log(tmp_path / "a.jsonl", FEEDBACK, extraction, *extra))

    (record,) = rows("view", "extraction")
    (row,) = rows("view", "feedback")
    assert (record["extraction_id"], 0) == (row["extraction_id"], row["insight_index"])


def test_a_link_with_its_source_tells_two_sources_of_one_text_apart(tmp_path: Path, command: Any, rows: Any) -> None:
    """Where the same text came from two sources, the link's source decides."""
    other = {**EXTRACTION, "source_url": "https://x.example/b", "timestamp": "2025-03-01T13:00:00"}
    link = {**LINK, "source_url": EXTRACTION["source_url"]}
    command("import", log(tmp_path / "a.jsonl", EXTRACTION, other, link, FEEDBACK))

    first = rows("view", "extraction")[0]
    assert [first["extraction_id"]] == [row["extraction_id"] for row in rows("view", "feedback")]


def test_the_same_line_twice_is_two_records_and_importing_again_none(tmp_path: Path, command: Any, rows: Any) -> None:
    """Repeated lines of a log are kept; repeated imports change nothing."""
    path = log(tmp_path / "a.jsonl", FEEDBACK, FEEDBACK, LINK)
    for _ in range(3):
        command("import", path)

    assert ((2, 1), 2) == (
        tuple(rows("status")[0]["by_kind"].values()),
        len({row["event_id"] for row in rows("view", "feedback")}),
    )


SECOND = {**FEEDBACK, "action": "x", "metadata": {"user_id": 2}}


ANEW: tuple[Callable[[Any], str], ...] = (
    lambda row: json.dumps(row, separators=(",", ":")),
    lambda row: f"  {json.dumps(row, indent=1)} \r\n".replace("\n", " "),
    lambda row: json.dumps(row, ensure_ascii=False),
    lambda row: json.dumps(row, sort_keys=True),
    lambda row: json.dumps(dict(reversed(row.items()))),
    lambda row: json.dumps(row).replace("8.5", "8.50").replace("/", "\\/"),
)
"""How a row may be written: dense, wide, as UTF-8, sorted, reversed, escaped."""


def test_a_log_written_anew_is_the_same_log(tmp_path: Path, command: Any, rows: Any) -> None:
    """However it is spaced, sorted and escaped, under another name, grown meanwhile, or without its beginning."""
    lines = [{**EXTRACTION, "topic": "Caf\u00e9"}, LINK, FEEDBACK, SECOND, FEEDBACK]
    command("import", log(tmp_path / "a.jsonl", *lines))
    before = rows("view")
    lines.append({**FEEDBACK, "metadata": {"user_id": 3}})
    anew = [
        log(tmp_path / f"{number}.{start}.jsonl", *map(dump, lines[start:]))
        for number, dump in enumerate(ANEW)
        for start in (0, 1)
    ]
    command("import", *anew)

    assert (4, 5) == (len(before), len(after := rows("view")))
    assert before == [row for row in after if row in before]


def test_a_log_that_an_earlier_version_imported_is_known(tmp_path: Path, command: Any, rows: Any) -> None:
    """Which took the line as it was written for its identity."""
    line = json.dumps(FEEDBACK, separators=(",", ":"))
    with open_drained(process.settings()) as (store, _):
        store.run(
            "INSERT INTO feedback (event_id, ts, insight_id, action, imported_line) "
            "SELECT {id:String}, '2025-03-02 12:00:00', 'old1', 'like', number FROM numbers(1, 1)",
            id=str(uuid.uuid5(NAMESPACE, f"{line}\n1")),
        )
    command("import", log(tmp_path / "a.jsonl", line, line))

    assert 2 == len(rows("view", "feedback"))


def test_an_import_comes_after_those_before_it(tmp_path: Path, command: Any, rows: Any) -> None:
    """Of one second's actions the last counts, also where a log comes in pieces, a command each, or comes again."""
    first: list[object] = [LINK, SECOND, {**FEEDBACK, "action": "like"}]
    pieces: list[list[object]] = [first, [{**FEEDBACK, "action": "x"}], first, [{**FEEDBACK, "action": "unx"}]]
    for number, piece in enumerate(pieces):
        command("import", log(tmp_path / f"{number}.jsonl", *piece))

    assert ["x", "like", "x", "unx"] == [row["action"] for row in rows("view", "feedback")]


@pytest.mark.parametrize("is_first", [False, True], ids=["capture first", "log first"])
def test_a_log_of_what_was_captured_live_is_the_same(
    is_first: bool,  # noqa: FBT001
    tmp_path: Path,
    command: Any,
    rows: Any,
) -> None:
    """The live one wins and counts once; what the log alone says of its quality holds for it."""

    @otel_training.extraction
    def extract(topic: str, source_url: str, source_content: str) -> list[str]:
        answer = [] if topic == "none" else ["One", "Two"]
        otel_training.current().llm_call(model="m", input=source_content, output=json.dumps(answer))
        return answer

    def line(seconds: int = 0, **fields: Any) -> dict[str, Any]:
        time = datetime.now(UTC) + timedelta(seconds=seconds)
        return {**EXTRACTION, "timestamp": time.isoformat(timespec="seconds"), **fields}

    insights = [{"text": " Two"}, {"text": "One "}]
    same = [line(2), line(-5, extracted_insights=insights), line(source_url="https://bob:pw@x.example/a?id=1")]
    others = [line(-3600), line(source_url="https://x.example/b"), line(extracted_insights=insights[:1])]
    path = log(tmp_path / "a.jsonl", *same, *others, line(topic="none", extracted_insights=[], quality_score=None))
    for is_import in (is_first, not is_first):
        if is_import:
            command("import", path)
        else:
            extract("chips", str(EXTRACTION["source_url"]), "Text.")
            extract("none", str(EXTRACTION["source_url"]), "Text.")
            otel_training.record_feedback(otel_training.insight_id(EXTRACTION["source_url"], "One"), "like", user_id=1)
            otel_training.flush()

    seen = rows("view", "extraction")
    live = [row for row in seen if not row["imported"]]
    assert (4, 5, 2) == (rows("status")[0]["samples"], len(seen), len(live))
    assert [(8.5, True), (None, True)] == [(row["quality_score"], row["passed_filters"]) for row in live]
    assert [live[0]["extraction_id"]] == [row["extraction_id"] for row in rows("view", "feedback")]
    command("export", "--out", "t.jsonl", "--min-viewers", "0", "--net-above", "-1")
    exported = json.loads((tmp_path / "t.manifest.json").read_text("utf-8"))["rows"]
    assert 3 == len(exported)
    assert [live[0]["extraction_id"]] == [row["extraction_id"] for row in exported if row["prompt"] == "captured"]


LIKE = '{"timestamp": "2025-03-02T14:00:0%d", "insight_id": %s, "action": "like"}'
EXTRACTED = (
    '{"timestamp": 174083040%d, "stage": "extraction", "extracted_insights": [{"text": %s}], "quality_score": %s}'
)
WRITTEN: list[tuple[str, str, dict[str, Any]]] = [
    (EXTRACTED % (0, '"One"', "NaN"), "extraction", {"quality_score": None, "insight_count": 1}),
    (EXTRACTED % (1, '"One"', "-Infinity"), "extraction", {"quality_score": None}),
    (EXTRACTED % (2, '"One"', "1e999"), "extraction", {"quality_score": None}),
    (EXTRACTED % (3, '"One \\udcf6"', 8), "extraction", {"extracted_insights": [{"text": "One ?", "category": None}]}),
    (EXTRACTED.replace("stage", "cut \\ud83d") % (4, '"One"', 8), "extraction", {"quality_score": 8}),
    (LIKE % (0, 2**128), "feedback", {"insight_id": str(2**128)}),
    (LIKE % (1, '"a\\udcf6"'), "feedback", {"insight_id": "a?"}),
    (LIKE.replace("}", f', "metadata": {{"user_id": {2**128}, "x": NaN}}}}') % (2, 7), "feedback", {"insight_id": "7"}),
]


def test_takes_what_python_writes(tmp_path: Path, rows: Any) -> None:
    """Python's `json` writes numbers that are none, of any size, and cut emoji: the record is taken without them."""
    path = log(tmp_path / "a.jsonl", *(line for line, _, _ in WRITTEN))
    assert [{"imported": {"extraction": 5, "feedback": 3}, "unreadable": 0, "skipped": {}}] == rows("import", path)

    for kind in ("extraction", "feedback"):
        expected = [shown for _, of, shown in WRITTEN if of == kind]
        pairs = zip(rows("view", kind), expected, strict=True)
        assert expected == [{name: row[name] for name in shown} for row, shown in pairs]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("name", ["a.jsonl", "-"])
def test_takes_zipped_files_and_stdin(
    pack: Callable[[bytes], bytes], name: str, tmp_path: Path, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rotated log needs not be unpacked; `-` is what a program writes."""
    path = log(tmp_path / "a.jsonl", FEEDBACK, EXTRACTION)
    path.write_bytes(pack(path.read_bytes()))
    with path.open("rb") as file:
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=file))
        done = rows("import", name)

    assert [{"imported": {"extraction": 1, "feedback": 1}, "unreadable": 0, "skipped": {}}] == done


@pytest.mark.parametrize("damage", [lambda data: data[:-20], lambda data: data[:-30] + b"x" * 30])
def test_takes_what_is_left_of_a_damaged_file(damage: Any, tmp_path: Path, command: Any) -> None:
    """A zipped log that is cut gives what it holds, and the line where it ends is named."""
    path = log(tmp_path / "a.jsonl", *[{**FEEDBACK, "insight_id": f"{number * 7919}"} for number in range(3000)])
    path.write_bytes(damage(gzip.compress(path.read_bytes())))
    code, out, err = command("import", path)

    assert (1, True) == (code, out.startswith("Imported ")), err
    assert "is where the zipped file is cut or damaged" in err


@pytest.mark.parametrize("order", [("like", "unlike"), ("unlike", "like"), ("x", "unlike", "like")])
def test_files_of_one_import_keep_their_order(order: tuple[str, ...], tmp_path: Path, command: Any, rows: Any) -> None:
    """Of a reader's actions within one second the last file's counts."""
    files = [log(tmp_path / f"{n}.jsonl", *[LINK] * (9 - n), {**FEEDBACK, "action": a}) for n, a in enumerate(order)]
    command("import", *files)

    assert list(order) == [row["action"] for row in rows("view", "feedback")]


def test_a_time_keeps_its_nanoseconds(tmp_path: Path, command: Any, rows: Any) -> None:
    """As they stand in the rows of `view --json`; without a fraction there are none."""
    times = ["2026-11-29T08:43:00.165741995Z", "2026-11-29T08:43:00.5+01:00", "2026-11-29T08:43:00"]
    command("import", log(tmp_path / "a.jsonl", *[{**FEEDBACK, "timestamp": time} for time in times]))

    expected = ["2026-11-29T07:43:00.500000000Z", "2026-11-29T08:43:00.000000000Z", times[0]]
    assert expected == [row["timestamp"] for row in rows("view", "feedback")]


BAD = {
    "no json {": "is no JSON",
    "[1]": "is no JSON object",
    "{}": "is of no format that is known: no old log, OTLP, Langfuse export or Bedrock log",
    '{"stage": "query"}': "is neither an extraction, nor feedback, nor an insight id with its text",
    '{"stage": "extraction", "timestamp": "2025-01-01"}': "extracted_insights is missing",
    '{"extracted_insights": null, "timestamp": "2025-01-01"}': "extracted_insights is no list",
    '{"stage": "extraction", "insights": "A", "timestamp": "2025-01-01"}': "insights is no list",
    '{"stage": "extraction", "extracted_insights": []}': "timestamp is missing",
    '{"insight_id": "a", "action": "like", "timestamp": "yesterday"}': "timestamp 'yesterday' is no ISO 8601 time",
    '{"insight_id": "a", "action": "like", "timestamp": 1e300}': "timestamp 1e+300 is no ISO 8601 time",
    '{"insight_id": "a", "action": "like", "timestamp": "1950-01-01"}': "timestamp '1950-01-01' is out of range",
    '{"action": "like", "timestamp": "2025-01-01"}': "insight_id is missing",
    '{"insight_id": "a", "action": 5, "timestamp": "2025-01-01"}': "action is no text",
    '{"insight_id": "a", "text": ""}': "insight_id or text is empty",
}


def test_names_each_unreadable_line_and_imports_the_rest(tmp_path: Path, command: Any, rows: Any) -> None:
    """FILE:LINE: reason on every run, exit code 1, and everything readable is in."""
    path = log(tmp_path / "a.jsonl", FEEDBACK, "", *BAD, FEEDBACK)
    expected = [f"{path}:{number}: {reason}" for number, reason in enumerate(BAD.values(), 3)]

    for _ in range(2):
        code, out, err = command("import", path)
        assert (1, f"Imported 2 feedback; skipped {len(BAD)} unreadable lines.\n") == (code, out)
        messages = err.splitlines()
        assert [True] * len(BAD) == [message.startswith(want) for message, want in zip(messages, expected, strict=True)]
    assert 2 == len(rows("view", "feedback"))


def test_takes_insights_under_each_name_that_capture_knows(tmp_path: Path, command: Any, rows: Any) -> None:
    """A log of results as an app's function returns them."""
    lines = [
        {"stage": "extraction", "timestamp": f"2025-01-0{day}", key: [{"headline": f"Orders rose {day}", "id": "k1"}]}
        for day, key in enumerate(("insights", "items", "extracted_insights"), 1)
    ]

    assert 0 == command("import", log(tmp_path / "a.jsonl", *lines))[0]
    assert [([f"Orders rose {day}"], 1) for day in (1, 2, 3)] == [
        ([insight["text"] for insight in row["extracted_insights"]], row["insight_count"])
        for row in rows("view", "extraction")
    ]


def test_takes_unix_seconds_and_bytes_that_are_no_text(tmp_path: Path, command: Any, rows: Any) -> None:
    """A time may be a number; a line that is not UTF-8 is named like any other."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(json.dumps({**FEEDBACK, "timestamp": 1740916800.5}).encode() + b"\n\xff\xfe\n")

    assert 1 == command("import", path)[0]
    assert ["2025-03-02T12:00:00.500000000Z"] == [row["timestamp"] for row in rows("view", "feedback")]


def test_says_what_it_did_as_json(tmp_path: Path, rows: Any) -> None:
    """Scripts read the counts from stdout."""
    assert [{"imported": {"extraction": 1, "link": 1}, "unreadable": 0, "skipped": {}}] == rows(
        "import", log(tmp_path / "a.jsonl", EXTRACTION, LINK)
    )


def test_imports_many_lines_in_pieces(tmp_path: Path, command: Any, rows: Any) -> None:
    """A log longer than one write goes in whole."""
    many = [{**FEEDBACK, "insight_id": f"i{number}"} for number in range(3000)]
    command("import", log(tmp_path / "a.jsonl", *many))

    assert [f"i{number}" for number in range(3000)] == sorted(
        (row["insight_id"] for row in rows("view", "feedback")), key=lambda insight: int(insight[1:])
    )


@pytest.mark.parametrize("argv", [(), ("nosuch.jsonl",), (".",)])
def test_wrong_arguments_are_wrong_usage(command: Callable[..., Any], argv: tuple[str, ...]) -> None:
    """No file, a missing one or a folder: exit code 2 and a sentence."""
    code, out, err = command("import", *argv)

    assert (2, "", True) == (code, out, "Error: " in err)


def test_takes_logs_of_many_years(tmp_path: Path, command: Any, rows: Any) -> None:
    """A log over more months than the engine likes to see at once goes in whole."""
    months = [f"{year}-{month:02}-01" for year in range(2005, 2025) for month in range(1, 13)]
    command("import", log(tmp_path / "a.jsonl", *({**FEEDBACK, "timestamp": month} for month in months)))

    assert months == [row["timestamp"][:10] for row in rows("view", "feedback")]


def test_the_last_line_of_a_second_wins(tmp_path: Path, command: Any) -> None:
    """Old logs tell whole seconds: a reader's vote is the last line, however often the log is imported."""
    actions = [
        {**FEEDBACK, "action": action, "metadata": {"user_id": n}} for n in range(40) for action in ("like", "x")
    ]
    path = log(tmp_path / "a.jsonl", {**EXTRACTION, "extracted_insights": [{"text": "One", "id": "old1"}]}, *actions)
    for _ in range(2):
        command("import", path)

    with open_drained(process.settings()) as (store, _):
        assert {"likes": 0, "dismissals": 40} == store.row("SELECT likes, dismissals FROM v_examples")
