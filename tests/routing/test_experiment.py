"""`experiment`: a function that answers as Claude's does, and never worse than Claude."""

import asyncio
import functools
import inspect
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

import otel_training
from otel_training import conventions as names
from otel_training.conventions import Kind
from otel_training.dataset.site import site_of
from otel_training.folder import DataFolder, make_folder
from otel_training.routing import route
from otel_training.routing.breaker import FAILURES
from otel_training.routing.state import Complexity
from otel_training.testing import Captured

CLAUDES = {"insights": [{"text": "Claude's", "category": "c"}], "quality_score": 8}
SMALLS = {"insights": [{"text": "Small", "category": "c"}], "quality_score": 7}
ANSWERS: dict[str, Any] = {
    "schema": {"answer": "none"}, "blank": {"insights": [{"text": " "}]}, "empty": {"insights": []},
    "low": {"insights": ["Small"], "quality_score": 2},
}  # fmt: skip
STYLES = pytest.mark.parametrize("style", ["sync", "async", "mixed"])
"""Both functions sync, both async, or an async one of Claude with a sync candidate."""


def claude(topic: str, source_url: str, source_content: str = "") -> dict[str, Any]:
    """Ask Claude."""
    if topic == "claude fails":
        raise LookupError(topic)
    return CLAUDES


def small(topic: str, source_url: str, source_content: str = "") -> Any:
    """Ask a small model."""
    if topic in ("error", "claude fails"):
        raise ValueError(topic)
    if topic == "timeout":
        time.sleep(0.4)
    return ANSWERS.get(topic, SMALLS)


async def claude_later(topic: str, source_url: str, source_content: str = "") -> dict[str, Any]:
    """Ask Claude."""
    return claude(topic, source_url)


async def small_later(topic: str, source_url: str, source_content: str = "") -> Any:
    """Ask a small model."""
    if topic == "timeout":
        await asyncio.sleep(60)
    return small(topic, source_url)


def asking(style: str, decorate: Callable[[Any], Any] = lambda function: function, **options: Any) -> Any:
    """Make an experiment of a style, and a function that calls it."""
    functions = {"sync": (claude, small), "async": (claude_later, small_later), "mixed": (claude_later, small)}[style]
    baseline, candidate = map(decorate, functions)
    routed: Any = otel_training.experiment("insights", claude=baseline, candidate=candidate, **options)
    if style == "sync":
        return routed
    return lambda *args, **kwargs: asyncio.run(routed(*args, **kwargs))


def outcomes(captured: Captured) -> list[tuple[Any, ...]]:
    """Of each extraction the text that it returned, how it ended, and its error."""
    return [
        ("".join(insight["text"] for insight in row["body"][names.OUTPUT] or []), row[names.OUTCOME],
         row.get(names.ERROR_TYPE))
        for row in captured.records if row[names.KIND] == Kind.EXTRACTION
    ]  # fmt: skip


@STYLES
@pytest.mark.parametrize("decorate", [lambda function: function, otel_training.extraction], ids=["bare", "decorated"])
def test_the_assigned_arm_answers(
    style: str, decorate: Any, turn_on: Any, captured: Captured, assignments: Any
) -> None:
    """One extraction, of the arm that answered, and one assignment that names both."""
    ask = asking(style, decorate)
    turn_on()
    first = ask("chips", "https://news.example/1")
    turn_on(weights={"claude": 1})
    second = ask("chips", "https://news.example/1")

    assert (SMALLS, CLAUDES) == (first, second)
    assert [("Small", "ok", None), ("Claude's", "ok", None)] == outcomes(captured)
    assert [
        ("candidate", "candidate", "assigned", None, "ok"), ("claude", "claude", "assigned", None, "ok"),
    ] == assignments()  # fmt: skip
    ids = [row[names.EVENT_ID] for row in captured.records if row[names.KIND] == Kind.EXTRACTION]
    ways = [row for row in captured.records if row[names.KIND] == Kind.ASSIGNMENT]
    assert ids == [row[names.EXTRACTION_ID] for row in ways]
    assert [ids[0], None] == [row.get(names.ROUTE_ATTEMPT) for row in ways]


class Desk:
    """An app whose methods ask."""

    section = "metals"

    @otel_training.extraction(task="desk", arguments={"topic": "self.section"})
    def ask(self, source_url: str) -> dict[str, Any]:
        """Ask Claude."""
        return CLAUDES

    @otel_training.extraction
    async def ask_later(self, source_url: str) -> dict[str, Any]:
        """Ask Claude, too."""
        return CLAUDES

    @otel_training.extraction
    def small(self, source_url: str) -> dict[str, Any]:
        """Ask a small model."""
        return SMALLS


