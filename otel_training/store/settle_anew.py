"""Settling everything anew, as an upgrade may ask: each table is read in the order in which it is stored.

By rounds of extractions all that readers did would be read a dozen times: the ids of few insights are scattered over
it. So all names are settled first, then all counts, by id, then all rows. What waits is cancelled in the end: a
settling that dies is repeated whole, or, where rows were written already, goes on in rounds.
"""

import time
from typing import Final

from otel_training.progress import Progress
from otel_training.store.client import Store, read_query

LEAST: Final = 50_000
"""Extractions from which on it is the faster way."""
EXTRACTIONS: Final = 40_000
"""Of one round, which bounds its memory; as are `IDS`."""
IDS: Final = 250_000
_FOREVER: Final = 1 << 40
_NAMES: Final = ("settle_names", "settle_aliases", "settle_unread")
_COUNTS: Final = ("settle_insights", "settle_reactions", "settle_ids", "settle_engagement")
_PAIRS: Final = ("settle_insights", "settle_occurrences", "settle_twins")


def is_everything(store: Store, until: int, extractions: int) -> bool:
    """Return whether all extractions wait that the store has, and many."""
    return extractions >= LEAST and not int(store.row(read_query("settle_known"), until=until)["known"])


def settle_anew(store: Store, until: int, extractions: int, progress: Progress) -> None:
    """Settle all that the store holds."""
    ids = int(store.row("SELECT uniq(id) AS ids FROM reader_events")["ids"])
    done, total = 0, 2 * extractions + ids
    for take, most, steps in (
        ("settle_keys", EXTRACTIONS, _NAMES), ("settle_readers_ids", IDS, _COUNTS), ("settle_keys", EXTRACTIONS, ()),
    ):  # fmt: skip
        last = ""
        while (taken := _settle_round(store, until, take, most, last, steps))[0]:
            done, last = done + taken[0], taken[1]
            progress(min(done, total), total)
    store.run(read_query("settle_rest"), until=until)
    if store.is_embedded:
        # It has two rows an insight now: until they are merged, whoever reads it takes three times as long.
        store.run("OPTIMIZE TABLE engagement FINAL")


def _settle_round(  # noqa: PLR0913, PLR0917 - what a round takes, and what it does with it
    store: Store, until: int, take: str, most: int, after: str, steps: tuple[str, ...]
) -> tuple[int, str]:
    """Settle what comes after a key by some steps, by default those that write rows; return how many, and the last."""
    run = time.time_ns()
    store.run(read_query(take), run=run, until=until, since=_FOREVER, kinds=["extraction"], after=after, limit=most)
    taken = store.row(read_query("settle_taken"), run=run, until=until)
    pairs = _PAIRS if taken["has_imports"] else ()
    batches = ("settle_batches",) if taken["has_batches"] else ()
    calls = "v_llm_calls" if taken["has_batches"] else "llm_calls"
    for step in (steps or (*batches, *pairs, "settle_examples", "settle_done")) if taken["keys"] else ():
        store.run(read_query(step), run=run, until=until, calls=calls, kinds=["extraction", "occurrence"])
    return int(taken["keys"]), str(taken["last"])
