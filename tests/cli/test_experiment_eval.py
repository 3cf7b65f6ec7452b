"""`otel-training experiment candidate` and `eval`."""

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

import otel_training
from otel_training.folder import DataFolder, make_folder
from otel_training.pipeline.pipeline import make_finisher
from otel_training.pipeline.settings import settings_in_force
from otel_training.review.decisions import Decision, Verdict, decide, keep_in
from otel_training.routing import answer
from otel_training.routing.state import read_state
from tests.models import Models, bad, facts_of, good, serving

pytestmark = pytest.mark.slow

SYSTEM = "Name the insights."
LENIENT = ("--net-above", "-1", "--min-viewers", "0")
SOURCES = 76


def source_of(number: int) -> str:
    """A text of its own."""
    chance = random.Random(number)
    words = [" ".join(f"{letter}{chance.randrange(10**6)}" for letter in "abcdef") for _ in range(4)]
    return "".join(f"Maker {number} reports {word}. " for word in words)


@otel_training.extraction
def extract(topic: str, source_url: str, source_content: str, *, is_right: bool = True) -> dict[str, Any]:
    """Have Claude read a source."""
    texts = facts_of(source_content) if is_right else ["Bananas are yellow"]
    insights = [{"text": text, "category": "market"} for text in texts]
    messages = [
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": f"Topic: {topic}\nURL: {source_url}\n\n{source_content}"},
    ]
    otel_training.current().llm_call(
        model="claude-haiku-4-5", provider="anthropic", input=messages, output=json.dumps({"insights": insights}),
        input_tokens=3000, output_tokens=60,
    )  # fmt: skip
    return {"insights": insights, "quality_score": 8, "passed_filters": True}


def gather(count: int) -> None:
    """Extract from sources of many sites."""
    for number in range(count):
        extract(("chips", "energy")[number % 2], f"https://s{number}.example/1", source_of(number))


def gather_gold(count: int, folder: DataFolder) -> None:
    """Extract, and have a person decide: right answers are accepted, others rejected."""
    settings, place = settings_in_force(), make_folder(folder)
    finisher, keep = make_finisher(settings, place), keep_in(settings, place)
    for number in range(count):
        is_right = number % 2 > 0
        extract("gold", f"https://g{number}.example/1", source_of(1000 + number), is_right=is_right)
        verdict = Verdict.ACCEPT if is_right else Verdict.REJECT
        decide(Decision(otel_training.current().id, verdict), "mira", finisher, keep)


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> Iterator[Models]:
    """Models on this machine, which the clients ask by default."""
    models = Models()
    with serving(models) as url:
        for provider, path in (("ANTHROPIC", ""), ("OPENAI", "/v1")):
            monkeypatch.setenv(f"{provider}_BASE_URL", f"{url}{path}")
            monkeypatch.setenv(f"{provider}_API_KEY", "none")
        # A process has one client, which looked for the address when it was made.
        answer._client.cache_clear()
        yield models


def test_a_good_candidate_passes_and_a_bad_one_fails(
    models: Models, rows: Any, command: Any, folder: DataFolder
) -> None:
    """From the app's traffic to both verdicts, by commands alone; nothing of it is traffic of the app."""
    gather(SOURCES)
    gather_gold(40, folder)
    rows("dataset", "create", "d", *LENIENT, "--split", "20/0/80", "--topic", "chips", "--topic", "energy")
    (made,) = rows("experiment", "candidate", "good", "--model", "gpt-6-luna", "--few-shot", 2, "--dataset", "d")
    before = rows("status")[0]["by_kind"]

    priced = command("experiment", "eval", "good", "--dataset", "d")
    assert (0, [], {}) == (priced[0], models.prompts, models.batches)
    assert "Nothing was asked: --yes pays for it." in priced[2]
    (found,) = rows("experiment", "eval", "good", "--dataset", "d", "--yes")
    asked = len(models.prompts), len(models.questions)
    (again,) = rows("experiment", "eval", "good", "--dataset", "d")

    definition = read_state(folder).candidates["good"]
    assert asked == (len(models.prompts), len(models.questions))
    assert (found["verdict"]["gates"], found["verdict"]["reason"]) == (
        again["verdict"]["gates"], again["verdict"]["reason"],
    )  # fmt: skip
    assert (2, 4, "Topic: {topic}\n\n{source_content}") == (
        len(made["shots"]), len(definition.messages), definition.template,
    )  # fmt: skip
    assert 0.9 < made["saving"] < 1
    tested = {prompt[-1]["content"] for prompt in models.prompts}
    assert set() == tested & {message.content for message in definition.messages}
    assert [False, True] == [made["is_simulated"], found["is_simulated"]]
    (compared,) = rows("experiment", "compare", "good")
    assert found["verdict"]["reason"] == compared["reason"]
    assert before == rows("status")[0]["by_kind"]
    assert ("PASS", 1.0, 1.0) == (
        found["verdict"]["verdict"], found["verdict"]["ratio"], found["verdict"]["judge"]["kappa"],
    )  # fmt: skip

    models.answer = bad
    rows("experiment", "candidate", "bad", "--model", "bad", "--dataset", "d", "--base-url", f"{models.url}/v1")
    (lost,) = rows("experiment", "eval", "bad", "--dataset", "d", "--yes")
    assert ("FAIL", False) == (lost["verdict"]["verdict"], "bad" in str(models.questions))