@pytest.mark.parametrize("is_async", [False, True])
def test_the_methods_of_an_instance_are_arms(*, is_async: bool, turn_on: Any, captured: Captured) -> None:
    """One extraction a call, by the task and the places that the decorator of Claude's names."""
    desk = Desk()
    routed: Any = otel_training.experiment(
        "insights", claude=desk.ask_later if is_async else desk.ask, candidate=desk.small
    )
    answers = []
    for weights in ({"claude": 0, "candidate": 1}, {"claude": 1}):
        turn_on(weights=weights)
        answer = routed("https://news.example/1")
        answers.append(asyncio.run(answer) if is_async else answer)

    assert [SMALLS, CLAUDES] == answers
    assert [("Small", "ok", None), ("Claude's", "ok", None)] == outcomes(captured)
    last = captured.extractions[-1]
    assert (None if is_async else "metals", "https://news.example/1") == (last["topic"], last["source_url"])


@STYLES
@pytest.mark.parametrize(
    ("topic", "reason", "attempt"),
    [
        ("error", "error", ("", "error", "ValueError")),
        ("schema", "schema", ("", "error", "Rejected")),
        ("blank", "schema", (" ", "error", "Rejected")),
        ("empty", "empty", ("", "error", "Rejected")),
        ("low", "self_score", ("Small", "error", "Rejected")),
    ],
)
def test_claude_answers_where_the_candidate_cannot(  # noqa: PLR0913, PLR0917 - one for each fixture
    style: str, topic: str, reason: str, attempt: Any, turn_on: Any, captured: Captured, assignments: Any
) -> None:
    """Both are recorded: what the candidate answered as an extraction that failed."""
    turn_on()
    answered = asking(style, min_score=5)(topic, "https://news.example/1")

    assert CLAUDES == answered
    assert [attempt, ("Claude's", "ok", None)] == outcomes(captured)
    assert [("candidate", "claude", "fallback", reason, "ok")] == assignments()


@STYLES
def test_claude_answers_where_the_candidate_takes_too_long(
    style: str, turn_on: Any, captured: Captured, assignments: Any
) -> None:
    """An async one is cancelled; a thread goes on, and what it answers late is an extraction that failed."""
    turn_on(timeout=0.1)
    answered = asking(style)("timeout", "https://news.example/1")
    late = [("", "cancelled", "CancelledError")] if style == "async" else [("Small", "error", "Rejected")]
    deadline = time.monotonic() + 20
    while len(outcomes(captured)) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)

    assert CLAUDES == answered
    assert sorted([("Claude's", "ok", None), *late], key=str) == sorted(outcomes(captured), key=str)
    assert [("candidate", "claude", "fallback", "timeout", "ok")] == assignments()


@STYLES
def test_the_apps_own_check_decides(style: str, turn_on: Any, assignments: Any) -> None:
    """Instead of ours: what it does not let pass is no answer."""
    turn_on()
    answers = [
        asking(style, check=check)("chips", "https://news.example/1")
        for check in (lambda answer: False, lambda answer: answer["quality_score"] == 7)
    ]

    assert ([CLAUDES, SMALLS], ["schema", None]) == (answers, [row[3] for row in assignments()])


@STYLES
def test_claudes_own_error_is_the_apps(style: str, turn_on: Any, assignments: Any) -> None:
    """Raised as it is; nobody answered."""
    turn_on()
    with pytest.raises(LookupError, match="claude fails"):
        asking(style)("claude fails", "https://news.example/1")

    assert [("candidate", None, "fallback", "error", "error")] == assignments()


@pytest.mark.parametrize(
    ("rules", "options", "other"),
    [
        ({"max_length": 10}, {}, SMALLS),
        ({"topics": ("chips",)}, {}, SMALLS),
        ({"slices": ("topic=chips",)}, {}, SMALLS),
        ({"slices": ("length=long", "domain=news.example")}, {}, SMALLS),
        ({}, {"complex": lambda topic, source_url, source_content: "asml" in source_url}, SMALLS),
        ({}, {"complex": lambda topic, source_url, source_content: 1 / 0}, CLAUDES),
    ],
)
def test_hard_sources_go_to_claude_at_once(
    rules: Any, options: Any, other: Any, turn_on: Any, assignments: Any
) -> None:
    """By the state's rules, by the app's own, and in doubt; all others go to the candidate."""
    ask = asking("sync", **options)
    turn_on(complex=Complexity(**rules))
    hard = ask("chips", "https://en.news.example/asml", "Orders at the largest maker")

    assert [CLAUDES, other] == [hard, ask("oil", "https://[no-url", "Short")]
    assert ["complexity", None if other is SMALLS else "complexity"] == [row[3] for row in assignments()]


