"""`otel-training experiment candidate` and `eval`."""

import json
import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import otel_training
from otel_training.folder import DataFolder, make_folder
from otel_training.pipeline.pipeline import make_finisher
from otel_training.pipeline.settings import settings_in_force
from otel_training.review.decisions import Decision, Verdict, decide, keep_in
from otel_training.routing import answer
from otel_training.routing.state import Experiment, read_state, write_state
from otel_training.store.session import open_drained
from tests.models import Models, facts_of, good, serving

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


def gather(count: int, start: int = 0) -> None:
    """Extract from sources of many sites."""
    for number in range(start, start + count):
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


def shuffled(prompt: str) -> str:
    """Answer the facts of the source after it."""
    (number,) = set(re.findall(r"Maker (\d+) ", prompt))
    return good(source_of(int(number) + 1))


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
    (candidate,) = rows("experiment", "candidate", "good", "--model", "gpt-6-luna", "--few-shot", 2, "--dataset", "d")
    before = rows("status")[0]["by_kind"]

    priced = command("experiment", "eval", "good", "--dataset", "d")
    assert (0, [], {}) == (priced[0], models.prompts, models.batches)
    assert ("Nothing was asked: --yes pays for it." in priced[2], "decided" in priced[2]) == (True, False)
    (evaluation,) = rows("experiment", "eval", "good", "--dataset", "d", "--yes")
    asked = len(models.prompts), len(models.questions)
    (again,) = rows("experiment", "eval", "good", "--dataset", "d")

    definition = read_state(folder).candidates["good"]
    assert asked == (len(models.prompts), len(models.questions))
    assert (evaluation["verdict"]["gates"], evaluation["verdict"]["reason"]) == (
        again["verdict"]["gates"], again["verdict"]["reason"],
    )  # fmt: skip
    assert (2, 4, "Topic: {topic}\n\n{source_content}") == (
        len(candidate["shots"]), len(definition.messages), definition.template,
    )  # fmt: skip
    assert 0.9 < candidate["saving"] < 1
    tested = {prompt[-1]["content"] for prompt in models.prompts}
    assert set() == tested & {message.content for message in definition.messages}
    assert [False, True] == [candidate["is_simulated"], evaluation["is_simulated"]]
    (compared,) = rows("experiment", "compare", "good")
    assert evaluation["verdict"]["reason"] == compared["reason"]
    assert before == rows("status")[0]["by_kind"]
    by_sources = (
        "SELECT n, lower, verdict FROM verdict_bounds FINAL "
        "WHERE evaluation_id = {id:String} AND metric = 'score' ORDER BY n"
    )
    with open_drained(settings_in_force()) as (store, _):
        curve = list(store.rows(by_sources, id=evaluation["evaluation_id"]))
    (gate,) = [gate for gate in evaluation["verdict"]["gates"] if gate["metric"] == "score"]
    assert ([gate["sources"] * part // 10 for part in range(1, 11)], gate["lower"], "PASS") == (
        [row["n"] for row in curve], curve[-1]["lower"], curve[-1]["verdict"],
    )  # fmt: skip
    assert sorted(row["lower"] for row in curve) == [row["lower"] for row in curve]
    assert ("PASS", 1.0, 1.0) == (
        evaluation["verdict"]["verdict"], evaluation["verdict"]["ratio"], evaluation["verdict"]["judge"]["kappa"],
    )  # fmt: skip

    models.answer = shuffled
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
    (evaluation,) = rows("experiment", "eval", "c", "--dataset", "d", "--yes")

    assert (1, True) == (refused[0], "The candidate does not answer" in refused[2] and "run it again" in refused[2])
    assert part["evaluation_id"] == evaluation["evaluation_id"]
    assert evaluation["examples"] == len(models.prompts) == evaluation["verdict"]["examples"]
    assert ("INVALID", True) == (evaluation["verdict"]["verdict"], "nobody decided" in evaluation["verdict"]["reason"])


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
    whole = ("candidate", "whole", "--model", "gpt-6-luna", "--few-shot", 3, "--eval", "self")
    priced = command("experiment", *whole)
    assert (0, True, []) == (priced[0], "Nothing was asked: --yes pays for it." in priced[2], models.prompts)
    assert "No dataset was frozen yet: auto-1 is, 12 rows whatever readers did" in priced[2]
    candidate, evaluated = rows("experiment", *whole, "--yes")
    assert (candidate["dataset_id"], "INVALID", True) == (
        evaluated["dataset_id"], evaluated["verdict"]["verdict"], len(models.prompts) == evaluated["examples"] > 0,
    )  # fmt: skip
    code, printed, err = command("experiment", "candidate", "cheap", "--model", "claude-haiku-4-5", "--few-shot", 3)

    assert (0, True) == (code, "cheap: claude-haiku-4-5 with 3 examples of auto-1" in printed)
    assert "auto-1" not in err.partition("experiment eval")[0]
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
    (evaluation,) = rows("experiment", "eval", "c", "--dataset", "d", "--judge", "self", "--yes")

    assert (True, "INVALID") == (evaluation["is_self_reported"], evaluation["verdict"]["verdict"])
    assert "self-reported" in evaluation["verdict"]["reason"]
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
        ("candidate", "f", "--model", "f", "--provider", "callable"): "name it as module:function",
    }
    for argv, sentence in sentences.items():
        code, _, err = command("experiment", *argv)
        assert (1, True) == (code, sentence in err), err
    code, _, err = command("experiment", "candidate", "c", "--model", "m", "--yes")
    assert (2, True) == (code, "--yes pays for an evaluation: say --eval, too" in err)


