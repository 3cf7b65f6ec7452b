"""`otel-training dataset refresh`."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

import otel_training
from otel_training.dataset.funnel import Filters
from otel_training.folder import DataFolder
from otel_training.pipeline.settings import settings_in_force
from otel_training.review.queue import Insight, read_queue
from otel_training.routing import answer
from otel_training.store.session import open_drained
from tests.cli.test_experiment_eval import source_of
from tests.models import Models, facts_of, good, serving

pytestmark = pytest.mark.slow

LENIENT = ("--net-above", "-1", "--min-viewers", "0", "--split", "100/0/0")


@otel_training.extraction
def extract(topic: str, source_url: str, source_content: str, model: str, system: str) -> dict[str, Any]:
    """Have a model read a source."""
    insights = [{"text": text, "category": "market"} for text in facts_of(source_content)]
    messages = [
        {"role": "system", "content": system},
        {"role": "user", "content": f"Topic: {topic}\n\n{source_content}"},
    ]
    otel_training.current().llm_call(
        model=model, provider="openai", input=messages, output=json.dumps({"insights": insights}),
        input_tokens=900, output_tokens=60,
    )  # fmt: skip
    return {"insights": insights, "quality_score": 8}


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> Iterator[Models]:
    """A model on this machine, which OpenAI's client asks."""
    models = Models()
    with serving(models) as url:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{url}/v1")
        monkeypatch.setenv("OPENAI_API_KEY", "none")
        answer._client.cache_clear()
        yield models


@pytest.fixture
def news(rows: Any) -> None:
    """A dataset of three old models' and prompts' answers, and two of today's."""
    kinds = [("gpt-5-mini", "Old."), ("gpt-6-luna", "Old."), ("gpt-5-mini", "Old.")]
    kinds += [("gpt-6-luna", "Name the insights as JSON.")] * 2
    for number, (model, system) in enumerate(kinds):
        extract("chips", f"https://s{number}.example/", source_of(number), model, system)
    rows("dataset", "create", "d", *LENIENT)


def otherwise(prompt: str) -> str:
    """Answer the first source otherwise."""
    items = [{"text": "Bananas are yellow", "category": "fruit"}]
    return json.dumps({"insights": items}) if "Maker 0 " in prompt else good(prompt)


def test_today_answers_what_is_old(news: None, models: Models, rows: Any, command: Any, folder: DataFolder) -> None:
    """Priced first, then asked once by today's prompt; both answers are kept, and a disagreement is reviewed first."""
    models.answer = otherwise
    (identity,) = (row["extraction_id"] for row in rows("view", "extraction") if "s0." in row["source_url"])
    before = rows("status")[0]["by_kind"]
    priced = command("dataset", "refresh", "d", "--json")
    assert (0, [], True) == (priced[0], models.prompts, "Nothing was asked: --yes pays for it" in priced[2])
    assert (3, True) == (
        json.loads(priced[1])["estimate"]["calls"],
        float(json.loads(priced[1])["estimate"]["cost"]) > 0,
    )

    models.status = lambda prompt: 401 if "Maker 2 " in prompt else 200
    refused = command("dataset", "refresh", "d", "--yes")
    models.status = lambda _: 200
    (done,) = rows("dataset", "refresh", "d", "--yes")
    asked = len(models.prompts)
    drawn = command("dataset", "refresh", "d")
    (part,) = rows("dataset", "refresh", "d", "--limit", 1)

    assert (1, 1) == (part["rows"], part["answered"])
    assert (1, True) == (refused[0], "run it again" in refused[2])
    assert ("gpt-6-luna", 2, 3, 3, 0, [identity]) == tuple(
        done[name] for name in ("model", "prompts", "rows", "answered", "left", "disagreeing")
    )
    assert {"Name the insights as JSON."} == {prompt[0]["content"] for prompt in models.prompts}
    assert (0, asked) == (drawn[0], len(models.prompts))
    assert "gpt-6-luna answered 3 of 3 rows by the prompt of 2 captured calls" in drawn[1]
    assert before == rows("status")[0]["by_kind"]
    assert 0 == command("dataset", "verify", "d")[0]
    # Readers contradict another's score, which is near the threshold as well.
    other = otel_training.insight_id("https://s4.example/", facts_of(source_of(4))[0])
    otel_training.record_feedback(other, "x", user_id=1)
    with open_drained(settings_in_force()) as (store, _):
        items = {item.source_url: item for item in read_queue(store, "mira", 10, Filters()).items}
    assert "score and readers disagree" in items["https://s4.example/"].reasons
    first = next(iter(items.values()))
    assert (identity, True) == (first.extraction_id, "today's model answers otherwise" in first.reasons)
    assert [Insight("Bananas are yellow", "fruit", 0, 0)] == first.newer
    assert facts_of(source_of(0)) == [insight.text for insight in first.insights]
    assert ("", False) == (
        items["https://s4.example/"].newer_model,
        any("today" in reason for reason in items["https://s2.example/"].reasons),
    )


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        (("--where", "model=gpt-5-mini"), 2),
        (("--where", "model=gpt-5-mini", "--where", "model=gpt-6-luna"), 5),
        (("--limit", "1"), 1),
        (("--where", "model=gpt-5-mini", "--model", "claude-haiku-5-5"), 2),
    ],
)
def test_asks_what_is_named(news: None, rows: Any, options: tuple[str, ...], asked: int) -> None:
    """By model, several of it, in part; and of another model."""
    (row,) = rows("dataset", "refresh", "d", *options)

    assert (asked, "claude-haiku-5-5" if "--model" in options else "gpt-6-luna") == (row["rows"], row["model"])