@pytest.mark.parametrize(
    ("url", "arm"),
    [
        ("news.example/1", CLAUDES), ("https://EN.News.Example.:443/1", CLAUDES), ("https://bücher.example/", CLAUDES),
        ("https://ournews.example/1", SMALLS), ("u1", SMALLS), ("https://[no-url", SMALLS),
    ],
)  # fmt: skip
def test_a_domain_is_known_however_it_is_written(url: str, arm: Any, turn_on: Any) -> None:
    """As the slices of a verdict are; what has no domain is in none, though a rule names nothing."""
    ask = asking("sync")
    turn_on(
        complex=Complexity(slices=("domain=", f"domain={site_of('news.example/1')}", "domain=xn--bcher-kva.example"))
    )

    assert arm == ask("oil", url)


@pytest.mark.parametrize(
    ("fields", "way"),
    [
        ({"killed": True}, ("candidate", "claude", "killed", None, "ok")),
        ({"frozen": "a bad day"}, ("candidate", "claude", "frozen", None, "ok")),
        ({"holdout": 1.0}, ("claude", "claude", "assigned", "holdout", "ok")),
        ({"weights": {"third": 1}}, ("third", "claude", "policy", "no_arm", "ok")),
    ],
)
def test_claude_answers_what_is_held_back(fields: Any, way: Any, turn_on: Any, assignments: Any) -> None:
    """And the assignment says why."""
    turn_on(**fields)

    assert CLAUDES == asking("sync")("chips", "https://news.example/1")
    assert [way] == assignments()


def test_a_third_arm_answers_its_own(turn_on: Any, assignments: Any) -> None:
    """Under the name that the app gives it."""
    turn_on(weights={"claude": 1, "third": 1e9})
    routed = otel_training.experiment("insights", claude=claude, third=small)

    assert SMALLS == routed("chips", "https://news.example/1")
    assert [("third", "third", "assigned", None, "ok")] == assignments()


def test_a_source_without_url_is_known_by_its_content(turn_on: Any, assignments: Any) -> None:
    """And one without either stays with Claude: nothing tells it from others."""
    turn_on()
    ask = asking("sync")
    answers = [ask("chips", "", "Orders"), ask("chips", "", "")]

    assert [SMALLS, CLAUDES] == answers
    assert [None, "no_source"] == [row[3] for row in assignments()]


def test_without_a_state_file_claude_answers(captured: Captured, assignments: Any, caplog: Any) -> None:
    """With one warning, and an assignment that `doctor` reads."""
    ask = asking("sync")
    route._watches.clear()

    assert [CLAUDES] * 2 == [ask("chips", "https://news.example/1") for _ in range(2)]
    assert [("claude", "claude", "assigned", "state", "ok")] * 2 == assignments()
    assert [True] == ["experiment insights is not on" in message for message in caplog.messages]


def test_a_broken_state_file_is_claudes(folder: DataFolder, turn_on: Any, assignments: Any, caplog: Any) -> None:
    """What is wrong with it stands in the warning."""
    turn_on()
    make_folder(folder).experiments.write_text("{", encoding="utf-8")

    assert CLAUDES == asking("sync")("chips", "https://news.example/1")
    assert ["state"] == [row[3] for row in assignments()]
    assert "it is no JSON" in caplog.text


@pytest.mark.slow
def test_changes_hold_within_a_second(turn_on: Any, command: Any, captured: Captured) -> None:
    """Of an app that runs: killed by a command, and started again."""
    turn_on()
    ask = asking("sync")
    seen = []
    for words in (("kill", "insights"), ("start", "insights", "--share", 100, "--holdout", 0)):
        seen.append(ask("chips", "https://news.example/1"))
        assert command("experiment", *words)[0] == 0
        time.sleep(1.05)
    seen.append(ask("chips", "https://news.example/1"))

    assert [SMALLS, CLAUDES, SMALLS] == seen


