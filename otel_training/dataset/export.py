"""The export: examples into a training file, with a manifest beside it, all or nothing."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Final, NamedTuple

from otel_training.dataset.check import Check, fix_of
from otel_training.dataset.compression import SUFFIX
from otel_training.dataset.draft import draft_of
from otel_training.dataset.example import TEMPLATE_SYSTEM, TEMPLATE_VERSION, Example
from otel_training.dataset.funnel import Filters, Funnel
from otel_training.dataset.parts import write_row
from otel_training.dataset.refining import Refining
from otel_training.dataset.target import Target, read_target
from otel_training.dataset.writing import Write, digest_of, json_line, naming, open_place, open_replacement, open_rows
from otel_training.errors import NothingToExportError, TrainingError
from otel_training.progress import RowProgress, silent
from otel_training.store.client import Store
from otel_training.store.copies import MANIFEST
from otel_training.version import __version__

TERMS: Final = "https://support.claude.com/en/articles/12326764"
"""Whether one may train on Claude's answers."""
_SHOWN: Final = 50
"""Rows between two looks at how far it is."""
_CARD: Final = Path(__file__).with_name("targets") / "card.md"
_SIZES: Final = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


class Frozen(NamedTuple):
    """Examples that were chosen before."""

    origin: dict[str, str]
    examples: Iterable[Example]


@dataclass(frozen=True, slots=True)
class Report:
    """What an export did."""

    file: str
    manifest: str
    target: str
    rows: int
    captured: int
    """Rows whose prompt is the one that was captured; in all others the template stands in."""
    template_reasons: dict[str, int]
    """How many rows are templates for which reason."""
    system_prompts: int
    """How many different system prompts the rows have; a row without any counts as one."""
    models: dict[str, int]
    """How many answers are whose; those of templates nobody knows."""
    warnings: list[str]
    """What the target does not take of the file as a whole, such as too few rows."""
    sha256: str
    dataset: dict[str, str] | None
    """Name, id and split of the dataset that was frozen before, where it is one's."""
    filters: Filters
    funnel: Funnel


def manifest_path(out: Path) -> Path:
    """Return where the manifest of a training file stands: beside it."""
    return out.with_name(f"{out.name.removesuffix(SUFFIX).removesuffix('.jsonl')}{MANIFEST}")


def check_target(out: Path, target: Target, *, force: bool, compress: bool = False) -> None:
    """Raise `TrainingError` when the file cannot or must not be written."""
    if compress and target.container in {"hf", "parquet"}:
        raise TrainingError(
            f"Files for {target.name} are compressed already: leave out --compress, or choose another --out."
        )
    if not out.parent.is_dir():
        raise TrainingError(f"The folder {out.parent} does not exist: make it, or choose another --out.")
    is_folder = target.container == "hf"
    if not out.name or (out.exists() and not (out.is_dir() if is_folder else out.is_file())):
        raise TrainingError(f"{out} is no regular {'folder' if is_folder else 'file'}: choose another --out.")
    manifest = manifest_path(out)
    if not force and (existing := next((path for path in (out, manifest) if path.exists()), None)):
        raise TrainingError(f"{existing} exists already: choose another --out, or add --force to replace it.")
    if out.is_dir() and not manifest.is_file():
        raise TrainingError(f"{out} is a folder without {manifest.name}, so no export's: choose another --out.")


def export(  # noqa: PLR0913 - what to read, where to write, and what
    store: Store,
    out: Path,
    filters: Filters,
    funnel: Funnel,
    *,
    target: Target | None = None,
    only: str | None = None,
    frozen: Frozen | None = None,
    compress: bool = False,
    progress: RowProgress = silent,
) -> Report:
    """Write the examples that pass the filters, and their manifest; of one kind of prompt alone where `only` names it.

    In their place those that were frozen, where any are given.

    Each row is checked by the target's rules, by default OpenAI's, and left out, counted, where it breaks one. Raises
    `NothingToExportError` when none is left; then nothing is written.
    """
    if not funnel.left:
        raise NothingToExportError(funnel.why_none())
    target = target or read_target()
    refining = Refining(filters)
    examples = iter(frozen.examples if frozen else (example for _, example in refining.examples(store)))
    # Before the files are there: Ctrl-C kills an engine that computes, and would leave them.
    first = list(islice(examples, 1))
    with naming(out), open_place(out, target) as place, open_replacement(manifest_path(out)) as manifest:
        with open_rows(place, target, compress=compress) as write:
            written = _Written(Check(target))
            for number, example in enumerate(chain(first, examples), 1):
                _write_example(write, example, only, target, written)
                if not number % _SHOWN:
                    progress(max(number, refining.read), funnel.left, written.bytes)
        if not written.rows:
            raise NothingToExportError(_why_no_row(written, only, target, refining))
        if isinstance(place, Path):
            (place / "README.md").write_text(_card(out, written), encoding="utf-8")
        sha256, size = digest_of(place)
        refined = [] if frozen else refining.steps(len(written.rows) + sum(written.unfit.values()) + written.others)
        report = Report(
            str(out), str(manifest_path(out)), target.name, len(written.rows),
            captured=written.prompts["captured"],
            template_reasons=dict(written.template_reasons),
            system_prompts=len(written.system_prompts),
            models=dict(written.models),
            warnings=[f"{problem.text}: {fix_of(problem.rule)}" for problem in written.check.file(size)],
            sha256=sha256, filters=filters, dataset=frozen.origin if frozen else None,
            funnel=funnel.ending_at(len(written.rows), written.others, only, written.unfit, target.name, refined),
        )  # fmt: skip
        manifest.write(_manifest_of(report, target, written))
    return report


