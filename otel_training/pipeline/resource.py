"""Who writes: the OpenTelemetry resource of this process."""

import os
import sys
from pathlib import Path

from opentelemetry.sdk.resources import OTELResourceDetector, ProcessResourceDetector, Resource

from otel_training import conventions as names
from otel_training.folder import DataFolder
from otel_training.record.clock import event_id
from otel_training.record.record import Scalar

_KEPT = frozenset({"process.pid", "process.runtime.name", "process.runtime.version"})


def resource(folder: DataFolder) -> dict[str, Scalar]:
    """Describe this process by the SDK's detectors, `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME`.

    Of the process only its id and runtime: a command line can hold secrets.
    """
    process = ProcessResourceDetector().detect().attributes
    declared = Resource(OTELResourceDetector().detect().attributes).attributes
    return {
        names.SERVICE_NAME: program(folder),
        "service.instance.id": event_id(),
        **{key: _scalar(value) for key, value in process.items() if key in _KEPT},
        **{key: _scalar(value) for key, value in declared.items()},
    }


def program(folder: DataFolder) -> str:
    """Name this program when nobody else does: its folder in the project, else its script."""
    here, root = Path.cwd(), folder.path.parent
    if here != root and here.is_relative_to(root):
        return str(here.relative_to(root))
    script = Path(sys.argv[0])
    name = script.parent.name if script.stem == "__main__" else script.stem
    return name or f"python-{os.getpid()}"


def _scalar(value: object) -> Scalar:
    return value if isinstance(value, (str, int, float, bool)) else f"<{type(value).__name__}>"
