"""The package as the app's process sees it."""

import subprocess
import sys
from pathlib import Path

import pytest

import otel_training

HEAVY = ("anthropic", "asyncio", "fastapi", "starlette", "clickhouse_connect", "chdb", "click", "rich", "scipy")
CPU = "import time; began = time.process_time(); import {}; print(time.process_time() - began)"
SDK = ("sdk.trace", "sdk._logs.export", "exporter.otlp.proto.http._log_exporter")


def fresh(program: str) -> str:
    """Run a line of Python in a fresh process."""
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


def test_loads_no_heavy_library() -> None:
    """Importing us costs the app no driver, SDK client, framework, terminal library or event loop."""
    loaded = fresh("from otel_training import extraction; import sys; print(' '.join(sys.modules))").split()

    assert [] == [name for name in loaded if name.partition(".")[0] in HEAVY]


def test_loads_the_network_for_an_endpoint_alone(tmp_path: Path) -> None:
    """An app without a receiver loads no part that ships; one with it does so at its first look, on its own thread."""
    program = (
        "import otel_training, sys; otel_training.configure(home={!r}, otlp_endpoint={}); otel_training.flush();"
        "print('otel_training.shipping.shipper' in sys.modules)"
    )

    assert ["False", "True"] == [fresh(program.format(str(tmp_path), url)) for url in (None, "'http://127.0.0.1:9'")]


@pytest.mark.parametrize("url", [None, "http://localhost:9"])
def test_threads_of_ours_import_nothing(tmp_path: Path, url: str | None) -> None:
    """All that writing and shipping use is there before: a child forked during an import finds half a module."""
    program = (
        "import otel_training, sys; otel_training.configure(home={!r}, otlp_endpoint={!r}, user_key='k')\n"
        "@otel_training.extraction\n"
        "def extract(source_content): return ['Zo\xeb']\n"
        "record_feedback = otel_training.record_feedback\n"
        "before = set(sys.modules)\n"
        "extract('Mail bob@news.example or call +44 20 7946 0958')\n"
        "record_feedback('a', 'like', user_id=1)\n"
        "otel_training.flush(1)\n"
        "print(*sorted(set(sys.modules) - before))"
    )

    assert "" == fresh(program.format(str(tmp_path), url))


def test_loads_what_reads_readers_for_those_alone_who_capture_them() -> None:
    """A program that only extracts loads no middleware, no queries and nothing of what readers do."""
    loaded = (
        "import otel_training as o, sys; o.extraction; o.current; {}\n"
        "print(*sorted(name for name in sys.modules if name.endswith(('.reactions', '.middleware', '.query'))))"
    )
    events = "otel_training.events.query otel_training.events.reactions"

    assert ["", events, f"otel_training.asgi.middleware {events}"] == [
        fresh(loaded.format(use)) for use in ("", "o.record_feedback", "o.TrainingMiddleware")
    ]


@pytest.mark.slow
def test_imports_fast() -> None:
    """It takes at most 1.6 times the CPU of the parts of the SDK that do the same job; the best of five each."""
    modules = ", ".join(f"opentelemetry.{name}" for name in SDK)
    pairs = [
        (float(fresh(CPU.format("otel_training.capture.extraction"))), float(fresh(CPU.format(modules))))
        for _ in range(5)
    ]
    ours, theirs = map(min, zip(*pairs, strict=True))

    assert ours <= 1.6 * theirs


def test_has_a_small_surface() -> None:
    """At most twelve names, sorted, all there."""
    assert sorted(otel_training.__all__) == otel_training.__all__
    assert len(otel_training.__all__) <= 12
    assert [] == [name for name in otel_training.__all__ if not hasattr(otel_training, name)]
