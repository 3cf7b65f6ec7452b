"""Near-duplicates: 20,000 texts with planted copies, found by the store's query, beside a MinHash library's recall.

Copies are edited, cut, framed by another site's header and footer, or none of these. True pairs are copies that share
half of their runs of three words with their source, counted in plain Python; junk is a pair of different plants.
"""

import itertools
import random
import resource
import sys
import time
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime

from otel_training.dataset.components import Components
from otel_training.dataset.funnel import Filters
from otel_training.folder import find_folder, make_folder
from otel_training.pipeline.settings import settings_in_force
from otel_training.store.client import Store, embedded_dsn, read_query
from otel_training.store.migrate import migrate
from tests.bench.child import folder, measured, tell
from tests.bench.results import Row, table

COUNT = 20_000
SEED = 20_261
WORDS = 570
FRAME = 60
THRESHOLD = 0.5
ALL = Filters(no_score=True, net_above=-1, min_viewers=0)
_EXTRACTIONS = ("extraction_id", "ts", "source_url", "source_content", "outcome", "insight_count")
_EXAMPLES = ("extraction_id", "ts", "source_url", "outcome", "has_text", "has_content", "duplicate_key", "revision")


def rows(*, quick: bool) -> list[Row]:
    """Measure all texts; a tenth when it must be quick."""
    count = COUNT // 10 if quick else COUNT
    with folder() as home:
        measured("near", "fill", count, home=home)
        figures = measured("near", "find", count, home=home)
    name = f"near-duplicates of {figures['count']:,} texts"
    shown = [
        Row(f"{name}: time", figures["seconds"], "s", "<= 8"),
        Row(f"{name}: CPU time", figures["cpu"], "s"),
        Row(f"{name}: memory", figures["memory"], "MB", "<= 1000"),
        Row(f"{name}: true pairs found", figures["recall"], "", ">= 0.99"),
        Row(f"{name}: junk pairs", figures["junk"], "", "= 0"),
    ]
    if figures["minhash"] is not None:
        shown.append(Row(f"{name}: true pairs that datasketch finds", figures["minhash"], ""))
    return shown


def corpus(count: int, seed: int) -> tuple[list[str], list[tuple[int, int]]]:
    """Make texts, and name which is a copy of which."""
    chance = random.Random(seed)
    syllables = [a + b for a in "bcdfghklmnprstvz" for b in "aeiou"]
    words = ["".join(chance.choices(syllables, k=chance.randint(2, 5))) for _ in range(30_000)]
    weights = list(itertools.accumulate(1 / (place + 10) for place in range(len(words))))
    frames = [chance.choices(words, cum_weights=weights, k=2 * FRAME) for _ in range(20)]
    texts, copies = list[tuple[list[str], list[str]]](), []
    while len(texts) < count:
        frame = chance.choice(frames)
        if texts and chance.random() < 0.1:
            source = chance.randrange(len(texts))
            text, old = texts[source]
            kind = chance.choice(("same", "framed", "edited", "edited much", "cut"))
            share = {"edited": 0.02, "edited much": 0.06}.get(kind, 0)
            text = [chance.choice(words) if chance.random() < share else word for word in text]
            copies.append((source, len(texts)))
            texts.append((text[: int(len(text) * 0.75)] if kind == "cut" else text, old if kind == "same" else frame))
        else:
            texts.append((chance.choices(words, cum_weights=weights, k=WORDS), frame))
    return [" ".join([*frame[:FRAME], *text, *frame[FRAME:]]) for text, frame in texts], copies


def true_pairs(texts: list[str], copies: list[tuple[int, int]]) -> set[tuple[int, int]]:
    """Return the copies that share half of their runs of three words."""
    return {
        (a, b)
        for a, b in copies
        for first, other in [(runs(texts[a]), runs(texts[b]))]
        if len(first & other) >= THRESHOLD * len(first | other)
    }


def runs(text: str) -> set[str]:
    """Cut a text into runs of three words."""
    words = text.split()
    return {" ".join(words[at : at + 3]) for at in range(len(words) - 2)}


def minhash(texts: list[str], true: set[tuple[int, int]]) -> float | None:
    """Return the share of true pairs that a library finds at the same threshold; None where it is not installed."""
    try:
        from datasketch import MinHash, MinHashLSH
    except ImportError:
        return None
    index, hashes = MinHashLSH(threshold=THRESHOLD, num_perm=128), {}
    for number in {number for pair in true for number in pair}:
        hashes[number] = MinHash(num_perm=128)
        hashes[number].update_batch([run.encode() for run in runs(texts[number])])
        index.insert(number, hashes[number])
    return sum(b in index.query(hashes[a]) for a, b in true) / len(true)


def joined(pairs: Iterable[tuple[int, int]]) -> Components:
    """Join what pairs belong together."""
    families = Components()
    for a, b in pairs:
        families.join(str(a), str(b))
    return families


def count_joined(families: Components, pairs: Iterable[tuple[int, int]]) -> int:
    """Count the pairs that belong together."""
    return sum(families.root(str(a)) == families.root(str(b)) for a, b in pairs)


def fill(count: int) -> None:
    """Store each text as an extraction that passes all filters."""
    texts, _ = corpus(count, SEED)
    now = datetime.now(UTC)
    with closing(Store(embedded_dsn(make_folder(find_folder(settings_in_force())).store))) as store:
        migrate(store)
        for start in range(0, count, 1000):
            names = {f"{number:06d}": number for number in range(start, min(start + 1000, count))}
            urls = {name: f"https://s{name}.example/" for name in names}
            store.insert(
                "extractions", _EXTRACTIONS, [[name, now, urls[name], texts[names[name]], "ok", 1] for name in names]
            )
            store.insert(
                "examples", _EXAMPLES, [[name, now, urls[name], "ok", True, True, names[name], 1] for name in names]
            )
    tell()


def find(count: int) -> None:
    """Find the pairs, and only then make the texts anew to see what they are."""
    with closing(Store(embedded_dsn(find_folder(settings_in_force()).store))) as store:
        began, cpu = time.perf_counter(), time.process_time()
        duplicates = list(store.rows(read_query("dataset_duplicates"), with_empty=False, **ALL.parameters()))
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    pairs = {(int(row["a"]), int(row["b"])) for row in duplicates}
    texts, copies = corpus(count, SEED)
    true = true_pairs(texts, copies)
    # Of equal texts, which the split knows without the query, one is compared.
    same = {(a, b) for a, b in copies if texts[a] == texts[b]}
    hit, planted = count_joined(joined(pairs | same), true), count_joined(joined(copies), pairs)
    tell(
        count=count, seconds=seconds, cpu=cpu, memory=memory, recall=hit / len(true), junk=len(pairs) - planted,
        minhash=minhash(texts, true),
    )  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1:]:
        {"fill": fill, "find": find}[sys.argv[1]](int(sys.argv[2]))
    else:
        sys.stdout.write(table(rows(quick=False)) + "\n")