def test_warns_before_it_is_paid_where_no_verdict_can_come(models: Models, rows: Any, command: Any) -> None:
    """Of too few sources, and where nobody decided; not where nothing is left to pay."""
    gather(12)
    rows("dataset", "create", "d", *LENIENT, "--split", "50/0/50")
    rows("experiment", "candidate", "c", "--model", "m", "--dataset", "d")
    words = ("experiment", "eval", "c", "--dataset", "d")
    few, undecided = "Below 50 sources nothing is decided, and", "since people decided on no answer"
    errors = [command(*words, *options)[2] for options in ((), ("--judge", "self"), ("--judge", "self", "--yes"))]
    errors.append(command(*words, "--judge", "self")[2])

    assert [(True, True), (True, False), (True, False), (False, False)] == [
        (few in each, undecided in each) for each in errors
    ]


ASKED: list[str] = []


def reads(source_content: str, source_url: str) -> list[dict[str, str]]:
    """Answer as Claude does, but fail at some pages."""
    ASKED.append(source_url)
    if "0." in source_url or "5." in source_url or "7." in source_url:
        raise KeyError(source_url)
    return [{"text": text, "category": "market"} for text in facts_of(source_content)]


def fair(source: str, insights: list[dict[str, str]], topic: str) -> float:
    """Judge by whether the source says each insight."""
    return 9 if insights and all(insight["text"] in source for insight in insights) else 2


def test_a_function_is_a_candidate(models: Models, rows: Any, command: Any) -> None:
    """It is given what it takes, its errors are its failures, nobody knows what it costs, and no model is asked."""
    gather(12)
    rows("dataset", "create", "d", *LENIENT, "--split", "50/0/50")
    function = "--model", "tests.cli.test_experiment_eval:reads", "--provider", "callable"
    rows("experiment", "candidate", "f", *function, "--dataset", "d")
    asked = command("experiment", "eval", "f", "--dataset", "d", "--judge", "tests.cli.test_experiment_eval:fair")
    (evaluation,) = rows(
        "experiment", "eval", "f", "--dataset", "d", "--judge", "tests.cli.test_experiment_eval:fair", "--yes"
    )
    arm = evaluation["verdict"]["arms"]["candidate"]
    failed = sum(any(f"{digit}." in url for digit in "057") for url in ASKED)

    assert (0, True) == (asked[0], "Nothing was asked" in asked[2])
    assert ([], evaluation["examples"], None) == (models.prompts, evaluation["verdict"]["examples"], arm["cost"])
    assert (len(ASKED), failed / len(ASKED)) == (evaluation["examples"], arm["errors"])
    assert 0 < failed < len(ASKED)
    assert {"KeyError": failed} == evaluation["failures"]
    shown = " ".join(command("experiment", "compare", "f")[1].split())
    assert f"The candidate failed {failed} time{'s' * (failed > 1)}: KeyError ({failed})." in shown
    assert (0, 1) == (shown.count("PASS"), evaluation["verdict"]["reason"].count("nobody decided"))
    assert 2 == command("experiment", "candidate", "g", *function, "--few-shot", 1)[0]


