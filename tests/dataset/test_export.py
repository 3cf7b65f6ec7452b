"""The export: what is chosen, what is written, and what is said when nothing can be."""

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest

import otel_training
from otel_training import conventions as names
from otel_training.capture.handle import Handle, emit_call
from otel_training.cli.opt_outs import read_opt_outs
from otel_training.conventions import Kind
from otel_training.dataset.check import fix_of
from otel_training.dataset.example import TEMPLATE_SYSTEM, Example
from otel_training.dataset.export import TERMS, Frozen, Report, export
from otel_training.dataset.funnel import Filters, Funnel, Step
from otel_training.dataset.refining import PAGE, Refining
from otel_training.dataset.target import read_target
from otel_training.dataset.trust import with_doubts
from otel_training.dataset.validate import validate
from otel_training.folder import DataFolder
from otel_training.pipeline import process
from otel_training.record.clock import event_id, now
from otel_training.record.record import Record
from otel_training.store.client import Store, embedded_dsn
from tests.dataset.captured import engage, extract, manifest
from tests.dataset.examples import example

pytestmark = pytest.mark.slow


@pytest.fixture
def passing() -> None:
    """Capture an example that passes all filters."""
    extract("chips", "u1", "Café \u2028 text")
    engage("u1", range(10))


def test_writes_a_chat_and_where_it_comes_from(passing: None, tmp_path: Path, rows: Any) -> None:
    """A row is prompt and answer alone; its origin stands in the manifest."""
    (report,) = rows("export", "--out", "t.jsonl")

    (line,) = (tmp_path / "t.jsonl").read_bytes().splitlines()
    answer = {"insights": [{"text": f"u1 {number}", "category": "c"} for number in range(2)]}
    chat = json.loads(line)["messages"]
    assert [
        {"role": "system", "content": TEMPLATE_SYSTEM},
        {"role": "user", "content": "Topic: chips\n\nCafé \u2028 text"},
        ("assistant", answer),
    ] == [*chat[:2], (chat[2]["role"], json.loads(chat[2]["content"]))]
    assert line.isascii()
    (row,) = manifest(tmp_path / "t.manifest.json")["rows"]
    assert ("template", 8.0, 10, 10, "u1", 1) == tuple(
        row[name] for name in ("prompt", "quality_score", "net", "viewers", "source_url", "line")
    )
    assert row["extraction_id"] == rows("view", "extraction")[0]["extraction_id"]
    assert (1, manifest(tmp_path / "t.manifest.json")["sha256"]) == (report["rows"], report["sha256"])
    assert ["t.jsonl", "t.manifest.json"] == sorted(path.name for path in tmp_path.iterdir() if path.is_file())


@pytest.fixture
def disputed() -> None:
    """An example of which readers surely dismissed one insight, one that they liked, and one that they dismissed."""
    for url in ("pair", "liked", "dismissed"):
        extract("chips", url, f"text of {url}")
    engage("pair", range(12))
    engage("pair", range(4), "x", index=1)
    engage("liked", range(10))
    engage("dismissed", range(10), "x")


@pytest.mark.parametrize(
    ("target", "sources", "unfit"),
    [("openai-dpo", ["pair"], 1), ("trl-kto", ["pair", "liked", "dismissed"], 0), ("hf", ["pair", "liked"], 0)],
)
def test_writes_for_whoever_trains(  # noqa: PLR0913, PLR0917 - what is written, and how it is asked for
    disputed: None, tmp_path: Path, rows: Any, command: Any, target: str, sources: list[str], unfit: int
) -> None:
    """`validate` then finds no row wrong; the manifest says for whom it is, whose answers, and by what terms."""
    (report,) = rows("export", "--out", "t", "--for", target)
    (validated,) = map(json.loads, command("validate", "t", "--for", target, "--json")[1].splitlines())

    written = manifest(tmp_path / "t.manifest.json")
    assert (sources, target, {"unknown": len(sources)}, TERMS) == (
        [row["source_url"] for row in written["rows"]], written["target"], written["models"], written["terms"],
    )  # fmt: skip
    assert (len(sources), 0, []) == (
        validated["rows"],
        validated["rejected"],
        [row for row in validated["findings"] if row["line"]],
    )
    last = report["funnel"]["steps"][-1]
    assert (f"is a row for {target}" if unfit else "distinct", unfit) == (last["filter"], last["dropped"])
    if target == "openai-dpo":
        row = json.loads((tmp_path / "t").read_text())
        better, worse = (json.loads(row[name][0]["content"]) for name in ("preferred_output", "non_preferred_output"))
        assert (["pair 0"], ["pair 0", "pair 1"]) == tuple(
            [insight["text"] for insight in answer["insights"]] for answer in (better, worse)
        )
        assert [f"good rows: 1, of at least 10: {fix_of('rows')}"] == report["warnings"]


