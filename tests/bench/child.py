"""The child: each variant of a measurement runs in a fresh process with a fresh data folder."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[2]
OUT = ROOT / "bench-out"

Figures = dict[str, Any]


def measured(noun: str, *arguments: object, home: Path | None = None) -> Figures:
    """Run `tests/bench/<noun>.py` with arguments and return the figures that it told."""
    with contextlib.nullcontext(home) if home else folder() as place:
        done = subprocess.run(command(noun, *arguments), cwd=ROOT, env=environment(place), stdout=-1, check=True)
    return json.loads(done.stdout)


def command(noun: str, *arguments: object) -> list[str]:
    """Name the program of a child."""
    return [sys.executable, "-m", f"tests.bench.{noun}", *map(str, arguments)]


def environment(home: Path) -> dict[str, str]:
    """Return the environment of a user who configured nothing, but for the data folder."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "PYTEST_"))}
    return {**clean, "OTEL_TRAINING_HOME": str(home)}


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """Make a data folder on the project's own disk and delete it afterwards."""
    OUT.mkdir(exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="home-", dir=OUT))
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def tell(**figures: object) -> None:
    """Tell a child's figures to its parent."""
    sys.stdout.write(json.dumps(figures))


def interleaved(rounds: int, variants: Sequence[str], run: Callable[[str], Figures]) -> dict[str, list[Figures]]:
    """Run all variants in each round, every second round backwards, so that no one gains by its place."""
    runs: dict[str, list[Figures]] = {variant: [] for variant in variants}
    for turn in range(rounds):
        for variant in variants if turn % 2 == 0 else reversed(variants):
            runs[variant].append(run(variant))
    return runs


def middle(figures: Sequence[Figures], key: str) -> float:
    """Return the median of one figure over the rounds."""
    return median(result[key] for result in figures)


def ratio(ours: Sequence[Figures], theirs: Sequence[Figures], key: str) -> float:
    """Return the median of the rounds' ratios: both of one round ran side by side."""
    return median(our[key] / other[key] for our, other in zip(ours, theirs, strict=True))


def percentile(values: Sequence[float], part: float) -> float:
    """Return the value that `part` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]
