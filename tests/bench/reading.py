"""Reading: how long the commands take over a store of many reactions, and how long settling does.

`python -m tests.bench.reading FOLDER` alone measures a store of a year of a large user, the panels of its dashboards
included; it is made where the folder has none, which takes an hour, and stays.
"""

import os
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from otel_training.folder import DataFolder, find_folder, make_folder
from otel_training.pipeline import process
from otel_training.store.client import Store, embedded_dsn, read_query
from otel_training.store.migrate import migrate, read_migrations
from otel_training.store.settle import settle
from tests.bench import panels
from tests.bench.child import environment, measured, tell
from tests.bench.child import folder as new_folder
from tests.bench.results import Row, table

WORLD = Path(__file__).parent / "world"
KINDS = ("extraction", "feedback", "impression", "query", "llm_call", "correction")
EXPORT = ("export", "--force", "--min-quality", "6", "--min-viewers", "5")
NEW = """
INSERT INTO otel_logs (Timestamp, ServiceName, LogAttributes)
SELECT ts, 'backend', map(
    'training.kind', 'feedback', 'training.event.id', concat('new ', event_id), 'training.insight.id', insight_id,
    'training.feedback.action', toString(action), 'user.hash', user_hash, 'training.user.key_id', 'k1'
)
FROM feedback
WHERE ts > (SELECT max(ts) FROM feedback) - toIntervalDay(30)
ORDER BY sipHash64(event_id)
LIMIT {count:UInt64}
"""
"""As many actions more, on insights of the last 30 days."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much a store holds."""

    extractions: int
    impressions: int
    """Answers of the feed, of five insights each."""
    actions: int
    length: int
    """Bytes of a source's text."""


@dataclass(frozen=True, slots=True)
class Bars:
    """How long a command may take, in seconds, and how much memory in MB."""

    status: float
    view: float | None
    analyze: float
    doctor: float | None
    export: float
    settle: float | None
    memory: float


SIZES = {
    "1 million reactions": Size(20_000, 180_000, 100_000, 8_000),
    "100 million reactions": Size(1_000_000, 20_000_000, 5_000_000, 100),
}
SMALL_BARS = Bars(status=1, view=1, analyze=1.5, doctor=1.5, export=2, settle=None, memory=400)
YEAR_BARS = Bars(status=3, view=None, analyze=3, doctor=None, export=10, settle=2, memory=2000)


def rows(*, quick: bool) -> list[Row]:
    """Measure a store of a million reactions; no smaller when it must be quick."""
    with new_folder() as place:
        return measure("1 million reactions", SMALL_BARS, 1 if quick else 3, place)


def year(place: Path) -> list[Row]:
    """Measure a year of a large user in `place/data`, where it stays, and its dashboards."""
    name = "100 million reactions"
    return [*measure(name, YEAR_BARS, 2, place / "data"), *panels.measure(place, name, 3)]


def measure(name: str, bars: Bars, rounds: int, place: Path) -> list[Row]:
    """Make a store, settle it, and run each command; of several rounds the quickest counts, of memory the worst."""
    folder = DataFolder(place)
    # By children: the memory of what this process starts would begin with its own.
    settling = {} if folder.store.exists() else measured("reading", name, home=place)
    ran = {argv: [command(folder, *argv) for _ in range(rounds)] for argv in commands(place)}
    news = [measured("reading", "new", home=place)["new"] for _ in range(rounds)]
    seconds = {argv: min(each[0] for each in figures) for argv, figures in ran.items()}
    views = max(taken for argv, taken in seconds.items() if argv[0] == "view")
    named = {argv[0]: taken for argv, taken in seconds.items()} | {"view": views}
    memory = {" ".join(argv[:2]): max(each[1] for each in figures) for argv, figures in ran.items()}
    hungry = max(memory, key=lambda label: memory[label])
    return [
        *(Row(f"{name}: {label}", named[label], "s", bar(getattr(bars, label))) for label in named),
        Row(f"{name}: memory of a command ({hungry})", memory[hungry], "MB", bar(bars.memory)),
        *(Row(f"{name}: settling everything", seconds, "s") for seconds in settling.values()),
        Row(f"{name}: settling 10,000 new reactions", min(news), "s", bar(bars.settle)),
    ]


def bar(most: float | None) -> str:
    """Write a bar, or none."""
    return "" if most is None else f"<= {most:g}"


def commands(place: Path) -> list[tuple[str, ...]]:
    """Return the commands that are timed."""
    views = [("view", kind, "--limit", "20") for kind in KINDS]
    return [("status",), *views, ("analyze",), ("doctor",), (*EXPORT, "--out", str(place / "training.jsonl"))]


def make(size: Size) -> None:
    """Fill a store and settle it."""
    folder = make_folder(find_folder(process.settings()))
    with closing(Store(embedded_dsn(folder.store))) as store:
        fill(store, size)
        tell(scratch=timed(lambda: settle(store)))


def settle_new() -> None:
    """Settle 10,000 reactions more."""
    with closing(Store(embedded_dsn(find_folder(process.settings()).store))) as store:
        store.run(NEW, count=10_000)
        tell(new=timed(lambda: settle(store)))


def fill(store: Store, size: Size) -> None:
    """Fill the typed tables by the engine alone, and note what is to be settled."""
    migrate(store)
    parameters = asdict(size)
    for path in sorted(WORLD.glob("*.sql")):
        statement = path.read_text(encoding="utf-8")
        store.run(statement, **{name: value for name, value in parameters.items() if f"{{{name}:" in statement})
    for migration in read_migrations():
        if migration.name.endswith(("readers_rows", "reader_events_rows", "by_time_rows")):
            store.run(migration.statement)
    store.run(read_query("settle_all"), at=0)


def command(folder: DataFolder, *argv: str) -> tuple[float, float]:
    """Run a command as a user does; return the seconds it took and its memory in MB."""
    environ = {**environment(folder.path), "PYTHONDONTWRITEBYTECODE": ""}
    null = os.open(os.devnull, os.O_WRONLY)
    actions = [(os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)]
    began = time.perf_counter()
    child = os.posix_spawn(
        sys.executable, [sys.executable, "-m", "otel_training.cli", *argv], environ, file_actions=actions
    )
    _, status, used = os.wait4(child, 0)
    seconds = time.perf_counter() - began
    os.close(null)
    # `doctor` ends with 1 where there is anything to do.
    assert os.waitstatus_to_exitcode(status) <= (argv == ("doctor",)), argv
    return seconds, used.ru_maxrss / 1024


def timed(work: Callable[[], None]) -> float:
    """Return the seconds that some work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    (wanted,) = sys.argv[1:]
    if wanted.startswith("-"):
        sys.exit("python -m tests.bench.reading FOLDER makes a store of 100 million reactions there, and measures it.")
    if wanted in SIZES:
        make(SIZES[wanted])
    elif wanted == "new":
        settle_new()
    else:
        sys.stdout.write(table(year(Path(wanted))) + "\n")