def test_what_is_measured_of_a_name_is_no_others(models: Models, rows: Any, command: Any, tmp_path: Path) -> None:
    """Two candidates of one definition are evaluated each by itself, and so is a judge whose text has changed."""
    gather(12)
    rows("dataset", "create", "d", *LENIENT, "--split", "50/0/50")
    judge = tmp_path / "own_judge.py"

    def evaluate(name: str, text: str) -> str:
        judge.write_text(text, encoding="utf-8")
        words = ("experiment", "eval", name, "--dataset", "d", "--judge", "own_judge:score", "--yes")
        return rows(*words)[0]["evaluation_id"]

    for name in ("first", "second"):
        rows("experiment", "candidate", name, "--model", "m", "--dataset", "d", "--base-url", f"{models.url}/v1")
    text = "def score(source, insights, topic):\n    return 9\n"
    ids = [evaluate("first", text), evaluate("second", text), evaluate("first", text)]
    changed = evaluate("second", f"# Another.\n{text}")

    assert ids[0] == ids[2]
    assert 3 == len({*ids, changed})
    compared = [json.loads(command("experiment", "compare", name, "--json")[1]) for name in ("first", "second")]
    assert compared[0]["examples"] == compared[1]["examples"] > 0


def show_beside(candidate: str, folder: DataFolder) -> None:
    """Have Claude and a shadow of the candidate answer one source; a reader likes Claude's answer."""
    state = read_state(folder)
    experiment = Experiment("s", {"claude": 1.0}, shadow=True, candidates={"candidate": candidate})
    write_state(folder, replace(state, experiments={"e": experiment}))

    def small(source_url: str) -> list[str]:
        usage: Any = {"input_tokens": 1000, "output_tokens": 100, "provider": "openai"}
        otel_training.current().llm_call(model="gpt-6-luna", input="P", output='["Small"]', **usage)
        return ["Small"]

    url = "https://shown.example"
    otel_training.experiment("e", claude=lambda source_url: ["Claude's"], candidate=small)(url)
    otel_training.record_feedback(otel_training.insight_id(url, "Claude's"), "like", user_id=1)
    for thread in threading.enumerate():
        if thread.name == "otel_training-candidate":
            thread.join()


@pytest.fixture
def trial(models: Models, rows: Any, folder: DataFolder) -> Callable[..., Any]:
    """A candidate that answered two sources, to be asked about the rest after a surprise."""
    gather(12)
    gather_gold(40, folder)
    rows("dataset", "create", "d", *LENIENT, "--split", "50/0/50", "--topic", "chips", "--topic", "energy")
    rows("experiment", "candidate", "c", "--model", "gpt-6-luna", "--dataset", "d")
    show_beside("c", folder)

    def evaluate(*options: Any) -> Any:
        return rows("experiment", "eval", "c", "--dataset", "d", "--yes", *options)[0]["verdict"]

    evaluate("--limit", 2)
    return evaluate


def redirect(models: Models, _: DataFolder) -> None:
    """Have another model answer."""
    models.named = "gpt-6-nano"


