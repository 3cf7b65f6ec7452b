"""What calls cost, from capture to the table."""

import logging
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

import otel_training
from otel_training import conventions as names
from otel_training.capture.handle import Handle, emit_call
from otel_training.folder import DataFolder, make_folder
from otel_training.pipeline import process
from otel_training.pricing.call import PricesError
from otel_training.routing.state import Experiment, State, write_state
from otel_training.store.client import Store, read_query
from otel_training.store.costs import price_calls
from otel_training.store.session import open_drained
from otel_training.store.settle import settle
from otel_training.store.verify import stale_rows
from tests.routed import route_calls

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("migrated")]

PRICES = """
[[price]]
model = "big-*"
input_mtok = 3
output_mtok = 15
cache_read_mtok = 0.30
cache_write_mtok = 3.75
cache_write_1h_mtok = 6
batch = 0.5

[[price]]
model = "own"
per_hour = 3.60
"""
COSTS = """
SELECT toString(c.cost) AS cost, reason, source, model, assumption
FROM call_costs AS c FINAL
ORDER BY {} NULLS LAST
"""
USAGE = {names.INPUT_TOKENS: 5500, names.OUTPUT_TOKENS: 350}


@pytest.fixture
def own(folder: DataFolder) -> Callable[[str], None]:
    """Write the user's own prices."""

    def write(text: str) -> None:
        (make_folder(folder).path / "prices.toml").write_text(text, encoding="utf-8")

    return write


def call(**attributes: Any) -> None:
    """Capture a call outside any extraction, as it is captured."""
    named = {getattr(names, name.upper()): value for name, value in attributes.items()}
    emit_call(
        Handle("", None), {names.MODEL: "big-1", **USAGE, **named}, {"input": None, "outputs": ["a"], "tools": None}
    )


def costs(store: Store, order: str = "c.cost DESC") -> list[tuple[Any, ...]]:
    """All costs, the highest first, the unknown ones last."""
    return [tuple(row.values()) for row in store.rows(COSTS.format(order))]


CASES: list[tuple[dict[str, Any], tuple[Any, ...]]] = [
    # 5,500 x $3 + 350 x $15, of a million: 1.65 + 0.525 cents.
    ({}, ("0.02175", "", "prices.toml", "big-*", "")),
    # 300 fresh, 4,000 read, 1,000 and 200 written: 0.09 + 0.12 + 0.375 + 0.12 + 0.525 cents.
    (
        {"cache_read_tokens": 4000, "cache_write_tokens": 1200, "cache_5m_tokens": 1000, "cache_1h_tokens": 200},
        ("0.0123", "", "prices.toml", "big-*", ""),
    ),
    (
        {"cache_read_tokens": 4000, "cache_write_tokens": 1200},
        ("0.01185", "", "prices.toml", "big-*", "kept in the cache for 5 minutes"),
    ),
    ({"service_tier": "batch"}, ("0.010875", "", "prices.toml", "big-*", "")),
    (
        {"batch_id": "b", "batch_custom_id": "1", "response_id": "msg_1", "response_model": "big-1-2026"},
        ("0.010875", "", "prices.toml", "big-*", ""),
    ),
    ({"model": "own", "duration": 10.0}, ("0.01", "", "prices.toml", "own", "")),
    ({"input_tokens": 0, "output_tokens": 0}, ("0", "", "prices.toml", "big-*", "")),
    ({"output_tokens": None}, (None, "no_usage", "prices.toml", "big-*", "")),
    ({"model": "nobody's", "provider": "anthropic"}, (None, "unknown_model", "genai-prices", "", "")),
    ({"input_tokens": None, "output_tokens": None, "error_type": "overloaded_error"}, (None, "no_answer", "", "", "")),
    ({"error_type": "E"}, ("0.02175", "", "prices.toml", "big-*", "broken off: the tokens reported until then")),
]


def test_each_call_has_its_cost(own: Any) -> None:
    """By what its record says, once it is drained."""
    own(PRICES)
    for attributes, _ in CASES:
        call(**attributes)
    assert otel_training.flush(5)

    with open_drained(process.settings()) as (store, _):
        # No two records have the same time.
        assert [cost for _, cost in CASES] == costs(store, "c.ts")


