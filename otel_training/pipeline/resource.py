"""The OpenTelemetry resource of this process: who writes the records."""

import os
import sys
from pathlib import Path

from opentelemetry.sdk.resources import OTELResourceDetector, Resource

from otel_training import conventions as names
from otel_training.folder import DataFolder, script_name, working_directory
from otel_training.record.clock import event_id
from otel_training.record.record import Scalar
from otel_training.record.values import clean


def resource(folder: DataFolder) -> dict[str, Scalar]:
    """Describe this process, by `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME` where they are set.

    Of the process only its id and runtime: a command line can hold secrets.
    """
    declared = Resource(OTELResourceDetector().detect().attributes).attributes
    return {
        names.SERVICE_NAME: clean(program(folder)), "service.instance.id": event_id(), "process.pid": os.getpid(),
        "process.runtime.name": sys.implementation.name,
        "process.runtime.version": ".".join(map(str, sys.version_info[:3])),
        **{clean(key): _scalar(value) for key, value in declared.items()},
    }  # fmt: skip


def program(folder: DataFolder) -> str:
    """Name this program where no variable does: by its folder in the project, else by its script."""
    here, root = working_directory(), folder.path.parent
    if here != root and here.is_relative_to(root):
        return str(here.relative_to(root))
    script = Path(script_name())
    name = script.parent.name if script.stem == "__main__" else script.stem
    return name or f"python-{os.getpid()}"


def _scalar(value: object) -> Scalar:
    if isinstance(value, str):
        return clean(value)
    return value if isinstance(value, (int, float, bool)) else f"<{type(value).__name__}>"
