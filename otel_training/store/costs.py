"""The costs of calls: priced once they are in the store, at least once each, and read once by the call's event id."""

import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from random import getrandbits
from typing import Final

from otel_training.folder import DataFolder
from otel_training.pricing.call import Call, Cost, PricesError, Reason, Usage
from otel_training.pricing.overrides import Overrides
from otel_training.pricing.price import price_call, prices_version
from otel_training.progress import Progress, silent
from otel_training.store.client import Row, Store, read_query
from otel_training.store.shared_prices import prices_in_force
from otel_training.warning import warn_once

_BATCH: Final = 10_000
_USAGE: Final = (
    "input_tokens", "output_tokens", "cache_read_input_tokens", "cache_write_input_tokens",
    "cache_write_5m_input_tokens", "cache_write_1h_input_tokens", "reasoning_output_tokens",
)  # fmt: skip
_COLUMNS: Final = ("event_id", "ts", "cost", "reason", "source", "model", "version", "assumption", "revision")


def price_new_calls(store: Store, folder: DataFolder, progress: Progress = silent) -> None:
    """Price what came in; a file of prices that cannot be read is logged, and the calls wait for it."""
    try:
        price_calls(store, folder, progress=progress)
    except PricesError as error:
        # Not at each drain of a served store.
        warn_once("No call is priced meanwhile: %s", str(error))


def price_calls(store: Store, folder: DataFolder, *, again: bool = False, progress: Progress = silent) -> int:
    """Price the calls and shadows that have no cost, and again those that other prices gave one; return how many.

    Dying in between leaves the rest for the next time. Raises `PricesError` and, without the right to
    write, `StoreError`.
    """
    overrides = prices_in_force(store, folder)
    version, count = prices_version(overrides), 0
    missing = store.row(read_query("costs_missing"), version=version)
    if not again and not missing["calls"]:
        return 0
    calls = "v_llm_calls" if missing["has_batches"] else "llm_calls"
    rows = store.rows(read_query("costs_waiting"), version=version, again=again, calls=calls)
    shadows = store.rows(read_query("costs_shadows"), version=version, again=again)
    with closing(store.another()) as writer:
        for waiting, price in ((rows, _price), (shadows, _price_shadow)):
            while some := list(islice(waiting, _BATCH)):
                # Before: dying in between settles an example without need, not one too few.
                _unsettle(writer, {row["extraction_id"] for row in some if row.get("extraction_id")})
                costs = [_stored(row, price(row, overrides), version) for row in some]
                writer.insert("call_costs", _COLUMNS, costs)
                count += len(some)
                progress(count, max(count, missing["calls"]))
    return count


def _unsettle(store: Store, extractions: set[str]) -> None:
    """Have the examples settled that calls belong to."""
    now = datetime.fromtimestamp(store.row("SELECT toUnixTimestamp(now()) AS now")["now"], UTC)
    rows = [[extraction, "extraction", getrandbits(64), now, 1] for extraction in extractions]
    store.insert("unsettled", ("key", "kind", "token", "at", "sign"), rows)


def _price(row: Row, overrides: Overrides) -> Cost:
    return Cost(None, Reason.REPEATED) if row["is_repeated"] else _cost(row, _time(row), overrides)


def _price_shadow(row: Row, overrides: Overrides) -> Cost:
    """Return what the calls of a shadow cost together; unknown where any is, or where nobody told of one."""
    # One response may have been told of twice: the one with figures counts.
    reported = sorted(row["calls"], key=lambda call: call["input_tokens"] is not None)
    calls = {call["response_id"] or number: call for number, call in enumerate(reported)}
    costs = [_cost(call, _time(row), overrides) for call in calls.values()] or [Cost(None, Reason.NO_USAGE)]
    known = [cost for cost in costs if cost.amount is not None]
    unknown = [cost for cost in costs if cost.amount is None]
    if not known or any(cost.reason != Reason.NO_ANSWER for cost in unknown):
        return max(unknown, key=lambda cost: cost.reason != Reason.NO_ANSWER)
    return replace(known[0], amount=sum((cost.amount for cost in known if cost.amount is not None), Decimal()))


def _cost(row: Row, when: datetime, overrides: Overrides) -> Cost:
    call = Call(
        model=row["model"],
        usage=Usage(*(row[column] for column in _USAGE)),
        provider=row["provider"],
        response_model=row["response_model"],
        time=when,
        is_batch=bool(row.get("batch_id")) or row["service_tier"] == "batch",
        service_tier=row["service_tier"],
        seconds=row["duration"],
        has_failed=bool(row["error_type"]),
    )
    return price_call(call, overrides)


def _stored(row: Row, cost: Cost, version: str) -> list[object]:
    figures = (cost.amount, cost.reason, cost.source, cost.model, version, cost.assumption)
    return [row["event_id"], _time(row), *figures, time.time_ns()]


def _time(row: Row) -> datetime:
    return datetime.fromtimestamp(row["ts"] / 1e9, UTC)