def test_prices_once(own: Any, folder: DataFolder) -> None:
    """A second time there is nothing to price; what had no price is tried again where the prices changed.

    What was delivered twice is priced once.
    """
    own(PRICES)
    call()
    call(model="new")
    assert otel_training.flush(5)
    with open_drained(process.settings()) as (store, _):
        assert 0 == price_calls(store, folder)
        assert ["0.02175", None] == [cost for cost, *_ in costs(store)]

        own(PRICES.replace("3\n", "6\n", 1) + '[[price]]\nmodel = "new"\ninput_mtok = 1\noutput_mtok = 1\n')
        assert 1 == price_calls(store, folder)
        assert ["0.02175", "0.00585"] == [cost for cost, *_ in costs(store)]

        store.run("INSERT INTO llm_calls SELECT * FROM llm_calls")
        assert 1 == price_calls(store, folder, again=True)
        assert ["0.03825", "0.00585"] == [cost for cost, *_ in costs(store)]
        assert 0 == price_calls(store, folder, again=True)


def test_an_example_costs_what_its_calls_do(own: Any, folder: DataFolder) -> None:
    """All that were answered, by the prices in force; unknown where one's is, or where none was seen."""
    own(PRICES)

    @otel_training.extraction
    def extract(models: list[str]) -> list[str]:
        for model in models:
            figures: dict[str, Any] = {names.ERROR_TYPE: "overloaded"} if model == "failed" else USAGE
            attributes = {names.MODEL: model, **figures}
            emit_call(otel_training.current(), attributes, {"input": None, "outputs": ["a"], "tools": None})
        return ["a"]

    for models in (["big-1"], ["big-1", "failed", "big-2"], ["big-1", "new"], ["failed"], []):
        extract(models)
    assert otel_training.flush(5)

    def examples(store: Store) -> list[Any]:
        return [row["cost"] for row in store.rows("SELECT toString(cost) AS cost FROM examples FINAL ORDER BY ts")]

    with open_drained(process.settings()) as (store, _):
        assert ["0.02175", "0.0435", None, None, None] == examples(store)

        own(PRICES.replace("3\n", "6\n", 1) + '[[price]]\nmodel = "new"\ninput_mtok = 1\noutput_mtok = 1\n')
        price_calls(store, folder, again=True)
        settle(store)
        assert ["0.03825", "0.0765", "0.0441", None, None] == examples(store)
        assert [] == list(stale_rows(store))


def test_a_sum_is_exact(own: Any) -> None:
    """A thousand calls of 0.1 cent are a dollar, not about a dollar."""
    own('[[price]]\nmodel = "cent"\ninput_mtok = 0.1\noutput_mtok = 0\n')
    for _ in range(1000):
        call(model="cent", input_tokens=10_000)
    assert otel_training.flush(5)

    with open_drained(process.settings()) as (store, _):
        total = store.row("SELECT toString(sum(cost)) AS cost, count() AS calls FROM call_costs FINAL")
        assert (Decimal(1), 1000) == (Decimal(total["cost"]), total["calls"])