def write_frozen(tmp_path: Path, target: str, examples: Iterable[Example]) -> Report:
    """Write examples that no store is asked for."""
    funnel = Funnel([Step("captured", 9, 0, 0, "")], [])
    store: Any = None
    return export(store, tmp_path / "t", Filters(), funnel, target=read_target(target), frozen=Frozen({}, examples))


def test_a_folder_has_a_card_and_its_splits(tmp_path: Path) -> None:
    """As a hub shows it: whose answers, how many, by what terms."""
    splits = ("train", "train", "test")
    users = [{"role": "user", "content": str(number)} for number in range(len(splits))]
    write_frozen(
        tmp_path, "hf", [replace(example((user,)), split=split) for user, split in zip(users, splits, strict=True)]
    )

    card = (tmp_path / "t" / "README.md").read_text()
    assert "  - split: test\n    path: data/test-*\n  - split: train\n    path: data/train-*\n---\n" in card
    assert (
        "The answers are those of claude (3), or what a person made of them. Whether one may train on Claude's" in card
    )
    assert (["n<1K"], True) == (re.findall("^- (n.*)$", card, re.MULTILINE), TERMS in card)
    assert list(splits) == [row["split"] for row in manifest(tmp_path / "t.manifest.json")["rows"]]


def test_no_file_is_there_while_the_engine_computes(tmp_path: Path) -> None:
    """It is killed by Ctrl-C, and would leave one."""
    seen = []

    def examples() -> Iterator[Example]:
        seen.append(list(tmp_path.iterdir()))
        yield example()
        seen.append(list(tmp_path.iterdir()))

    write_frozen(tmp_path, "openai", examples())
    assert [0, 2] == [len(files) for files in seen]


def test_rows_that_break_a_rule_are_left_out_and_counted(tmp_path: Path) -> None:
    """Each with its reason, and the file has none of them."""
    broken = [example(answer='{"insights": [{"te'), example(), example(), example(answer=" ")]
    report = write_frozen(tmp_path, "openai", broken)

    assert (1, 3) == (report.rows, report.funnel.steps[-1].dropped)
    assert (
        "1 broken: an answer is not the JSON that was asked for; 1 broken: the same row as one before it; 1 broken: "
        in (report.funnel.steps[-1].reason)
    )
    assert (1, {"rows": 1}) == ((validated := validate(tmp_path / "t", read_target())).rows, validated.counts)


def test_records_are_imported_again(passing: None, tmp_path: Path, rows: Any) -> None:
    """As the old logs that they look like: the extraction is known already."""
    rows("export", "--out", "t.jsonl", "--for", "raw")
    (done,) = rows("import", "t.jsonl")

    assert {"imported": {"extraction": 1}, "unreadable": 0, "skipped": {}} == done
    assert 1 == len(rows("view", "extraction"))


def test_says_why_no_example_is_a_row(passing: None, tmp_path: Path, command: Any) -> None:
    """One sentence with the reason that most have, and no file."""
    code, _, err = command("export", "--out", "t.jsonl", "--for", "trl-dpo")

    assert (1, []) == (code, [path for path in tmp_path.iterdir() if path.is_file()])
    assert "No example that passes the filters is a row for trl-dpo; 1 without a correction" in " ".join(err.split())


def test_replaces_no_folder_of_another(passing: None, tmp_path: Path, command: Any) -> None:
    """Even by --force: only one that an export wrote."""
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "mine").write_text("mine")
    assert 1 == command("export", "--out", "t", "--for", "hf", "--force")[0]
    assert "mine" == (tmp_path / "t" / "mine").read_text()

    assert [0, 1, 0] == [
        command("export", "--out", "t2", "--for", "hf", *options)[0] for options in ((), (), ("--force",))
    ]
    assert "1 examples" in (tmp_path / "t2" / "README.md").read_text()
    assert 0 == command("dataset", "verify", "t2")[0]
    (tmp_path / "t2" / "data" / "more.parquet").write_text("rows")
    assert 1 == command("dataset", "verify", "t2")[0]