@dataclass(slots=True)
class _Written:
    """What was written to a training file."""

    check: Check
    rows: list[bytes] = field(default_factory=list)
    """The manifest's, as JSON: as dictionaries they take more memory than reading the texts."""
    prompts: Counter[str] = field(default_factory=Counter)
    template_reasons: Counter[str] = field(default_factory=Counter)
    models: Counter[str] = field(default_factory=Counter)
    unfit: Counter[str] = field(default_factory=Counter)
    """Examples that are no row of the target, by reason."""
    system_prompts: set[str] = field(default_factory=set)
    splits: set[str] = field(default_factory=set)
    bytes: int = 0
    others: int = 0
    """Examples of another kind of prompt than was asked for."""


def _write_example(write: Write, example: Example, only: str | None, target: Target, written: _Written) -> None:
    """Write the row of an example, or note why it has none."""
    if only not in (None, example.prompt):
        written.others += 1
        return
    draft = draft_of(example, target)
    if isinstance(draft, str):
        written.unfit[draft] += 1
        return
    row = write_row(draft, target)
    line = json_line(row)
    sha256 = hashlib.sha256(line)
    # Of our own rows no two lines say the same in other words.
    if problems := written.check.row(row, int.from_bytes(sha256.digest()[:8])):
        written.unfit[f"broken: {problems[0].text}"] += 1
        return
    write(row, line, example.split)
    written.bytes += len(line)
    written.splits.add(example.split or "train")
    _note_row(written, example, sha256.hexdigest())


def _note_row(written: _Written, example: Example, sha256: str) -> None:
    """Note where a row comes from."""
    first = example.messages[0]
    written.system_prompts.add(first["content"] if first["role"] == "system" else "")
    origin = {
        "line": len(written.rows) + 1,
        "extraction_id": example.extraction_id,
        "sha256": sha256,
        "prompt": example.prompt,
        "reason": example.reason,
    }
    split = {"split": example.split} if example.split else {}
    written.rows.append(json_line(origin | split | dict(example.provenance)).rstrip())
    written.prompts[example.prompt] += 1
    written.models[example.provenance["model"] or "unknown"] += 1
    if example.reason:
        written.template_reasons[example.reason] += 1


def _why_no_row(written: _Written, only: str | None, target: Target, refining: Refining) -> str:
    if written.others:
        return f"None of the {written.others:,} that pass the filters has a {only} prompt: leave out --only."
    if written.unfit:
        reason, count = written.unfit.most_common(1)[0]
        return f"No example that passes the filters is a row for {target.name}; {count:,} {reason}."
    return refining.why_none() or "No example that passes the filters has a prompt in text form."


def _card(out: Path, written: _Written) -> str:
    """Return a folder's card, by which `datasets` finds its files."""
    splits = "".join(f"  - split: {name}\n    path: data/{name}-*\n" for name in sorted(written.splits))
    return _CARD.read_text(encoding="utf-8").format(
        name=out.name, splits=splits, rows=f"{len(written.rows):,}", templates=f"{written.prompts['template']:,}",
        size=next((name for least, name in _SIZES if len(written.rows) < least), "n>1M"),
        models=", ".join(f"{model} ({count:,})" for model, count in written.models.most_common()),
        terms=TERMS, version=__version__,
    )  # fmt: skip


def _manifest_of(report: Report, target: Target, written: _Written) -> bytes:
    """Write the manifest as JSON, each row on a line: Python's own indenting takes longer than the whole export."""
    head = {
        "file": Path(report.file).name,
        "target": report.target,
        "target_source": {"url": target.source, "date": target.date, "status": target.status},
        "sha256": report.sha256,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "otel_training": __version__,
        "models": report.models,
        "terms": TERMS,
        "tokens": written.check.tokens._asdict(),
        "warnings": report.warnings,
        "dataset": report.dataset,
        "filters": report.filters.as_json(),
        "funnel": [asdict(step) for step in report.funnel.steps],
        "gaps": [asdict(gap) for gap in report.funnel.gaps],
        "template": {"version": TEMPLATE_VERSION, "system": TEMPLATE_SYSTEM},
    }
    opening = json.dumps(head, indent=1).removesuffix("\n}").encode()
    return b'%b,\n "rows": [\n  %b\n ]\n}\n' % (opening, b",\n  ".join(written.rows))
