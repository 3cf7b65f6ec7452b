"""The export: what is chosen, what is written, and what is said when nothing can be."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

import otel_training
from otel_training.conventions import Kind
from otel_training.dataset.example import TEMPLATE_SYSTEM, read_example
from otel_training.pipeline import lifecycle
from otel_training.record.clock import event_id, now
from otel_training.record.record import Record


@otel_training.extraction
def extract(topic: str, source_url: str, source_content: str, quality: float | None = 8) -> dict[str, Any]:
    """Answer two insights."""
    texts = [f"{source_url} {number}" for number in range(2)]
    return {"insights": [{"text": text, "category": "c"} for text in texts], "quality_score": quality}


def engage(url: str, readers: range, action: str = "like", index: int = 0) -> None:
    """Let readers see and act on one insight."""
    identity = otel_training.insight_id(url, f"{url} {index}")
    for reader in readers:
        otel_training.record_impressions([identity], user_id=reader)
        otel_training.record_feedback(identity, action, user_id=reader)


def manifest(path: Path) -> dict[str, Any]:
    """Read a manifest."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.fixture
def one() -> None:
    """One example that passes all filters."""
    extract("chips", "u1", "Café \u2028 text")
    engage("u1", range(10))


def test_writes_a_chat_and_where_it_comes_from(one: None, tmp_path: Path, rows: Any) -> None:
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


def test_prefers_the_captured_call_whose_answer_was_returned(tmp_path: Path, command: Any) -> None:
    """Prompt and answer are those of the last matching call; a judge's call is not one."""

    @otel_training.extraction
    def asked(topic: str, source_url: str, source_content: str) -> list[str]:
        handle = otel_training.current()
        for prompt, output in (
            ("first", '["A"]'),
            ("second", ' ["A"] '),
            ("retry", '["B"]'),
            ("judge", '{"score": 8}'),
        ):
            messages = [{"role": "user", "content": [{"type": "text", "text": prompt}]}]
            handle.llm_call(model="m", input=[{"role": "system", "content": "S"}, *messages], output=output)
        handle.score(8)
        return ["A"]

    asked("t", "u", "text")
    for reader in range(10):
        otel_training.record_feedback(otel_training.insight_id("u", "A"), "like", user_id=reader)
    command("export", "--out", "t.jsonl")

    (line,) = (tmp_path / "t.jsonl").read_text(encoding="ascii").splitlines()
    assert [("system", "S"), ("user", "second"), ("assistant", ' ["A"] ')] == [
        (message["role"], message["content"]) for message in json.loads(line)["messages"]
    ]
    assert "captured" == manifest(tmp_path / "t.manifest.json")["rows"][0]["prompt"]


def test_the_funnel_counts_each_filter(tmp_path: Path, rows: Any) -> None:
    """Every filter says what it leaves; what fails, is bad, disliked or unseen is dropped there."""

    @otel_training.extraction(task="extract")
    def fail(source_content: str) -> None:
        raise ValueError("bad source")

    with pytest.raises(ValueError, match="bad source"):
        fail("x")
    extract("t", "empty", "")
    for name, quality in (("bad", 6.9), ("unscored", None), ("disliked", 9), ("unseen", 9), ("good", 7)):
        extract("t", name, "text", quality)
        engage(name, range(9 if name == "unseen" else 10), "x" if name == "disliked" else "like")
    (report,) = rows("export", "--out", "t.jsonl")

    assert [
        ("captured", 7, 0), ("has insights", 6, 1), ("has a prompt", 5, 1), ("quality >= 7", 3, 2),
        ("likes - dismissals > 0", 2, 1), ("viewers >= 10", 1, 1),
    ] == [(step["filter"], step["left"], step["dropped"]) for step in report["funnel"]["steps"]]  # fmt: skip
    assert ["good"] == [row["source_url"] for row in manifest(tmp_path / "t.manifest.json")["rows"]]


def test_credits_the_occurrence_that_was_on_show(tmp_path: Path, rows: Any) -> None:
    """Of one text extracted twice, the latest before the action gets the credit; a filtered one never was on show."""
    for quality in (7, 8):
        extract("t", "u", "text", quality)
        engage("u", range(10))
    extract("t", "u", "text", 9)
    otel_training.current().passed(False)
    engage("u", range(10, 20))
    (report,) = rows("export", "--out", "t.jsonl")

    assert [(7, 10, 10), (8, 20, 20)] == [
        (row["quality_score"], row["net"], row["viewers"]) for row in manifest(tmp_path / "t.manifest.json")["rows"]
    ]
    assert 2 == report["rows"]


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
    assert "no impressions and no feedback yet" in " ".join(err.split())


@pytest.mark.parametrize(
    ("prepare", "advice"),
    [
        (lambda: otel_training.record_feedback("a", "like", user_id=1), "There is no extraction yet"),
        (lambda: extract("t", "u", "text"), "There are no impressions and no feedback yet"),
        (
            lambda: (extract("t", "u", "text"), otel_training.record_feedback("a", "like", user_id=1)),
            "names a captured insight",
        ),
        (lambda: (extract("t", "u", "text", None), engage("u", range(1))), "No extraction has a quality score yet"),
        (lambda: (extract("t", "u", "text"), engage("u", range(1))), "'viewers >= 10' dropped the last 1"),
    ],
    ids=["no extraction", "no readers", "orphans", "no scores", "too few viewers"],
)
def test_says_what_to_do_when_nothing_can_be_exported(tmp_path: Path, command: Any, prepare: Any, advice: str) -> None:
    """A filter without data is named, and there is no file."""
    prepare()
    code, out, err = command("export", "--out", "t.jsonl")

    assert (1, "") == (code, out)
    assert advice in " ".join(err.split())
    assert [] == [path.name for path in tmp_path.iterdir() if path.is_file()]


