"""The validation of a file for a target, whoever wrote it: every line is read, none is kept."""

import contextlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from otel_training.dataset.check import Check, fix_of, prompt_digest
from otel_training.dataset.parts import Problem, read_row
from otel_training.dataset.reading import Line, read_lines
from otel_training.dataset.target import Target
from otel_training.dataset.tokens import Tokens
from otel_training.dataset.writing import open_replacement
from otel_training.errors import TrainingError
from otel_training.progress import Progress, silent

_LISTED: Final = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, and what to do."""

    line: int
    """0 where it is the file as a whole."""
    rule: str
    problem: str
    fix: str


@dataclass(frozen=True, slots=True)
class Validation:
    """What was found in a file."""

    file: str
    target: str
    rows: int
    """Those that break no rule."""
    rejected: int
    counts: dict[str, int]
    """Findings by rule."""
    findings: list[Finding]
    """The first of each rule."""
    tokens: Tokens


def validate(  # noqa: PLR0913 - a file and what it is held against
    path: Path,
    target: Target,
    *,
    against: Path | None = None,
    rejects: Path | None = None,
    max_length: int | None = None,
    progress: Progress = silent,
) -> Validation:
    """Check each row, then the file; write the rows that break a rule, with all reasons, to `rejects`."""
    check = Check(target, max_length, _prompts(against, target))
    counts, findings, rejected, read, size = Counter[str](), list[Finding](), 0, 0, _size(path)

    def note(problem: Problem, line: int) -> None:
        counts[problem.rule] += 1
        if counts[problem.rule] <= _LISTED:
            findings.append(Finding(line, problem.rule, problem.text, fix_of(problem.rule)))

    with _open_rejects(rejects) as file:
        for line in read_lines(path, target):
            problems = [line.problem] if line.problem else check.row(line.row)
            for problem in problems:
                note(problem, line.number)
            if problems:
                rejected += 1
                _write_reject(file, line, problems)
            read += len(line.raw)
            progress(min(read, size), size)
    for problem in check.file(size):
        note(problem, 0)
    return Validation(str(path), target.name, check.rows, rejected, dict(counts), findings, check.tokens)


def _prompts(path: Path | None, target: Target) -> set[int]:
    """Return digests of another file's prompts."""
    if path is None:
        return set()
    digests = {
        prompt_digest(reading)
        for line in read_lines(path, target)
        if line.problem is None and (reading := read_row(line.row, target)).prompt
    }
    if not digests:
        raise TrainingError(f"{path} has no row of {target.name}: choose the file that it is compared with anew.")
    return digests


@contextlib.contextmanager
def _open_rejects(path: Path | None) -> Iterator[IO[bytes] | None]:
    if path is None:
        yield None
        return
    with open_replacement(path) as file:
        yield file


def _write_reject(file: IO[bytes] | None, line: Line, problems: list[Problem]) -> None:
    if file is not None:
        reasons = [{"rule": problem.rule, "problem": problem.text} for problem in problems]
        file.write(
            (json.dumps({"line": line.number, "reasons": reasons, "row": line.raw.rstrip("\n")}) + "\n").encode()
        )


def _size(path: Path) -> int:
    files = path.glob("data/*.parquet") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files)