def test_all_that_returned_an_insight_have_its_votes_and_one_is_exported(tmp_path: Path, rows: Any) -> None:
    """Of one text extracted thrice the latest that the filters did not hold back, with all readers' votes."""
    for quality in (7, 8):
        extract("t", "u", "text", quality)
        engage("u", range(10))
    extract("t", "u", "text", 9)
    otel_training.current().passed(False)
    engage("u", range(10, 20))
    (report,) = rows("export", "--out", "t.jsonl")

    assert [(8, 20, 20)] == [
        (row["quality_score"], row["net"], row["viewers"]) for row in manifest(tmp_path / "t.manifest.json")["rows"]
    ]
    assert ("distinct", 1, 2) == tuple(report["funnel"]["steps"][-1].values())[:3]


def test_an_action_without_a_reader_never_counts(tmp_path: Path, command: Any, rows: Any) -> None:
    """It is shown, and enters neither net nor viewers."""
    extract("t", "u", "text")
    engage("u", range(9))
    for _ in range(5):
        otel_training.record_feedback(otel_training.insight_id("u", "u 0"), "like")

    assert 1 == command("export", "--out", "t.jsonl")[0]
    assert 14 == len(rows("view", "feedback"))


def test_filters_are_parameters(tmp_path: Path, command: Any) -> None:
    """Looser filters let more through, even what no reader saw."""
    extract("t", "u", "text", 3)

    argv = ("--min-quality", "3", "--net-above", "-1", "--min-viewers", "0")
    code, _, err = command("export", "--out", "t.jsonl", *argv)
    assert (0, 1) == (code, len((tmp_path / "t.jsonl").read_text().splitlines()))
    assert "There are no impressions and no feedback yet: add" in " ".join(err.split())


def test_replaces_a_file_only_when_told(passing: None, tmp_path: Path, command: Any) -> None:
    """An existing file or manifest stays, unless --force."""
    (tmp_path / "t.jsonl").write_text("old")
    assert 1 == command("export", "--out", "t.jsonl")[0]
    assert "old" == (tmp_path / "t.jsonl").read_text()
    (tmp_path / "t.jsonl").unlink()
    (tmp_path / "t.manifest.json").write_text("old")
    assert 1 == command("export", "--out", "t.jsonl")[0]

    assert 0 == command("export", "--out", "t.jsonl", "--force")[0]
    assert 1 == len(manifest(tmp_path / "t.manifest.json")["rows"])


@pytest.mark.parametrize("target", ["nosuch/t.jsonl", ".", "/dev/full"])
def test_refuses_a_target_that_is_no_file(passing: None, command: Any, target: str) -> None:
    """One sentence that says what to do, and nothing is written."""
    code, out, err = command("export", "--out", target, "--force")

    assert (1, "", 1) == (code, out, len(err.splitlines()))
    assert "--out" in err


@pytest.mark.parametrize(("target", "cure"), [("-", "--out must be a file"), ("t.jsonl.gz", "take .zst")])
def test_a_name_that_can_never_be_written_is_wrong_usage(passing: None, command: Any, target: str, cure: str) -> None:
    """Whatever lies there."""
    code, out, err = command("export", "--out", target)

    assert (2, "", True) == (code, out, cure in err)