def test_replaces_a_file_only_when_told(one: None, tmp_path: Path, command: Any) -> None:
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
def test_refuses_a_target_that_is_no_file(one: None, command: Any, target: str) -> None:
    """One sentence that says what to do, and nothing is written."""
    code, out, err = command("export", "--out", target, "--force")

    assert (1, "", 1) == (code, out, len(err.splitlines()))
    assert "--out" in err


def test_leaves_the_old_file_when_the_disk_is_full(
    one: None, tmp_path: Path, command: Any, monkeypatch: pytest.MonkeyPatch
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
    assert "No space left on device" in err
    assert ["t.jsonl", "t.manifest.json"] == sorted(path.name for path in tmp_path.iterdir() if path.is_file())


def test_prints_the_query_ready_to_run(command: Any) -> None:
    """The SQL is a deliverable: it comes with its parameters set, and needs no store."""
    code, out, _ = command("export", "--print-sql", "--min-viewers", "3")

    assert 0 == code
    assert ["SET param_min_quality = 7;", "SET param_net_above = 0;", "SET param_min_viewers = 3;"] == out.splitlines()[
        :3
    ]
    assert out.rstrip().endswith("SETTINGS date_time_output_format = 'iso';")


ROW = {
    "extraction_id": "e", "topic": "", "source_content": "text", "insights": [], "messages": "", "output": "",
    "timestamp": "", "source_url": "", "source_truncated": False, "corrected": False,
    "quality_score": 8, "net": 1, "viewers": 10,
}  # fmt: skip


@pytest.mark.parametrize(
    ("messages", "prompt"),
    [
        ('[{"role":"user","content":"P"}]', "captured"),
        ('[{"role":"user","content":[{"type":"image"}]}]', "template"),
        ('[{"role":"user","content":[]}]', "template"),
        ('[{"role":"user","content":7}]', "template"),
        ('[{"role":"developer","content":"P"}]', "template"),
        ('"P"', "template"),
        ("[7]", "template"),
        ("[]", "template"),
    ],
)
def test_falls_back_to_the_template_for_a_prompt_that_is_no_text(messages: str, prompt: str) -> None:
    """Only messages of text make a chat."""
    made = read_example({**ROW, "messages": messages, "output": "A"})

    assert made is not None
    assert prompt == made.prompt


def test_makes_no_example_without_any_prompt() -> None:
    """Neither source content nor a usable call: no row."""
    assert read_example({**ROW, "source_content": None, "messages": "[7]", "output": "A"}) is None


def test_an_id_that_the_app_told_beats_a_text(tmp_path: Path, rows: Any) -> None:
    """Two sources give one text: ids told in the items or by link decide, whatever the feed's texts say."""

    @otel_training.extraction
    def told(source_url: str, source_content: str) -> dict[str, Any]:
        return {"insights": [{"text": "Same", "id": source_url.upper()}], "quality_score": 8}

    @otel_training.extraction
    def linked(source_url: str, source_content: str) -> dict[str, Any]:
        return {"insights": ["Other"], "quality_score": 8}

    for url in ("a", "b"):
        told(url, "text")
    for url in ("c", "d"):
        linked(url, "text")
        otel_training.current().link([url.upper()])
    feed = [{"id": one, "text": "Same" if one in "AB" else "Other", "url": f"/cards/{one}"} for one in "ABCD"]
    with_links(feed)
    for reader in range(12):
        for one, action in zip("ABCD", ("like", "x", "like", "x"), strict=True):
            otel_training.record_feedback(one, action, user_id=reader)
    rows("export", "--out", "t.jsonl")

    assert [("a", 12, 12), ("c", 12, 12)] == [
        (row["source_url"], row["net"], row["viewers"]) for row in manifest(tmp_path / "t.manifest.json")["rows"]
    ]


def with_links(feed: list[dict[str, Any]]) -> None:
    """Let the writer see a feed's answer, as the middleware hands it over."""
    record = Record(Kind.IMPRESSION, event_id(), now(), {}, json.dumps({"topics": [{"id": 7}], "items": feed}).encode())
    lifecycle.emit(record)


def test_a_cards_own_page_is_not_its_source(tmp_path: Path, rows: Any) -> None:
    """A feed's `url` that no extraction has leaves the text to tell the insight."""
    extract("t", "u1", "text")
    with_links([{"id": "card", "text": "u1 0", "url": "https://app.example/cards/1"}])
    for reader in range(10):
        otel_training.record_feedback("card", "like", user_id=reader)
    (report,) = rows("export", "--out", "t.jsonl")

    assert 1 == report["rows"]
    assert [["card"]] == [row["insight_ids"] for row in rows("view", "impression")]


def test_the_funnel_says_which_prompts_are_no_text(tmp_path: Path, rows: Any) -> None:
    """What the filters leave and no chat can be made of is a step of the funnel, so that it ends at the rows."""

    @otel_training.extraction
    def seen(source_url: str) -> dict[str, Any]:
        image = [{"role": "user", "content": [{"type": "image"}]}]
        otel_training.current().llm_call(model="m", input=image, output='["One"]')
        return {"insights": ["One"], "quality_score": 8}

    seen("image")
    extract("t", "u1", "text")
    engage("u1", range(10))
    for reader in range(10):
        otel_training.record_feedback(otel_training.insight_id("image", "One"), "like", user_id=reader)
    (report,) = rows("export", "--out", "t.jsonl")

    last = report["funnel"]["steps"][-1]
    assert (1, "prompt is text", 1, 1) == (report["rows"], last["filter"], last["left"], last["dropped"])