def test_asks_nobody_about_who_opted_out(news: None, models: Models, command: Any, folder: DataFolder) -> None:
    """Since the dataset was made."""
    (folder.path / "opt_outs.txt").write_text("https://s0.example/\n", encoding="utf-8")
    code, _, err = command("dataset", "refresh", "d", "--yes")

    assert (1, True, []) == (code, "1 rows of d are of sources that opted out" in " ".join(err.split()), models.prompts)


def test_the_last_model_asked_is_todays(news: None, models: Models, rows: Any) -> None:
    """Of two answers the newer one stands beside the frozen one, and says whether they disagree."""
    models.answer = otherwise
    rows("dataset", "refresh", "d", "--yes")
    models.answer = good
    (row,) = rows("dataset", "refresh", "d", "--yes", "--model", "gpt-7-sol", "--limit", 1)
    with open_drained(settings_in_force()) as (store, _):
        items = {item.source_url: item for item in read_queue(store, "mira", 10, Filters()).items}

    assert (1, 1, []) == (row["rows"], row["answered"], row["disagreeing"])
    (first,) = [item for url, item in items.items() if "s0." in url]
    assert not [reason for reason in first.reasons if "today" in reason]
    assert [insight.text for insight in first.insights] == [insight.text for insight in first.newer]


@pytest.mark.parametrize("arm", ["candidate", "another"])
def test_a_candidate_that_serves_is_not_todays(news: None, rows: Any, arm: str) -> None:
    """Nor what it tried before Claude answered: its rows are what today's model is to check."""
    share = {"candidate": ("--share", 100), "another": ("--share", 0, "--arm", "another", 100)}[arm]
    rows("experiment", "start", "routed", *share, "--holdout", 0)
    route = otel_training.experiment("routed", claude=extract, candidate=extract, another=extract)
    route("chips", "https://s9.example/", source_of(9), "small-1", "Be brief.")

    assert "gpt-6-luna" == rows("dataset", "refresh", "d")[0]["model"]


def test_says_what_is_wrong(news: None, rows: Any, command: Any) -> None:
    """No such row, no such column; and where nothing was captured, which model it is to be."""
    (version,) = {row["prompt_version"] for row in rows("view", "llm_call") if "6-luna" in row["model"]} - {
        row["prompt_version"] for row in rows("view", "llm_call") if "5-mini" in row["model"]
    }
    assert 2 == rows("dataset", "refresh", "d", "--where", f"prompt-version={version}")[0]["rows"]
    results = [command("dataset", "refresh", "d", "--where", where) for where in ("model=none", "topic=chips", "model")]

    assert [1, 2, 2] == [code for code, _, _ in results]
    assert "No row of d is what --where names." in " ".join(results[0][2].split())


def test_old_logs_need_a_model(rows: Any, command: Any, tmp_path: Any) -> None:
    """They do not tell who answered; then our template asks."""
    line = {
        "timestamp": "2026-05-01T12:00:00Z", "stage": "extraction", "source_url": "u", "source_content": "text",
        "extracted_insights": [{"text": "x", "category": "c"}], "quality_score": 8,
    }  # fmt: skip
    (tmp_path / "old.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    rows("import", "old.jsonl")
    rows("dataset", "create", "d", *LENIENT)
    code, _, err = command("dataset", "refresh", "d")
    (row,) = rows("dataset", "refresh", "d", "--model", "gpt-6-luna")

    assert (1, True) == (code, "say by --model which one" in " ".join(err.split()))
    assert (1, 0) == (row["rows"], row["prompts"])
