"""The package as the app's process sees it."""

import subprocess
import sys

import otel_training

HEAVY = ("anthropic", "fastapi", "starlette", "clickhouse_connect", "chdb", "click", "rich", "scipy")
TIMED = "import time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"


def fresh(program: str) -> str:
    """Run a line of Python in a fresh process."""
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


def test_loads_no_heavy_library() -> None:
    """Importing us costs the app no driver, SDK client, framework or terminal library."""
    loaded = fresh("import otel_training, sys; print(' '.join(sys.modules))").split()

    assert [] == [name for name in loaded if name.partition(".")[0] in HEAVY]


def test_imports_fast() -> None:
    """It takes at most 150 ms more than the OpenTelemetry SDK alone; the best of five each."""
    ours = min(float(fresh(TIMED.format(module="otel_training"))) for _ in range(5))
    sdk = min(float(fresh(TIMED.format(module="opentelemetry.sdk.trace"))) for _ in range(5))

    assert ours - sdk <= 0.150


def test_has_a_small_surface() -> None:
    """At most twelve names, sorted, all there."""
    assert sorted(otel_training.__all__) == otel_training.__all__
    assert len(otel_training.__all__) <= 12
    assert [] == [name for name in otel_training.__all__ if not hasattr(otel_training, name)]