@STYLES
def test_a_candidate_that_hangs_costs_a_few_calls_their_time(style: str, turn_on: Any, assignments: Any) -> None:
    """After five it is not asked any more: 95 of 100 calls are as quick as Claude, and each is counted."""
    hanging = threading.Event()
    asked: list[str] = []

    def hang(topic: str, source_url: str) -> Any:
        asked.append(topic)
        hanging.wait(30)

    async def hang_later(topic: str, source_url: str) -> Any:
        asked.append(topic)
        await asyncio.sleep(30)

    functions: Any = {"sync": (claude, hang), "async": (claude_later, hang_later), "mixed": (claude_later, hang)}[style]
    routed: Any = otel_training.experiment("insights", claude=functions[0], candidate=functions[1])
    turn_on(timeout=0.2)
    times = []

    async def ask_all() -> None:
        for number in range(100):
            began = time.monotonic()
            value = routed("chips", f"https://news.example/{number}")
            assert CLAUDES == (value if style == "sync" else await value)
            times.append(time.monotonic() - began)

    asyncio.run(ask_all())
    hanging.set()

    assert FAILURES == len(asked)
    assert sorted(times)[94] < 0.2
    assert ["timeout"] * FAILURES + ["breaker"] * 95 == [row[3] for row in assignments()]


async def test_who_stops_waiting_stops_the_candidate(turn_on: Any, assignments: Any) -> None:
    """Cancelled, the call asks nobody else."""
    ended = []

    async def hang(topic: str, source_url: str) -> Any:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(topic)

    turn_on()
    routed = otel_training.experiment("insights", claude=claude_later, candidate=hang)
    task = asyncio.create_task(routed("chips", "https://news.example/1"))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0)

    assert ["chips"] == ended
    assert [("candidate", None, "assigned", None, "cancelled")] == assignments()


async def test_a_candidate_that_cancels_itself_has_failed(turn_on: Any, assignments: Any) -> None:
    """That is not the app's cancellation."""

    async def cancelled(topic: str, source_url: str) -> Any:
        raise asyncio.CancelledError

    turn_on()
    routed = otel_training.experiment("insights", claude=claude_later, candidate=cancelled)

    assert CLAUDES == await routed("chips", "https://news.example/1")
    assert [("candidate", "claude", "fallback", "error", "ok")] == assignments()


def test_a_candidate_that_exits_has_failed(turn_on: Any, assignments: Any) -> None:
    """Its thread ends, not the program."""

    def leave(topic: str, source_url: str) -> Any:
        raise SystemExit

    turn_on()
    routed = otel_training.experiment("insights", claude=claude, candidate=leave)

    assert CLAUDES == routed("chips", "https://news.example/1")
    assert [("candidate", "claude", "fallback", "error", "ok")] == assignments()


@pytest.mark.parametrize("topic", ["chips", "error"])
def test_an_extraction_around_it_is_the_one(topic: str, turn_on: Any, captured: Captured, assignments: Any) -> None:
    """Arms have none of their own in it: there would be two of one source."""
    turn_on()
    ask = asking("sync")
    with otel_training.extraction(task="outer", topic=topic) as handle:
        handle.result(ask(topic, "https://news.example/1"))

    assert [("Small" if topic == "chips" else "Claude's", "ok", None)] == outcomes(captured)
    (way,) = [row for row in captured.records if row[names.KIND] == Kind.ASSIGNMENT]
    assert (handle.id, None) == (way[names.EXTRACTION_ID], way.get(names.ROUTE_ATTEMPT))


def test_the_last_extraction_is_the_one_that_answered(turn_on: Any, captured: Captured) -> None:
    """`current()` right after the call, sync or awaited, though the candidate ran elsewhere."""
    turn_on()
    ask = otel_training.experiment("insights", claude=claude, candidate=small)
    ask_later = otel_training.experiment("insights", claude=claude_later, candidate=small_later)

    async def later(topic: str) -> str:
        await ask_later(topic, "https://news.example/1")
        return otel_training.current().id

    ids = []
    for topic in ("chips", "error"):
        ask(topic, "https://news.example/1")
        ids.append(otel_training.current().id)
        ids.append(asyncio.run(later(topic)))

    assert ids == [row[names.EXTRACTION_ID] for row in captured.records if row[names.KIND] == Kind.ASSIGNMENT]


def test_a_score_given_inside_counts(turn_on: Any, captured: Captured, assignments: Any) -> None:
    """As does a result that the candidate reported itself."""

    def scoring(topic: str, source_url: str) -> Any:
        otel_training.current().result(["Small"])
        otel_training.current().score(3 if topic == "low" else 8)

    turn_on()
    ask: Any = otel_training.experiment("insights", claude=claude, candidate=scoring, min_score=5)

    assert [CLAUDES, None] == [ask(topic, "https://news.example/1") for topic in ("low", "chips")]
    assert ["self_score", None] == [row[3] for row in assignments()]


