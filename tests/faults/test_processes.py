"""Many processes at once, some of which end badly."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from otel_training.folder import DataFolder
from otel_training.pipeline import process
from otel_training.store.client import Store
from otel_training.store.session import open_drained

pytestmark = pytest.mark.slow

PROGRAM = Path(__file__).parent.parent / "programs" / "mixed.py"
VIEWS = ("v_extractions", "v_feedback", "v_impressions", "v_insights", "v_examples", "v_events", "v_aliases")


def start(name: str, count: int, mode: str) -> "subprocess.Popen[str]":
    """Start a program that tells each event it captured."""
    return subprocess.Popen(
        [sys.executable, str(PROGRAM), name, str(count), mode], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    )


def captured(output: str) -> set[str]:
    """Names of captured events: of each line that is whole."""
    return {line.removesuffix(".") for line in output.splitlines() if line.endswith(".")}


def names_stored(store: Store) -> Counter[str]:
    """How often each captured event is in the store, by the name it was given."""
    statement = """
        SELECT topic AS name FROM extractions FINAL
        UNION ALL SELECT insight_id AS name FROM feedback FINAL
        UNION ALL SELECT insight_id AS name FROM impressions FINAL
        UNION ALL SELECT target_id AS name FROM scores FINAL
    """
    return Counter(row["name"] for row in store.rows(statement))


def figures(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Every row of every view."""
    return {view: list(store.rows(f"SELECT * FROM {view} ORDER BY ALL")) for view in VIEWS}  # noqa: S608


def test_every_record_is_there_once(rows: Callable[..., list[dict[str, Any]]]) -> None:
    """Of 4 processes, one killed and one forking, every record that was flushed is in the store once."""
    programs = [
        start("a", 500, "plain"),
        start("b", 500, "fork"),
        start("c", 500, "plain"),
        start("d", 10_000, "killed"),
    ]
    killed = programs[3]
    assert killed.stdout is not None
    output = [killed.stdout.readline() for _ in range(500)]
    killed.send_signal(signal.SIGKILL)
    outputs = [
        "".join(output) + killed.stdout.read(),
        *(program.communicate(timeout=60)[0] for program in programs[:3]),
    ]
    killed.stdout.close()
    killed.wait()
    assert [0, 0, 0] == [program.returncode for program in programs[:3]]

    flushed, mark, _ = outputs[0].partition("\nflushed\n")
    assert mark
    certain, possible = captured("".join((flushed, "\n", *outputs[1:]))), captured("".join(outputs))
    assert len(certain) >= 1_900
    (status,) = rows("status")
    with open_drained(process.settings()) as (store, _):
        stored = names_stored(store)
    assert set() == certain - set(stored)
    assert {1} == set(stored.values())
    # The killed one may have captured one more than it could tell.
    assert len(set(stored) - possible) <= 1
    assert (len(stored), 0) == (status["stored"], status["spooled"])
    assert status["captured"] == status["stored"] + status["spooled"] + sum(status["lost"].values())
    assert set(status["lost"]) <= {"torn"}


def test_draining_and_importing_again_change_nothing(
    folder: DataFolder, tmp_path: Path, command: Callable[..., tuple[int, str, str]]
) -> None:
    """Segments drained twice and an old log imported thrice give the same figures in every view."""
    program = start("a", 200, "plain")
    program.communicate(timeout=60)
    (segment,) = folder.local.glob("*.jsonl")
    kept = segment.read_bytes()
    log = tmp_path / "old.jsonl"
    old = [
        {
            "timestamp": "2025-01-01T10:00:00",
            "stage": "extraction",
            "topic": "t",
            "source_url": "u",
            "extracted_insights": [{"text": "old one", "category": "c", "id": "old1"}],
            "quality_score": 8,
        },
        {"timestamp": "2025-01-02T10:00:00", "insight_id": "old1", "action": "like", "metadata": {"user_id": 1}},
        {"timestamp": "2025-01-02T10:00:00", "insight_id": "old1", "action": "like", "metadata": {"user_id": 1}},
    ]
    log.write_text("".join(json.dumps(entry) + "\n" for entry in old), encoding="utf-8")

    assert 0 == command("import", log)[0]
    with open_drained(process.settings()) as (store, _):
        first = figures(store)
    for _ in range(2):
        (folder.local / segment.name).write_bytes(kept)
        (folder.local / ("2" + segment.name)).write_bytes(kept)
        assert 0 == command("import", log)[0]
    with open_drained(process.settings()) as (store, _):
        assert first == figures(store)
    assert 2 == sum(row["imported_line"] > 0 for row in first["v_feedback"])


def test_two_first_starts_make_one_key(folder: DataFolder) -> None:
    """Processes that start at once on an empty folder give a reader one pseudonym."""
    programs = [start(name, 4, "plain") for name in "abcd"]
    for program in programs:
        program.communicate(timeout=60)

    with open_drained(process.settings()) as (store, _):
        readers = list(store.rows("SELECT user_hash FROM feedback FINAL GROUP BY user_hash"))
    assert 1 == len(readers)
    assert [] == [path.name for path in folder.path.iterdir() if "tmp" in path.name]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_children_of_multiprocessing_lose_nothing(
    tmp_path: Path, rows: Callable[..., list[dict[str, Any]]], method: str
) -> None:
    """Workers that end normally end without `atexit`; what they captured last is there all the same."""
    program = tmp_path / "pool.py"
    program.write_text(
        "import multiprocessing, sys, otel_training\n"
        "def work(n): otel_training.record_feedback(str(n), 'like')\n"
        "if __name__ == '__main__':\n"
        "    otel_training.record_feedback('parent', 'like')\n"
        "    context = multiprocessing.get_context(sys.argv[1])\n"
        "    workers = [context.Process(target=work, args=(n,)) for n in range(8)]\n"
        "    [one.start() for one in workers]\n"
        "    [one.join() for one in workers]\n",
        encoding="utf-8",
    )
    subprocess.run([sys.executable, str(program), method], check=True, timeout=60)

    assert sorted(["parent", *map(str, range(8))]) == sorted(row["insight_id"] for row in rows("view", "feedback"))
