"""The export: examples into a training file, with a manifest beside it, all or nothing."""

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from otel_training.dataset.example import TEMPLATE_SYSTEM, TEMPLATE_VERSION, read_example
from otel_training.dataset.funnel import Filters, Funnel
from otel_training.errors import NothingToExportError, TrainingError
from otel_training.progress import Progress
from otel_training.store.client import Store, read_query
from otel_training.version import version

FORMAT: Final = "openai-chat"


@dataclass(frozen=True, slots=True)
class Report:
    """What an export did."""

    file: str
    manifest: str
    rows: int
    sha256: str
    filters: Filters
    funnel: Funnel


def manifest_path(out: Path) -> Path:
    """Return where the manifest of a training file stands: beside it."""
    return out.with_name(f"{out.name.removesuffix('.jsonl')}.manifest.json")


def check_target(out: Path, *, force: bool) -> None:
    """Raise `TrainingError` when the file cannot or must not be written."""
    if not out.parent.is_dir():
        raise TrainingError(f"The folder {out.parent} does not exist: make it, or choose another --out.")
    if out.is_dir() or (out.exists() and not out.is_file()):
        raise TrainingError(f"{out} is no regular file: choose another --out.")
    if not force and (existing := next((path for path in (out, manifest_path(out)) if path.exists()), None)):
        raise TrainingError(f"{existing} exists already: choose another --out, or add --force to replace it.")


def export(store: Store, out: Path, filters: Filters, funnel: Funnel, progress: Progress | None = None) -> Report:
    """Write the examples that pass the filters, and their manifest.

    Raises `NothingToExportError` when none passes; then nothing is written.
    """
    if not funnel.left:
        raise NothingToExportError(funnel.why_none())
    with _open_replacement(out) as file, _open_replacement(manifest_path(out)) as manifest:
        rows, digest = _write_rows(store, file, filters, funnel.left, progress)
        if not rows:
            raise NothingToExportError("No example that passes the filters has a prompt in text form.")
        funnel = funnel.ending_at(len(rows))
        report = Report(str(out), str(manifest_path(out)), len(rows), digest, filters, funnel)
        manifest.write(json.dumps(_manifest_of(report, rows), indent=1).encode() + b"\n")
    return report


def _write_rows(
    store: Store, file: BinaryIO, filters: Filters, total: int, progress: Progress | None
) -> tuple[list[dict[str, Any]], str]:
    """Write the training file; return the manifest's rows, and the file's digest."""
    digest = hashlib.sha256()
    rows: list[dict[str, Any]] = []
    for number, row in enumerate(store.rows(read_query("export"), **asdict(filters)), 1):
        example = read_example(row)
        if example is not None:
            line = example.line()
            file.write(line)
            digest.update(line)
            rows.append(
                {
                    "line": len(rows) + 1,
                    "extraction_id": example.extraction_id,
                    "sha256": hashlib.sha256(line).hexdigest(),
                    "prompt": example.prompt,
                    **example.provenance,
                }
            )
        if progress is not None:
            progress(number, total)
    return rows, digest.hexdigest()


def _manifest_of(report: Report, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "file": Path(report.file).name,
        "format": FORMAT,
        "sha256": report.sha256,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "otel_training": version(),
        "filters": asdict(report.filters),
        "funnel": [asdict(step) for step in report.funnel.steps],
        "gaps": [asdict(gap) for gap in report.funnel.gaps],
        "template": {"version": TEMPLATE_VERSION, "system": TEMPLATE_SYSTEM},
        "rows": rows,
    }


@contextlib.contextmanager
def _open_replacement(path: Path) -> Iterator[BinaryIO]:
    """Open a temporary file in the same folder; it takes the place of `path` only when all went well."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