def raise_price(_: Models, folder: DataFolder) -> None:
    """Price it anew."""
    price = '[[price]]\nmodel = "gpt-6-luna"\ninput_mtok = 99\noutput_mtok = 99\n'
    (make_folder(folder).path / "prices.toml").write_text(price, encoding="utf-8")


def count_cache_beside(models: Models, _: DataFolder) -> None:
    """Report more of the cache than the input has."""
    models.cached = 4000


@pytest.mark.parametrize(
    ("surprise", "change"),
    [
        (redirect, "candidate model (gpt-6-luna -> gpt-6-nano)"),
        (raise_price, "prices.toml"),
        (count_cache_beside, "cache beside the input)"),
    ],
)
def test_a_providers_surprise_is_named(
    surprise: Any, change: str, trial: Any, models: Models, folder: DataFolder
) -> None:
    """Another model answers, a price or the count of the cache changes in mid-experiment: INVALID, which says so."""
    surprise(models, folder)
    verdict = trial()

    assert "INVALID" == verdict["verdict"]
    assert ([True], True) == ([change in text for text in verdict["changes"]], change in verdict["reason"])


def compared(command: Any) -> Any:
    """The verdict as it stands, whatever it is."""
    return json.loads(command("experiment", "compare", "c", "--json")[1])


def test_a_model_that_is_shut_down_is_no_failure(trial: Any, models: Models, command: Any) -> None:
    """It stops at once and says so, nothing is counted of it, and what was answered is kept."""
    for code in (404, 410, 501):
        models.status = lambda _, code=code: code  # type: ignore[misc]
        began = time.monotonic()
        left, _, err = command("experiment", "eval", "c", "--dataset", "d", "--yes")

        assert (1, True) == (left, "The candidate does not answer (" in err and f"code: {code}" in err)
        assert time.monotonic() - began < 15
    verdict = compared(command)
    assert (2, 0.0) == (verdict["examples"], verdict["arms"]["candidate"]["errors"])


def test_what_a_cache_read_costs_less(trial: Any, models: Models, command: Any, rows: Any) -> None:
    """Of the candidate's own calls, too; to be cached now and then is no change."""
    before = compared(command)
    models.cached = 400
    verdict = trial()

    assert [] == verdict["changes"]
    (shadow,) = before["shadows"]
    assert ("e", "c", 1, 0, True) == (*list(shadow.values())[:4], 0 < float(shadow["usd"]) < 1)
    sentence = "Shadows: 1 answer beside Claude's cost"
    assert [True, True] == [sentence in command("experiment", *words)[1] for words in (["compare", "c"], ["status"])]
    assert [[shadow]] == [row["shadows"] for row in rows("experiment", "status")]
    assert [{"likes": 0, "dismissals": 0}] * 2 == [before["arms"][arm]["votes"] for arm in ("baseline", "candidate")]
    assert verdict["arms"]["candidate"]["cost"] < before["arms"]["candidate"]["cost"]


def test_both_arms_are_priced_anew(trial: Any, models: Models, command: Any, folder: DataFolder) -> None:
    """Once all is answered, by the same day's prices; what of the input came out of a cache stays cheaper."""
    models.cached = 200
    trial()
    names, figures = ("gpt-6-luna", "claude-haiku-4-5"), "input_mtok = 10\ncache_read_mtok = 1\noutput_mtok = 10\n"
    prices = "".join(f'[[price]]\nmodel = "{name}"\n{figures}' for name in names)
    (make_folder(folder).path / "prices.toml").write_text(prices, encoding="utf-8")
    assert 0 == command("prices", "check", "--again")[0]
    verdict = trial()

    # Claude's 3,060 tokens; of the candidate's 460 of three sources, the last of which had 200 of them cached.
    costs = [float(verdict["arms"][arm]["cost"]) for arm in ("baseline", "candidate")]
    assert [0.0306, (2 * 0.0046 + 0.0028) / 3] == [pytest.approx(cost) for cost in costs]
    again = compared(command)["arms"]
    assert costs == [float(again[arm]["cost"]) for arm in ("baseline", "candidate")]
