"""Exporting: how fast a training file is written, beside the engine that gives its rows to nobody, and in what memory.

`python -m tests.bench.exporting` alone measures it; `zst` behind it writes a compressed file.
"""

import resource
import sys
import time
from contextlib import closing
from pathlib import Path

from otel_training.cli.export import sql_of
from otel_training.dataset.export import export
from otel_training.dataset.funnel import Filters, Funnel, Step
from otel_training.folder import find_folder, make_folder
from otel_training.pipeline.settings import settings_in_force
from otel_training.store.client import Store, connect_embedded, embedded_dsn
from otel_training.store.migrate import migrate
from tests.bench.child import Figures, folder, interleaved, measured, middle, ratio, tell
from tests.bench.results import Row, table

COUNT = 100_000
"""Rows of 10 kB: a file of 1 GB."""
WORDS = 1_420
ALL = Filters(no_score=True, net_above=-1, min_viewers=0)
TEXTS = """
INSERT INTO extractions (extraction_id, ts, topic, source_url, source_content, outcome, insight_count, insights)
WITH arrayMap(
    i -> lower(substring(base64Encode(reinterpretAsString(sipHash64(i))), 1, 3 + i % 7)), range(5000)
) AS words
SELECT
    leftPad(toString(number), 8, '0'), now64(9) - number, 'chips', concat('https://s', toString(number), '.example/'),
    arrayStringConcat(arrayMap(i -> words[1 + sipHash64(number, i) % 5000], range({words:UInt64})), ' '), 'ok', 1,
    [(concat('Insight ', toString(number)), 'market', '', toString(number))]::Array(
        Tuple(text String, category Nullable(String), text_sha256 String, derived_id String)
    )
FROM numbers({count:UInt64})
SETTINGS max_block_size = 1000, max_insert_block_size = 1000
"""
EXAMPLES = """
INSERT INTO examples (
    extraction_id, ts, topic, source_url, outcome, insight_count, has_text, has_content, duplicate_key, revision
)
SELECT extraction_id, ts, topic, source_url, outcome, 1, true, true, sipHash64(extraction_id), 1 FROM extractions
"""


def rows(*, quick: bool, compress: bool = False) -> list[Row]:
    """Measure a file of 1 GB; a twentieth when it must be quick."""
    count = COUNT // 20 if quick else COUNT
    with folder() as home:
        measured("exporting", "fill", count, home=home)
        rounds = interleaved(
            1 if quick else 3, ("nobody", "file"),
            lambda variant: measured("exporting", variant, count, *(["zst"] if compress else []), home=home),
        )  # fmt: skip
    return _rows(rounds["nobody"], rounds["file"])


def _rows(nobody: list[Figures], file: list[Figures]) -> list[Row]:
    name = f"export of {file[0]['bytes'] / 1e9:.2g} GB"
    return [
        Row(f"{name}: speed", ratio(nobody, file, "seconds"), "x FORMAT Null", ">= 0.55"),
        Row(f"{name}: CPU time", ratio(nobody, file, "cpu"), "x FORMAT Null"),
        Row(f"{name}: rows", middle(file, "rate"), "MB/s"),
        Row(f"{name}: memory above the opened engine", max(run["memory"] for run in file), "MB", "<= 300"),
    ]


def fill(count: int) -> None:
    """Store examples that pass all filters."""
    with closing(Store(embedded_dsn(make_folder(find_folder(settings_in_force())).store))) as store:
        migrate(store)
        store.run(TEXTS, count=count, words=WORDS)
        store.run(EXAMPLES)
    tell()


def nobody(_count: int) -> None:
    """Have the engine compute the rows alone."""
    *settings, query = sql_of(ALL).rstrip(";").split(";\n")
    with closing(connect_embedded(find_folder(settings_in_force()).store)) as connection:
        connection.query("USE otel_training")
        for setting in settings:
            connection.query(setting)
        began, cpu = time.perf_counter(), time.process_time()
        connection.query(query, "Null")
        tell(seconds=time.perf_counter() - began, cpu=time.process_time() - cpu)


def file(count: int) -> None:
    """Export them."""
    place = find_folder(settings_in_force())
    out = place.path / "t.jsonl"
    with closing(Store(embedded_dsn(place.store))) as store:
        store.row("SELECT count() FROM examples")
        opened = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began, cpu = time.perf_counter(), time.process_time()
        funnel = Funnel([Step("captured", count, 0, 0, "")], [])
        report = export(store, out, ALL, funnel, compress="zst" in sys.argv)
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    assert report.rows == count
    size = _size(out)
    out.unlink()
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - opened) / 1024
    tell(seconds=seconds, cpu=cpu, memory=memory, bytes=size, rate=size / 1e6 / seconds)


def _size(path: Path) -> int:
    return path.stat().st_size


if __name__ == "__main__":
    if sys.argv[1:] not in ([], ["zst"]):
        {"fill": fill, "nobody": nobody, "file": file}[sys.argv[1]](int(sys.argv[2]))
    else:
        sys.stdout.write(table(rows(quick=False, compress="zst" in sys.argv)) + "\n")