def test_a_batch_of_many_is_priced_whole(own: Any, folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are written a batch at a time; the last one may be short."""
    own(PRICES)
    for _ in range(7):
        call()
    assert otel_training.flush(5)
    monkeypatch.setattr("otel_training.store.costs._BATCH", 3)

    with open_drained(process.settings()) as (store, _):
        assert ["0.02175"] * 7 == [cost for cost, *_ in costs(store)]


def test_a_file_that_cannot_be_read_stops_no_command(
    own: Any, folder: DataFolder, caplog: pytest.LogCaptureFixture
) -> None:
    """The calls wait for their price, and the log says why."""
    own("[[price]")
    call()
    assert otel_training.flush(5)

    with caplog.at_level(logging.WARNING, "otel_training"), open_drained(process.settings()) as (store, _):
        assert [] == costs(store)
        assert "No call is priced meanwhile: " in caplog.text
        with pytest.raises(PricesError):
            price_calls(store, folder)

        own(PRICES)
        assert 1 == price_calls(store, folder)


KNOWN = {"response_id": "msg_1"}
FULL = {**KNOWN, "service_tier": "standard", "duration": 1.0}
REPORTED: list[tuple[list[dict[str, Any]], int]] = [
    # A client whose transport is another client, or a gateway in the same process: both are watched.
    ([FULL, FULL], 0),
    # What the app reports beside it knows less.
    ([KNOWN, FULL], 1),
    ([FULL, KNOWN], 0),
    ([{**KNOWN, "input_tokens": None, "output_tokens": None}, KNOWN], 1),
    ([KNOWN, KNOWN, FULL, KNOWN], 2),
]
"""Reports of one call, and which of them says most."""


def begin(count: int) -> list[Handle]:
    """Make extractions, whose calls are told of one after the other."""
    handles = []
    for _ in range(count):
        with otel_training.extraction() as handle:
            handles.append(handle)
    return handles


def take_in(drained: str) -> None:
    """Write what was reported, and drain it before the next report if it is to be so."""
    assert otel_training.flush(5)
    if drained == "one by one":
        with open_drained(process.settings()):
            pass


@pytest.mark.parametrize("drained", ["at once", "one by one"])
def test_a_call_that_several_report_is_one(drained: str, own: Any) -> None:
    """One row in the views, with one cost: the one that says most, whatever is drained first."""
    own(PRICES)
    extractions = begin(len(REPORTED))
    for at in range(max(len(reports) for reports, _ in REPORTED)):
        for extraction, (reports, _) in zip(extractions, REPORTED, strict=True):
            for report in reports[at : at + 1]:
                attributes = {getattr(names, name.upper()): value for name, value in report.items()}
                attributes = {names.MODEL: f"big-{at}", **USAGE, **attributes}
                emit_call(extraction, attributes, {"input": [], "outputs": ["a"], "tools": None})
        take_in(drained)

    with open_drained(process.settings()) as (store, folder):
        kept = sorted((extraction.id, f"big-{at}") for extraction, (_, at) in zip(extractions, REPORTED, strict=True))
        calls = store.rows("SELECT extraction_id, model FROM v_llm_calls")
        assert kept == sorted((row["extraction_id"], row["model"]) for row in calls)
        rows = store.rows("SELECT extraction_id, model, toString(cost) AS cost FROM v_call_costs")
        assert [(*call, "0.02175") for call in kept] == sorted(tuple(row.values()) for row in rows)
        # Whoever sums the table itself counts it once, too.
        assert "0.10875" == store.row("SELECT toString(sum(cost)) AS cost FROM call_costs FINAL")["cost"]
        assert 0 == price_calls(store, folder)


def test_other_calls_stay_apart(own: Any) -> None:
    """By its response's id alone a call is the same as another of its extraction."""
    own(PRICES)
    # Other responses; none at all, which says nothing; the same in two extractions, as a cache answers.
    reports = [
        ("e1", "msg_1"), ("e1", "msg_2"), ("e2", None), ("e2", None), ("e3", ""), ("e3", ""), ("e4", "msg_1"),
        ("e5", "msg_1"),
    ]  # fmt: skip
    for extraction, response in reports:
        attributes = {names.MODEL: "big-1", **USAGE, names.RESPONSE_ID: response}
        emit_call(Handle(extraction, None), attributes, {"input": [], "outputs": ["a"], "tools": None})
    assert otel_training.flush(5)

    with open_drained(process.settings()) as (store, _):
        rows = store.rows("SELECT extraction_id, toString(cost) AS cost FROM v_call_costs ORDER BY extraction_id")
        assert [(extraction, "0.02175") for extraction, _ in reports] == [tuple(row.values()) for row in rows]


def test_a_result_of_a_batch_that_is_read_twice_is_one(own: Any) -> None:
    """With one cost, which is that of the batch."""
    own(PRICES)
    batch = {"batch_id": "b", "batch_custom_id": "1"}
    emit_call(
        Handle("", None), {names.MODEL: "big-1", names.BATCH_ID: "b", names.BATCH_CUSTOM_ID: "1"},
        {"input": [{"role": "user", "content": "x"}], "outputs": [], "tools": None},
    )  # fmt: skip
    for _ in range(2):
        call(model=None, response_id="msg_1", response_model="big-1-2026", **batch)
    assert otel_training.flush(5)

    with open_drained(process.settings()) as (store, _):
        rows = list(store.rows("SELECT model, toString(cost) AS cost FROM v_call_costs"))
        assert [{"model": "big-1-2026", "cost": "0.010875"}] == rows
        assert "0.010875" == store.row("SELECT toString(sum(cost)) AS cost FROM call_costs FINAL")["cost"]


@pytest.mark.parametrize("drained", ["at once", "one by one"])
def test_a_result_of_a_batch_that_the_app_reports_is_one(drained: str, own: Any) -> None:
    """At half the price, though the app, which knows of no batch, says as much of it."""
    own(PRICES)
    orders = [["app", "batch"], ["batch", "app"], ["app", "batch", "app"]]
    extractions = begin(len(orders))
    for at in range(3):
        for number, (extraction, order) in enumerate(zip(extractions, orders, strict=True)):
            response = f"msg_{number}"
            if order[at : at + 1] == ["app"]:
                extraction.llm_call(
                    model="big-1", input="x", output="a", input_tokens=5500, output_tokens=350, response_id=response
                )
            elif order[at : at + 1] == ["batch"]:
                attributes: dict[str, Any] = {
                    names.RESPONSE_MODEL: "big-1",
                    names.RESPONSE_ID: response,
                    names.BATCH_ID: "b",
                    **USAGE,
                }
                emit_call(extraction, attributes, {"input": None, "outputs": ["a"], "tools": None})
        take_in(drained)

    with open_drained(process.settings()) as (store, _):
        rows = store.rows("SELECT extraction_id, model, batch_id, toString(cost) AS cost FROM v_call_costs")
        expected = sorted((extraction.id, "big-1", "b", "0.010875") for extraction in extractions)
        assert expected == sorted(tuple(row.values()) for row in rows)


def test_shadows_cost_beside_all_else(own: Any, folder: DataFolder) -> None:
    """What a candidate answered to nobody is priced by the same prices, and is in no cost of today's."""
    own('[[price]]\nmodel = "small"\ninput_mtok = 1000\noutput_mtok = 2000\n')
    route_calls(folder, "https://news.example/1", "Orders")
    assert otel_training.flush(5)
    shadows = "SELECT toString(cost) AS cost, cost_reason, outcome, answered_by, input_tokens FROM v_shadows"
    with open_drained(process.settings()) as (store, _):
        outcomes = {row["outcome"]: (row["cost"], row["cost_reason"], row["answered_by"], row["input_tokens"])
                    for row in store.rows(shadows)}  # fmt: skip
        today = store.row("SELECT count() AS calls FROM v_call_costs")["calls"]

        # 9 x 0.1 + 3 x 0.2 cents; who raised before it told of a call may have paid for one.
        assert {"ok": ("0.015", "", ["small"], 9), "error": (None, "no_usage", [], 0)} == outcomes
        assert (0, 0) == (today, price_calls(store, folder))
        own('[[price]]\nmodel = "small"\ninput_mtok = 2000\noutput_mtok = 2000\n')
        assert 2 == price_calls(store, folder, again=True)
        assert {"0.024", None} == {row["cost"] for row in store.rows(shadows)}
        assert [("insights", "few-shot-v1", 2, 1, "0.024")] == [
            tuple(row.values()) for row in store.rows(read_query("savings_shadows"), since=0, until=1 << 52)
        ]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_shadows_response_told_of_twice_is_one(own: Any, folder: DataFolder, order: tuple[int, ...]) -> None:
    """The one with figures counts, whichever came first."""
    own('[[price]]\nmodel = "small"\ninput_mtok = 1000\noutput_mtok = 2000\n')
    route_calls(folder, "https://news.example/1", "Orders")
    assert otel_training.flush(5)
    empty = "(c.1, c.2, c.3, 'msg', c.5, c.6, c.7, NULL, NULL, c.10, c.11, c.12, c.13, c.14)"
    both = ["(c.1, c.2, c.3, 'msg', c.5, c.6, c.7, c.8, c.9, c.10, c.11, c.12, c.13, c.14)", empty]
    twice = f"arrayFlatten(arrayMap(c -> [{', '.join(both[number] for number in order)}], calls))"
    with open_drained(process.settings()) as (store, _):
        store.run(f"ALTER TABLE shadows UPDATE calls = {twice} WHERE notEmpty(calls) SETTINGS mutations_sync = 2")
        store.run("TRUNCATE TABLE call_costs")
        price_calls(store, folder)

        figures = "SELECT toString(cost) AS cost, input_tokens, output_tokens FROM v_shadows WHERE outcome = 'ok'"
        assert [("0.015", 9, 3)] == [tuple(row.values()) for row in store.rows(figures)]


def test_a_call_of_an_experiment_costs_both_answers(own: Any, folder: DataFolder) -> None:
    """Claude's, and the candidate's that was not used; unknown where either is."""
    own(PRICES)

    def asked(model: str, text: str) -> list[str]:
        otel_training.current().llm_call(model=model, input="i", output=text, input_tokens=1000, output_tokens=0)
        return [text] if text else []

    write_state(make_folder(folder), State({"e": Experiment("s", {"candidate": 1.0})}))
    for model, text in (("big-1", "Good"), ("big-1", ""), ("unknown", "")):
        ask: Any = otel_training.experiment(
            "e", claude=lambda source_url: asked("big-1", "Claude's"),  # type: ignore[misc]  # its defaults
            candidate=lambda source_url, model=model, text=text: asked(model, text),
        )  # fmt: skip
        ask(f"https://news.example/{model}/{text}")
    otel_training.record_feedback(otel_training.insight_id("https://news.example/big-1/Good", "Good"), "x", user_id=1)
    assert otel_training.flush(5)
    with open_drained(process.settings()) as (store, _):
        rows = store.rows("SELECT arm, served, decision, toString(cost) AS cost, likes, dismissals FROM v_assignments")
        assert {
            ("candidate", "candidate", "assigned", "0.003", 0, 1),
            ("candidate", "claude", "fallback", "0.006", 0, 0),
            ("candidate", "claude", "fallback", None, 0, 0),
        } == {tuple(row.values()) for row in rows}