def test_leaves_the_old_file_when_the_disk_is_full(
    passing: None, tmp_path: Path, command: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failing write leaves the old file whole and no other behind."""
    command("export", "--out", "t.jsonl")
    before = (tmp_path / "t.jsonl").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        code, out, err = command("export", "--out", "t.jsonl", "--force")

    assert (1, "", before) == (code, out, (tmp_path / "t.jsonl").read_bytes())
    assert "t.jsonl: No space left on device: make room" in " ".join(err.split())
    assert ["t.jsonl", "t.manifest.json"] == sorted(path.name for path in tmp_path.iterdir() if path.is_file())


def test_prints_the_query_ready_to_run(command: Any) -> None:
    """The SQL is a deliverable: it comes with its parameters set, and needs no store."""
    code, out, _ = command("export", "--print-sql", "--min-viewers", "3")

    assert 0 == code
    assert ["SET param_min_quality = 7;", "SET param_net_above = 0;", "SET param_min_viewers = 3;"] == out.splitlines()[
        :3
    ]
    assert out.rstrip().endswith("date_time_output_format = 'iso', max_block_size = 64, max_threads = 1;")


def test_an_id_that_the_app_told_beats_a_text(tmp_path: Path, rows: Any) -> None:
    """Two sources give one text: ids told in the items or by link decide, whatever the feed's texts say."""

    @otel_training.extraction
    def numbered(source_url: str, source_content: str) -> dict[str, Any]:
        return {"insights": [{"text": "Same", "id": source_url.upper()}], "quality_score": 8}

    @otel_training.extraction
    def linked(source_url: str, source_content: str) -> dict[str, Any]:
        return {"insights": ["Other"], "quality_score": 8}

    for url in ("a", "b"):
        numbered(url, "text")
    for url in ("c", "d"):
        linked(url, "text")
        otel_training.current().link([url.upper()])
    feed = [{"id": card, "text": "Same" if card in "AB" else "Other", "url": f"/cards/{card}"} for card in "ABCD"]
    with_links(feed)
    for reader in range(12):
        for card, action in zip("ABCD", ("like", "x", "like", "x"), strict=True):
            otel_training.record_feedback(card, action, user_id=reader)
    rows("export", "--out", "t.jsonl")

    assert [("a", 12, 12), ("c", 12, 12)] == [
        (row["source_url"], row["net"], row["viewers"]) for row in manifest(tmp_path / "t.manifest.json")["rows"]
    ]


def with_links(feed: list[dict[str, Any]]) -> None:
    """Let the writer see a feed's answer, as the middleware hands it over."""
    record = Record(Kind.IMPRESSION, event_id(), now(), {}, json.dumps({"topics": [{"id": 7}], "items": feed}).encode())
    process.emit(record)


def test_a_cards_own_page_is_not_its_source(tmp_path: Path, rows: Any) -> None:
    """A feed's `url` that no extraction has leaves the text to tell the insight."""
    extract("t", "u1", "text")
    with_links([{"id": "card", "text": "u1 0", "url": "https://app.example/cards/1"}])
    for reader in range(10):
        otel_training.record_feedback("card", "like", user_id=reader)
    (report,) = rows("export", "--out", "t.jsonl")

    assert 1 == report["rows"]
    assert [["card"]] == [row["insight_ids"] for row in rows("view", "impression")]


@pytest.fixture
def mixed() -> None:
    """Four extractions that all filters let through: one with its own call, three by the template for a reason each."""

    @otel_training.extraction
    def asked(source_url: str, source_content: str, calls: list[tuple[Any, str]]) -> dict[str, Any]:
        for prompt, output in calls:
            otel_training.current().llm_call(model="m", input=prompt, output=output)
        return {"insights": [{"text": "Kept"}], "quality_score": 8}

    answer = json.dumps(["Kept", "Dropped"])
    image = [{"role": "user", "content": [{"type": "image"}]}]
    asked("captured", "text of captured", [("Extract.", answer), (f"Judge {answer}", answer)])
    asked("judged", "text of judged", [(f"Judge {answer}", answer)])
    asked("other", "text of other", [("Extract.", '["Else"]')])
    asked("image", "text of image", [(image, answer)])


def exported(rows: Any, path: Path, *options: str) -> tuple[dict[str, Any], list[tuple[str, str, str]]]:
    """Export whatever was read, and return the report, and of each row source, prompt and reason."""
    (report,) = rows("export", "--out", str(path), "--net-above", "-1", "--min-viewers", "0", *options)
    written = manifest(path.with_name(f"{path.stem}.manifest.json"))["rows"]
    return report, [(row["source_url"], row["prompt"], row["reason"]) for row in written]


@pytest.mark.parametrize("has_batch", [False, True])
def test_pages_are_what_the_printed_query_gives(
    mixed: None, rows: Any, folder: DataFolder, monkeypatch: pytest.MonkeyPatch, *, has_batch: bool
) -> None:
    """The same rows in the same order, however many the engine holds at a time: prompts, votes and corrections."""
    for number in range(2 * has_batch):
        # Also submitted under an extraction, whose records stand behind those of the result.
        handle, batch = (
            Handle(str(UUID(int=-number % 2**128)) * number, None),
            {names.BATCH_ID: "b", names.BATCH_CUSTOM_ID: str(number)},
        )
        asked = {"input": [{"role": "user", "content": f"Batch {number}"}], "outputs": [], "tools": None}
        emit_call(handle, {names.MODEL: "big", **batch}, asked)
        with otel_training.extraction(source_url=f"batch {number}", source_content="text") as running:
            answer = {"input": None, "outputs": [f'["Batched {number}"]'], "tools": None}
            emit_call(running, {names.RESPONSE_MODEL: "big-1", names.RESPONSE_ID: f"m{number}", **batch}, answer)
            running.result({"insights": [f"Batched {number}"], "quality_score": 8})
    engage("captured", range(3))
    otel_training.record_feedback(otel_training.insight_id("judged", "Kept"), "x", user_id=1)
    otel_training.record_correction(otel_training.current().id, ["Corrected"])
    rows("status")
    monkeypatch.setattr("otel_training.dataset.refining.PAGE", 3)
    filters = Filters(no_score=True, net_above=-9, min_viewers=0)
    with closing(Store(embedded_dsn(folder.store))) as store:
        printed = list(store.rows(filters.query("export"), **filters.parameters()))
        paged = [row for row, _ in Refining(filters).examples(store)]

    assert printed == [{name: row[name] for name in printed[0]} for row in paged]
    assert 4 + 2 * has_batch == len(printed)
    assert [f"Batch {number}" for number in range(2 * has_batch)] == [
        json.loads(row["messages"])[0]["content"] for row in paged if row["source_url"].startswith("batch")
    ]


def test_counts_no_vote_of_who_opted_out(passing: None, rows: Any, folder: DataFolder) -> None:
    """Neither a like nor a dismissal of an insight; by these it is trimmed, labelled and kept."""
    otel_training.record_feedback(otel_training.insight_id("u1", "u1 0"), "x", user_id=77)
    rows("status")
    (folder.path / "opt_outs.txt").write_text("reader 77\nreader 1\n", encoding="utf-8")
    with closing(Store(embedded_dsn(folder.store))) as store:
        filters = with_doubts(store, replace(Filters(no_score=True, min_viewers=0), doubts=read_opt_outs()))
        ((row, _),) = Refining(filters).examples(store)

    assert [(9, 0), (0, 0)] == [(insight["likes"], insight["dismissals"]) for insight in row["insights"]]


@pytest.mark.parametrize(("identity", "pages"), [("0192f0c1-7c1d-7000-8000-{:012}", 2), ("ß'" * 126 + "{:04}", 30)])
def test_a_page_is_a_parameter_that_a_server_takes(identity: str, pages: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 128 KiB at the most, as ClickHouse's `http_max_field_value_size` is by default, however long ids are."""
    ids = [identity.format(number) for number in range(PAGE + 500)]
    asked: list[list[str]] = []

    def rows(_store: Store, query: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        if "extraction_ids" in parameters:
            asked.append(parameters["extraction_ids"])
            return iter([])
        return iter(
            [{"has_batches": 0}] if "has_batches" in query else [{"extraction_id": i, "call_event_id": ""} for i in ids]
        )

    monkeypatch.setattr(Store, "rows", rows)
    assert [] == list(Refining(Filters()).examples(Store("chdb:///nowhere")))

    assert ids == [each for page in asked for each in page]
    assert pages == len(asked)
    assert 128 << 10 > max(len(str(page).encode()) for page in asked)


def test_counts_the_prompts_and_says_why_the_template_stands_in(mixed: None, tmp_path: Path, rows: Any) -> None:
    """The row's answer is what the app kept; reasons stand in the manifest, and the report counts them."""
    report, written = exported(rows, tmp_path / "t.jsonl")

    assert [
        ("captured", "captured", ""),
        ("judged", "template", "judge"),
        ("other", "template", "other_answer"),
        ("image", "template", "no_text"),
    ] == written
    assert (1, {"judge": 1, "other_answer": 1, "no_text": 1}, 2) == (
        report["captured"], report["template_reasons"], report["system_prompts"],
    )  # fmt: skip
    assert '["Kept"]' == json.loads((tmp_path / "t.jsonl").read_text().splitlines()[0])["messages"][-1]["content"]


@pytest.mark.parametrize(("only", "sources"), [("captured", ["captured"]), ("template", ["judged", "other", "image"])])
def test_writes_only_one_kind_of_prompt(mixed: None, tmp_path: Path, rows: Any, only: str, sources: list[str]) -> None:
    """The funnel ends with what was not wanted, and the file has one system prompt."""
    report, written = exported(rows, tmp_path / "t.jsonl", "--only", only)

    assert (sources, 1) == ([source for source, _, _ in written], report["system_prompts"])
    last = report["funnel"]["steps"][-1]
    assert (f"only {only}", len(sources), 4 - len(sources)) == (last["filter"], last["left"], last["dropped"])


def test_a_person_is_told_of_prompts_and_of_system_prompts(mixed: None, tmp_path: Path, command: Any) -> None:
    """Each reason in words, and what to do about a file that mixes two kinds."""
    options = ("--net-above", "-1", "--min-viewers", "0")
    _, out, _ = command("export", "--out", str(tmp_path / "t.jsonl"), *options)

    assert (
        "Prompts: 1 captured, 3 by the template (1 with only calls that judged the insights; 1 whose prompt is not all "
        "text; 1 with calls, none of which answered these insights) The rows have 2 different system prompts: train on "
        "one kind by --only captured or --only template, or write one file for each."
    ) in " ".join(out.split())


def test_says_what_a_name_does_not(passing: None, command: Any) -> None:
    """A compressed file that is named as a plain one."""
    code, _, err = command("export", "--out", "t.jsonl", "--compress", "zstd")
    assert (0, True) == (code, "t.jsonl is compressed, which its name does not say" in " ".join(err.split()))


def test_says_when_no_prompt_is_of_the_kind(passing: None, tmp_path: Path, command: Any) -> None:
    """Nothing is written, and the cure is named."""
    code, _, err = command("export", "--out", str(tmp_path / "t.jsonl"), "--only", "captured")

    assert (1, False) == (code, (tmp_path / "t.jsonl").exists())
    assert "None of the 1 that pass the filters has a captured prompt: leave out --only." in " ".join(err.split())


def test_blank_insights_are_no_sample(tmp_path: Path, command: Any) -> None:
    """An extraction whose only insight is blank has answered nothing."""

    @otel_training.extraction
    def blank(source_content: str) -> dict[str, Any]:
        return {"insights": [" \n"], "quality_score": 8}

    blank("text")
    options = ("--net-above", "-1", "--min-viewers", "0")
    code, _, err = command("export", "--out", str(tmp_path / "t.jsonl"), *options)

    assert 1 == code
    assert "'has insights' dropped the last 1" in " ".join(err.split())


@pytest.mark.parametrize(("target", "name"), [("openai", "t.jsonl.zst"), ("csv", "t")])
def test_writes_compressed(  # noqa: PLR0913, PLR0917 - what is written, and how it is asked for
    passing: None, tmp_path: Path, rows: Any, command: Any, target: str, name: str
) -> None:
    """By its name or by an option; what reads files takes it as it takes others, and finds it damaged."""
    rows("export", "--out", "plain", "--for", target)
    rows("dataset", "create", "d", "--split", "100/0/0")
    (report,) = rows(
        "export", "--out", name, "--for", target, *(() if name.endswith("zst") else ("--compress", "zstd"))
    )

    content = (tmp_path / name).read_bytes()
    assert (b"\x28\xb5\x2f\xfd", hashlib.sha256((tmp_path / "plain").read_bytes()).hexdigest()) == (
        content[:4], report["sha256"],
    )  # fmt: skip
    assert (tmp_path / "t.manifest.json").exists()
    assert 0 == command("dataset", "verify", name)[0]
    plain, packed = (validate(tmp_path / path, read_target(target)) for path in ("plain", name))
    assert (plain.rows, plain.counts, plain.tokens) == (packed.rows, packed.counts, packed.tokens)
    rows("export", "--dataset", "d", "--out", name, "--for", target, "--compress", "zstd", "--force")
    assert 0 == command("dataset", "verify", name)[0]
    (tmp_path / name).write_bytes(content[:-9])
    assert (1, True) == ((verified := command("dataset", "verify", name))[0], "broken off or damaged" in verified[1])
    assert 1 == command("validate", name, "--for", target)[0]


def test_compresses_nothing_twice(passing: None, command: Any) -> None:
    """Parquet is compressed."""
    code, _, err = command("export", "--out", "t.parquet", "--for", "parquet", "--compress", "zstd")

    assert (1, True) == (code, "compressed already" in err)


def test_says_how_far_it_is(tmp_path: Path) -> None:
    """Rows and bytes, now and then."""
    seen: list[tuple[int, int, int]] = []

    def note(done: int, total: int, size: int = 0, /) -> None:
        seen.append((done, total, size))

    users = [{"role": "user", "content": str(number)} for number in range(120)]
    funnel, store = Funnel([Step("captured", 120, 0, 0, "")], []), cast("Any", None)
    frozen = Frozen({}, [example((user,)) for user in users])
    export(store, tmp_path / "t", Filters(), funnel, frozen=frozen, progress=note)

    assert [(50, 120), (100, 120)] == [step[:2] for step in seen]
    assert [True, True] == [0 < step[2] < (tmp_path / "t").stat().st_size for step in seen]
