"""Importing: what an app of plain functions pays at its start, beside the SDK that does the same job."""

import subprocess
import sys
from typing import Final

from tests.bench.child import ROOT, Figures, interleaved, ratio
from tests.bench.results import Row

_PROGRAM: Final = "import time; began = time.process_time(); import {}; print(time.process_time() - began)"
_MODULES: Final = {
    "ours": "otel_training.capture.extraction",
    "signals": "opentelemetry.sdk.trace, opentelemetry.sdk._logs.export",
    "exporter": "opentelemetry.sdk.trace, opentelemetry.sdk._logs.export, "
    "opentelemetry.exporter.otlp.proto.http._log_exporter",
}


def rows(*, quick: bool) -> list[Row]:
    """Measure the CPU of each, in turn."""
    _import("ours")
    taken = interleaved(5 if quick else 15, list(_MODULES), _import)
    return [
        Row("import, CPU", ratio(taken["ours"], taken["signals"], "cpu"), "x the SDK's traces and logs", "<= 1.6"),
        Row("import, CPU, with an exporter", ratio(taken["ours"], taken["exporter"], "cpu"), "x the SDK with OTLP"),
    ]


def _import(variant: str) -> Figures:
    program = _PROGRAM.format(_MODULES[variant])
    return {"cpu": float(subprocess.check_output([sys.executable, "-c", program], cwd=ROOT))}
