"""The funnel: what each filter leaves."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import otel_training
from otel_training.folder import DataFolder, make_folder
from otel_training.pipeline.pipeline import make_finisher
from otel_training.pipeline.settings import settings_in_force
from otel_training.review.decisions import Decision, Verdict, decide, keep_in
from tests.dataset.captured import engage, extract, manifest

if TYPE_CHECKING:
    from otel_training.record.record import JSON

pytestmark = pytest.mark.slow


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
    extract("t", "unreached", "text")
    (report,) = rows("export", "--out", "t.jsonl")

    no_score, no_content = "1 of 7 samples has no quality score", "1 of 7 samples has no source content"
    no_prompt = f"7 of 7 samples have no captured call of a model; {no_content}"
    assert [
        ("captured", 8, 0, 0, ""),
        ("has insights", 7, 1, 0, "1 failed, cancelled, or without an insight that has a text"),
        ("has a prompt", 6, 1, 1, f"1 with neither source content nor a captured prompt; {no_prompt}"),
        ("quality >= 7", 4, 2, 1, f"1 without a quality score; 1 of lower quality; {no_score}"),
        (
            "likes - dismissals > 0", 2, 2, 1,
            "1 that no known reader saw or acted on; 1 that readers did not like enough",
        ),
        ("viewers >= 10", 1, 1, 0, "1 that too few readers saw"),
        ("distinct", 1, 0, 0, ""),
    ] == [tuple(step.values()) for step in report["funnel"]["steps"]]  # fmt: skip
    assert ["good"] == [row["source_url"] for row in manifest(tmp_path / "t.manifest.json")["rows"]]


def test_a_reviewer_decides_before_score_and_readers(folder: DataFolder, rows: Any) -> None:
    """Accepted is an example whatever readers made of it, however often it is extracted; rejected is none."""
    settings = settings_in_force()
    finisher, keep = make_finisher(settings, make_folder(folder)), keep_in(settings, folder)
    for name in ("accepted", "rejected", "undone", "edited"):
        extract("t", name, "text", 9 if name == "rejected" else 2)
        if name == "rejected":
            engage(name, range(10))
        identity = otel_training.current().id
        edited: list[JSON] | None = [{"text": "As it should be", "category": None}] if name == "edited" else None
        verdict = Verdict.REJECT if name == "rejected" else Verdict.ACCEPT
        decide(Decision(identity, verdict, edited), "mira", finisher, keep)
        if name == "undone":
            decide(Decision(identity, Verdict.UNDO), "mira", finisher, keep)
        # Once more, as every hour: the decision holds for this one, too.
        extract("t", name, "text", 9 if name == "rejected" else 2)
    (report,) = rows("export", "--out", "t.jsonl")

    assert [
        ("not rejected in review", 6, 2, 0, "2 that a reviewer rejected"),
        ("quality >= 7", 4, 2, 0, "2 of lower quality"),
        ("likes - dismissals > 0", 4, 0, 0, ""),
        ("viewers >= 10", 4, 0, 0, ""),
        ("distinct", 2, 2, 0, "2 with the source and the insights of another"),
    ] == [tuple(step.values()) for step in report["funnel"]["steps"][3:]]  # fmt: skip
    assert {"accepted", "edited"} == {row["source_url"] for row in manifest(Path("t.manifest.json"))["rows"]}
    assert 2 == rows("analyze")[0]["totals"]["examples"]
    assert "As it should be" in Path("t.jsonl").read_text(encoding="utf-8")


@pytest.mark.parametrize(("first", "second"), [(Verdict.ACCEPT, Verdict.REJECT), (Verdict.REJECT, Verdict.ACCEPT)])
def test_of_two_reviewers_the_last_decides(folder: DataFolder, rows: Any, first: Verdict, second: Verdict) -> None:
    """Whoever of them it is."""
    settings = settings_in_force()
    finisher, keep = make_finisher(settings, make_folder(folder)), keep_in(settings, folder)
    extract("t", "u", "text", 2)
    decide(Decision(otel_training.current().id, first), "noor", finisher, keep)
    decide(Decision(otel_training.current().id, second), "mira", finisher, keep)

    assert (second is Verdict.ACCEPT) == rows("analyze")[0]["totals"]["examples"]


def no_extraction() -> None:
    """Somebody acts on what nobody captured."""
    otel_training.record_feedback("a", "like", user_id=1)


def no_readers() -> None:
    """An extraction, and nobody saw it."""
    extract("t", "u", "text")


def orphans() -> None:
    """An extraction, and an action that names something else."""
    no_readers()
    no_extraction()


def no_scores() -> None:
    """A reader, and nobody says how good the extraction was."""
    extract("t", "u", "text", None)
    engage("u", range(1))


def some_scores() -> None:
    """One score that is bad, and one that is missing."""
    for url, quality in (("u", 6), ("v", None)):
        extract("t", url, "text", quality)
        engage(url, range(1))


def too_few_viewers() -> None:
    """One reader."""
    extract("t", "u", "text")
    engage("u", range(1))


@pytest.mark.parametrize(
    ("prepare", "advice"),
    [
        (no_extraction, "No example can pass. There is no extraction yet"),
        (no_readers, "No example can pass. There are no impressions and no feedback yet"),
        (orphans, "No example can pass. 1 of 1 id that readers saw or acted on is known from no captured insight"),
        (no_scores, "No example can pass. 1 of 1 sample has no quality score"),
        (too_few_viewers, "'viewers >= 10' dropped the last 1): gather more"),
        (some_scores, "No extraction passes all filters ('quality >= 7' dropped the last 2). 1 of 2 samples has no"),
    ],
)
def test_says_what_to_do_when_nothing_can_be_exported(tmp_path: Path, command: Any, prepare: Any, advice: str) -> None:
    """A filter without data is named, and there is no file."""
    prepare()
    code, out, err = command("export", "--out", "t.jsonl")

    assert (1, "") == (code, out)
    assert advice in " ".join(err.split())
    assert [] == [path.name for path in tmp_path.iterdir() if path.is_file()]


def test_what_else_is_missing_is_listed_when_nothing_can_be_exported(command: Any) -> None:
    """Each gap once: that which keeps back all in the error, the others before it."""
    extract("", "u", "text")
    err = " ".join(command("export", "--out", "t.jsonl")[2].split())

    listed, _, error = err.partition("Error: ")
    assert (True, True) == ("What is missing - " in listed, "1 of 1 sample has no topic: name the argument" in listed)
    assert (False, True) == ("add otel_training.TrainingM" in listed, "add otel_training.TrainingM" in error)


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