def test_goes_on_where_it_was(models: Models, rows: Any, command: Any) -> None:
    """An outage is no quality of the candidate: it stops, says so, and asks what is left the next time."""
    gather(12)
    rows("dataset", "create", "d", *LENIENT, "--split", "50/0/50")
    rows("experiment", "candidate", "c", "--model", "gpt-6-luna", "--dataset", "d")
    models.status = lambda _: 401
    refused = command("experiment", "eval", "c", "--dataset", "d", "--yes")
    models.status = lambda _: 200
    models.answer = lambda prompt: "no JSON" if "Maker 1 " in prompt else good(prompt)
    (part,) = rows("experiment", "eval", "c", "--dataset", "d", "--yes", "--limit", 2)
    (found,) = rows("experiment", "eval", "c", "--dataset", "d", "--yes")

    assert (1, True) == (refused[0], "The candidate does not answer" in refused[2] and "run it again" in refused[2])
    assert part["evaluation_id"] == found["evaluation_id"]
    assert found["examples"] == len(models.prompts) == found["verdict"]["examples"]
    assert ("INVALID", True) == (found["verdict"]["verdict"], "nobody decided" in found["verdict"]["reason"])


def test_from_old_logs_to_a_priced_candidate_in_one_command(
    models: Models, rows: Any, command: Any, tmp_path: Any, folder: DataFolder
) -> None:
    """Nothing was frozen, nobody reacted: what there is is frozen, and that is said."""
    lines = [
        {"timestamp": f"2026-01-02T03:04:{number:02}", "stage": "extraction", "topic": "chips",
         "source_url": f"https://s{number}.example/1", "source_content": source_of(number), "quality_score": 8,
         "extracted_insights": [{"text": text, "category": "c"} for text in facts_of(source_of(number))]}
        for number in range(12)
    ]  # fmt: skip
    (tmp_path / "old.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    command("import", "old.jsonl")
    code, printed, said = command("experiment", "candidate", "cheap", "--model", "claude-haiku-4-5", "--few-shot", 3)

    assert (0, True) == (code, "cheap: claude-haiku-4-5 with 3 examples of auto-1" in printed)
    assert "No dataset was frozen yet: auto-1 is, 12 rows whatever readers did" in said
    assert "What a source costs, in USD" in printed
    # The same again is the same; another one needs another name.
    assert 0 == command("experiment", "candidate", "cheap", "--model", "claude-haiku-4-5", "--few-shot", 3)[0]
    other = command("experiment", "candidate", "cheap", "--model", "claude-haiku-4-5")
    assert (1, True) == (other[0], "The candidate 'cheap' is another: choose another name." in other[2])
    (self_judged,) = rows("experiment", "candidate", "free", "--model", "m", "--base-url", f"{models.url}/v1")
    assert [None, 0] == [self_judged["usd_a_source"], len(self_judged["shots"])]


def test_a_score_of_its_own_is_no_proof(models: Models, rows: Any) -> None:
    """It is marked, and never passes."""
    gather(12)
    rows("dataset", "create", "d", *LENIENT, "--split", "50/0/50")
    rows("experiment", "candidate", "c", "--model", "m", "--dataset", "d", "--base-url", f"{models.url}/v1")
    (found,) = rows("experiment", "eval", "c", "--dataset", "d", "--judge", "self", "--yes")

    assert (True, "INVALID") == (found["is_self_reported"], found["verdict"]["verdict"])
    assert "self-reported" in found["verdict"]["reason"]
    assert {} == models.batches


def test_says_what_to_do(models: Models, rows: Any, command: Any) -> None:
    """In one sentence each."""
    gather(12)
    rows("dataset", "create", "d", *LENIENT, "--split", "50/0/50")
    rows("experiment", "candidate", "c", "--model", "m", "--dataset", "d")
    sentences = {
        ("eval", "nothing", "--dataset", "d"): "There is no candidate 'nothing': there are c.",
        ("compare", "c"): "The candidate 'c' was not evaluated",
        ("eval", "c", "--dataset", "nothing"): "There is no dataset 'nothing'",
        ("eval", "c", "--dataset", "d", "--judge", "gpt-6-luna"): "gpt-6-luna is no judge: give a Claude model",
        ("candidate", "e", "--model", "m", "--few-shot", "1", "--token-budget", "1"): "give a larger --token-budget",
    }
    for argv, sentence in sentences.items():
        code, _, said = command("experiment", *argv)
        assert (1, True) == (code, sentence in said), said
