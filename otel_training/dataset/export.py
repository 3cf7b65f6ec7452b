"""The export: examples into a training file, with a manifest beside it, all or nothing."""

import contextlib
import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from otel_training.dataset.example import TEMPLATE_SYSTEM, TEMPLATE_VERSION, Example, read_example
from otel_training.dataset.funnel import Filters, Funnel
from otel_training.errors import NothingToExportError, TrainingError
from otel_training.progress import Progress
from otel_training.store.client import Store, read_query
from otel_training.version import __version__

FORMAT: Final = "openai-chat"


@dataclass(frozen=True, slots=True)
class Report:
    """What an export did."""

    file: str
    manifest: str
    rows: int
    captured: int
    """Rows whose prompt is the one that was captured; in all others the template stands in."""
    template_reasons: dict[str, int]
    """How many rows are templates for which reason."""
    system_prompts: int
    """How many different system prompts the rows have; a row without any counts as one."""
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


def export(  # noqa: PLR0913 - what to read, where to write, and what
    store: Store,
    out: Path,
    filters: Filters,
    funnel: Funnel,
    *,
    only: str | None = None,
    progress: Progress | None = None,
) -> Report:
    """Write the examples that pass the filters, and their manifest; of one kind of prompt alone where `only` names it.

    Raises `NothingToExportError` when none passes; then nothing is written.
    """
    if not funnel.left:
        raise NothingToExportError(funnel.why_none())
    examples = _read_examples(store, filters, funnel.left, progress)
    with _open_replacement(out) as file, _open_replacement(manifest_path(out)) as manifest:
        written = _write_rows(file, examples, only)
        if not written.rows:
            raise NothingToExportError(_why_no_row(written, only))
        counts = funnel.ending_at(len(written.rows), written.others, only)
        report = Report(
            str(out), str(manifest_path(out)), len(written.rows),
            captured=written.prompts["captured"],
            template_reasons=dict(written.template_reasons),
            system_prompts=len(written.system_prompts),
            sha256=written.digest.hexdigest(), filters=filters, funnel=counts,
        )  # fmt: skip
        manifest.write(_manifest_of(report, written.rows))
    return report


@dataclass(slots=True)
class _Written:
    """What was written to a training file."""

    rows: list[str] = field(default_factory=list)
    """The manifest's, as JSON: as dictionaries they take more memory than reading the texts."""
    prompts: Counter[str] = field(default_factory=Counter)
    template_reasons: Counter[str] = field(default_factory=Counter)
    system_prompts: set[str] = field(default_factory=set)
    others: int = 0
    """Examples of another kind of prompt than was asked for."""
    digest: Any = field(default_factory=hashlib.sha256)


def _read_examples(store: Store, filters: Filters, total: int, progress: Progress | None) -> Iterator[Example]:
    for number, row in enumerate(store.rows(read_query("export"), **asdict(filters)), 1):
        example = read_example(row)
        if example is not None:
            yield example
        if progress is not None:
            progress(number, total)


def _write_rows(file: BinaryIO, examples: Iterable[Example], only: str | None) -> _Written:
    """Write the training file; return the manifest's rows, and what the file holds."""
    written = _Written()
    for example in examples:
        if only not in (None, example.prompt):
            written.others += 1
            continue
        line = example.line()
        file.write(line)
        written.digest.update(line)
        first = example.messages[0]
        written.system_prompts.add(first["content"] if first["role"] == "system" else "")
        origin = {
            "line": len(written.rows) + 1,
            "extraction_id": example.extraction_id,
            "sha256": hashlib.sha256(line).hexdigest(),
            "prompt": example.prompt,
            "reason": example.reason,
        }
        written.rows.append(json.dumps(origin | dict(example.provenance)))
        written.prompts[example.prompt] += 1
        if example.reason:
            written.template_reasons[example.reason] += 1
    return written


def _why_no_row(written: _Written, only: str | None) -> str:
    if written.others:
        return f"None of the {written.others:,} that pass the filters has a {only} prompt: leave out --only."
    return "No example that passes the filters has a prompt in text form."


def _manifest_of(report: Report, rows: list[str]) -> bytes:
    """Write the manifest as JSON, each row on a line: Python's own indenting takes longer than the whole export."""
    head = {
        "file": Path(report.file).name,
        "format": FORMAT,
        "sha256": report.sha256,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "otel_training": __version__,
        "filters": asdict(report.filters),
        "funnel": [asdict(step) for step in report.funnel.steps],
        "gaps": [asdict(gap) for gap in report.funnel.gaps],
        "template": {"version": TEMPLATE_VERSION, "system": TEMPLATE_SYSTEM},
    }
    opening = json.dumps(head, indent=1).removesuffix("\n}")
    lines = ",\n".join(f"  {row}" for row in rows)
    return f'{opening},\n "rows": [\n{lines}\n ]\n}}\n'.encode()


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
