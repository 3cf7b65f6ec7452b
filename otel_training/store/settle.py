"""The settling: brings names, engagement and examples up to date, by work in proportion to what came in.

What came in stands in `unsettled`, written by a view at each insert. Its keys lead to ids, those to insights, those to
extractions, whose rows are written anew, from the typed tables alone: any order of arrival ends in the same rows, and a
settling that dies is repeated whole.
"""

import time
from collections.abc import Iterator
from typing import Final

from otel_training.progress import Progress, silent
from otel_training.store.client import Row, Store, read_query
from otel_training.store.settle_anew import is_everything, settle_anew

KEYS: Final = 10_000
"""Keys of one round: bounds its memory."""
_SOON: Final = 1000
"""Keys that are settled before anybody would read that they are."""
INSERT_SECONDS: Final = 60
"""The longest that an insert may take, by the writer's role."""
_FOREVER: Final = 1 << 40
_NAMING: Final = (
    "settle_names",
    # Before and after: what an id named, and what it names.
    "settle_insights",
    "settle_aliases",
)
"""What reactions alone need not: they change nothing that an id names."""
_COUNTING: Final = ("settle_insights", "settle_reactions", "settle_ids", "settle_engagement", "settle_occurrences")


def settle(store: Store, progress: Progress = silent) -> None:
    """Bring everything up to date with the typed tables, into which nobody else inserts meanwhile."""
    _settle(store, _FOREVER, _FOREVER, progress)
    if store.row(read_query("settle_left"))["rows"]:
        store.run("TRUNCATE TABLE unsettled")
        store.run("TRUNCATE TABLE settling")


def settle_beside_inserts(store: Store, since: int = 0, progress: Progress = silent) -> int:
    """Bring up to date what came in `since` then; return what to give as `since` next.

    A key of an insert that is under way is seen before all of its rows are: so what came in during the last
    `INSERT_SECONDS` is settled once more later. Times are seconds of the store's clock.
    """
    now = int(store.row("SELECT toUnixTimestamp(now()) AS now")["now"])
    _settle(store, now - INSERT_SECONDS, since, progress)
    return now


def count_unsettled(store: Store, seconds: int) -> int:
    """Count the keys that came in longer ago than that and are not settled."""
    now = int(store.row("SELECT toUnixTimestamp(now()) AS now")["now"])
    return int(store.row(read_query("settle_waiting"), until=now - seconds, since=_FOREVER)["old"])


def _settle(store: Store, until: int, since: int, progress: Progress) -> None:
    """Settle what came in before `until` for good, then what came in from `since` on for now."""
    waiting = store.row(read_query("settle_waiting"), until=until, since=since)
    kinds, done = sorted(waiting["kinds"]), 0
    if is_everything(store, until, waiting["extractions"]):
        settle_anew(store, until, waiting["extractions"], progress)
        waiting["old"], done = 0, waiting["old"]
    # Extractions first, since with one all ids of its insights are settled; few keys are a round together.
    for some in [kinds] if waiting["old"] <= KEYS else [[kind] for kind in kinds]:
        # Without the young ones, which stay: round by round they would be taken again.
        done += _settle_kinds(store, until, some, done, progress) if waiting["old"] else 0
    if waiting["young"]:
        run, taken = _take(store, until, since, kinds, "")
        list(_settle_taken(store, run, until, taken))


def _settle_kinds(store: Store, until: int, kinds: list[str], before: int, progress: Progress) -> int:
    """Settle all keys of some kinds, round by round; return how many."""
    done: int = 0
    last = ""
    while True:
        run, taken = _take(store, until, _FOREVER, kinds, last)
        for part in _settle_taken(store, run, until, taken):
            if part == 1 or taken["left"] > _SOON:
                progress(before + done + int(part * taken["keys"]), before + done + taken["left"])
        done += taken["keys"]
        last = taken["last"]
        if taken["keys"] < KEYS:
            return done


def _take(store: Store, until: int, since: int, kinds: list[str], after: str) -> tuple[int, Row]:
    """Take as many keys as a round bears; return the number of the round and what it took."""
    run = time.time_ns()
    store.run(read_query("settle_keys"), run=run, until=until, since=since, kinds=kinds, after=after, limit=KEYS)
    return run, store.row(read_query("settle_taken"), run=run, until=until)


def _settle_taken(store: Store, run: int, until: int, taken: Row) -> Iterator[float]:
    """Settle what a round took; yields how much of that is done."""
    steps = _steps(taken)
    calls = "v_llm_calls" if taken["has_batches"] else "llm_calls"
    kinds = ["extraction"] if "settle_liked" in steps else ["extraction", "occurrence"]
    for number, step in enumerate(steps, 1):
        store.run(read_query(step), run=run, until=until, calls=calls, kinds=kinds)
        yield number / len(steps)


def _steps(taken: Row) -> list[str]:
    """Return the queries that what was taken needs, in their order."""
    if not taken["keys"]:
        return []
    if taken["kinds"] == ["reaction"] and not taken["has_imports"]:
        return [*_COUNTING, "settle_liked", "settle_done"]
    batches = ["settle_batches"] if taken["has_batches"] else []
    # With an old log, which extraction is a pair's is decided anew for all.
    rows = ["settle_twins", "settle_examples"] if taken["has_imports"] else ["settle_examples", "settle_liked"]
    return [*batches, *_NAMING, *_COUNTING, "settle_whole", *rows, "settle_done"]