@STYLES
def test_looks_like_claudes_function(style: str) -> None:
    """Name, signature, docstring, kind; a method binds."""
    baseline = claude if style == "sync" else claude_later
    candidate = small_later if style == "async" else small
    routed: Any = otel_training.experiment("insights", claude=baseline, candidate=candidate)

    assert (baseline.__name__, baseline.__doc__, baseline.__module__) == (
        routed.__name__, routed.__doc__, routed.__module__,
    )  # fmt: skip
    assert inspect.signature(baseline) == inspect.signature(routed)
    assert (style != "sync") == inspect.iscoroutinefunction(routed)


def test_methods_bind(turn_on: Any) -> None:
    """Both arms get the instance."""

    class Extractor:
        name = "mine"

        def ask_claude(self, topic: str, source_url: str) -> Any:
            return ["Claude's " + self.name]

        def ask_small(self, topic: str, source_url: str) -> Any:
            return ["Small " + self.name]

        ask = otel_training.experiment("insights", claude=ask_claude, candidate=ask_small)

    turn_on()
    assert ["Small mine"] == Extractor().ask("chips", "https://news.example/1")


def test_callable_objects_are_arms_too(turn_on: Any) -> None:
    """Also async ones, and partials."""

    class Small:
        async def __call__(self, topic: str, source_url: str) -> Any:
            return ["Small"]

    turn_on()
    routed: Any = otel_training.experiment("insights", claude=functools.partial(claude_later), candidate=Small())

    assert ["Small"] == asyncio.run(routed("chips", "https://news.example/1"))


def test_works_where_capture_is_off(turn_on: Any, folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The switch of capture is none of the route: nothing is recorded."""
    turn_on(shadow=True)
    monkeypatch.setenv("OTEL_TRAINING_ENABLED", "false")
    otel_training.pipeline.process.reset()
    ask = asking("sync")

    assert [SMALLS, CLAUDES] == [ask(topic, "https://news.example/1") for topic in ("chips", "error")]
    assert [] == list(folder.local.glob("*.jsonl*"))


def retried(function: Any) -> Any:
    """A decorator of the app's, outside of ours."""

    @functools.wraps(function)
    def calling(*args: Any) -> Any:
        return function(*args)

    return calling


def stream(topic: str) -> Any:
    """Yield."""
    yield topic


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"claude": claude, "candidate": small_later}, "candidate is async and claude is not"),
        ({"claude": claude, "candidate": "few-shot-v1"}, "candidate is asked by name, so say by returns="),
        ({"claude": claude, "candidate": stream}, "a generator cannot be an arm"),
        ({"claude": stream}, "a generator cannot be an arm"),
        ({"claude": claude, "candidate": retried(otel_training.extraction(small))}, "let extraction be the outermost"),
        ({"claude": claude, "candidate": small, "check": claude_later}, "check, complex and returns must not be async"),
        ({"claude": claude, "arguments": {"topic": "about"}}, "is no parameter of"),
    ],
)
def test_what_cannot_be_right_is_refused_at_once(options: Any, message: str) -> None:
    """Where it is declared, not at the first call."""
    with pytest.raises(TypeError, match=message):
        otel_training.experiment("insights", **options)


def test_an_answer_from_the_apps_cache_has_no_extraction(turn_on: Any, captured: Captured) -> None:
    """The assignment names none, rather than the one before."""
    turn_on(weights={"claude": 1})
    ask = otel_training.experiment("insights", claude=functools.cache(otel_training.extraction(claude)))
    answers = [ask("chips", "https://news.example/1") for _ in range(2)]

    assert [CLAUDES] * 2 == answers
    ways = [row.get(names.EXTRACTION_ID) for row in captured.records if row[names.KIND] == Kind.ASSIGNMENT]
    assert [True, False] == [way is not None for way in ways]


def test_claude_may_have_other_decorators_outside(turn_on: Any, captured: Captured) -> None:
    """It is called as it is, and is one extraction."""
    turn_on(weights={"claude": 1})
    ask = otel_training.experiment("insights", claude=retried(otel_training.extraction(claude)), candidate=small)

    assert CLAUDES == ask("chips", "https://news.example/1")
    assert [("Claude's", "ok", None)] == outcomes(captured)
