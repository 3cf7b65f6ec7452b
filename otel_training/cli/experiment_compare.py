"""`otel-training experiment compare`: the verdict on a candidate."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from rich.console import RenderableType

from otel_training.cli.output import Output, output_options, plural, table
from otel_training.cli.shadow_costs import draw_shadows, read_shadows
from otel_training.cli.store import open_store
from otel_training.errors import TrainingError
from otel_training.store.client import Row

if TYPE_CHECKING:
    from otel_training.trial.pair import Pair
    from otel_training.trial.slices import Part
    from otel_training.trial.verdict import Gate, Plan, Verdict

CODES: Final = {"PASS": 0, "CONTINUE": 10, "FAIL": 11, "INVALID": 12}
_COLUMNS: Final = ("", "sources", "baseline", "candidate", "kept", "at least", "at most", "")
_SHOWN: Final = 20
_NOTHING: Final[dict[str, Any]] = {"shadows": list[Row](), "failures": dict[str, int]()}
INSTALL: Final = "The verdict needs its libraries: pip install 'otel_training[analysis]'."


@click.command()
@click.argument("name", default="")
@click.option("--pairs", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Instead of a candidate's last evaluation: JSON lines, what both made of each example.")  # fmt: skip
@click.option("--bar", default=0.9, show_default=True, type=click.FloatRange(0.5, 1, max_open=True), metavar="SHARE",
              help="Of the baseline's quality that must be kept.")  # fmt: skip
@output_options()
def compare(*, name: str, file: Path | None, bar: float, output: Output) -> int:
    """Say whether a candidate is good enough.

    Exit code 0 is PASS, 10 CONTINUE, 11 FAIL, 12 INVALID; ask as often as you like.
    """
    if bool(name) == (file is not None):
        raise click.UsageError("Say what is compared: the NAME of a candidate, or --pairs.")
    try:
        from otel_training.trial.compare import compare as compare_pairs

        pairs, plan, beside = read_evaluation(name) if file is None else (*_read_file(file), _NOTHING)
        verdict = compare_pairs(pairs, replace(plan, bar=bar))
    except ImportError as error:
        raise TrainingError(INSTALL) from error
    output.emit(
        [asdict(verdict) | beside],
        lambda _: [*draw(verdict), *draw_failures(beside["failures"]), *draw_shadows(beside["shadows"])],
    )
    return CODES[verdict.verdict]


def _read_file(file: Path) -> "tuple[list[Pair], Plan]":
    from otel_training.trial.pair_file import read_pairs

    return read_pairs(file)


def read_evaluation(name: str) -> "tuple[list[Pair], Plan, dict[str, Any]]":
    """Read a candidate's last evaluation, as it is compared, and beside it why it failed and what shadows cost."""
    from otel_training.trial.evaluation import failures_of, find_evaluation, read_attempts
    from otel_training.trial.measured import in_service, measured

    with open_store() as (store, _):
        evaluation = find_evaluation(store, name)
        shadows = [row for row in read_shadows(store) if row["candidate"] == name]
        attempts = read_attempts(store, evaluation.evaluation_id)
        pairs, plan = measured(evaluation, attempts)
        beside = {"shadows": shadows, "failures": failures_of(attempts)}
        return pairs, in_service(plan, store, name), beside


def draw_failures(failures: Mapping[str, int]) -> Iterator[str]:
    """Say why answers failed, and how often; nothing where none did."""
    if failures:
        reasons = ", ".join(f"{name} ({count:,})" for name, count in failures.items())
        yield f"The candidate failed {plural(sum(failures.values()), 'time')}: {reasons}."


def draw(verdict: "Verdict") -> Iterator[RenderableType]:
    """Draw the sentence, then the figures, the worst first."""
    from otel_training.trial.slices import LEAST
    from otel_training.trial.wording import BEYOND, NAMES, judge, percent, place

    yield f"{'SIMULATED: ' if verdict.simulated else ''}{verdict.verdict}. {verdict.reason}"
    gates = [("", gate, NAMES[gate.metric]) for gate in verdict.gates]
    parts = [(part.state, part, place(part)) for part in verdict.parts if part.state != "too few"]
    for title, rows in (("In total", gates), ("By field and slice", parts)):
        if rows:
            # The name stands last, where it has room.
            yield table(title, _COLUMNS, [_cells(*row) for row in rows[:_SHOWN]])
    if len(parts) > _SHOWN:
        yield f"And {len(parts) - _SHOWN} parts more, in --json."
    if few := len(verdict.parts) - len(parts):
        yield f"{plural(few, 'part')} of fewer than {LEAST} sources say nothing yet: --json has them."
    if verdict.guardrails:
        rails = [
            (
                BEYOND.get(rail.name, rail.name),
                *map(percent, (rail.value, rail.limit, rail.lower, rail.upper)),
                rail.state,
            )
            for rail in verdict.guardrails
        ]
        yield table("Guardrails", ("", "candidate", "limit", "at least", "at most", ""), rails)
    if sentence := judge(verdict.judge):
        yield sentence


def _cells(state: str, row: "Gate | Part", name: str) -> tuple[Any, ...]:
    from otel_training.trial.wording import percent

    return state, row.sources, *map(percent, (row.baseline, row.candidate, row.ratio, row.lower, row.upper)), name
