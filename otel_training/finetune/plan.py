"""The plan: what a job would train on, by whom, at what cost, before anything is started."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final, TypeAlias

from otel_training.dataset.example import Example
from otel_training.dataset.export import Frozen, Report, export
from otel_training.dataset.funnel import Filters
from otel_training.dataset.prompt import Prompt, shared_prompt
from otel_training.dataset.snapshot import Snapshot, funnel_of, read_rows
from otel_training.dataset.target import read_target
from otel_training.dataset.validate import Validation, validate
from otel_training.errors import TrainingError
from otel_training.finetune.job import job_id_of
from otel_training.finetune.routes import Price, Route
from otel_training.pricing.call import Call
from otel_training.pricing.ends import end_of
from otel_training.pricing.overrides import Overrides
from otel_training.pricing.price import prices_of
from otel_training.progress import Progress, silent
from otel_training.store.client import Store

Prices: TypeAlias = dict[tuple[str, int], Decimal]

SPLITS: Final = ("train", "validation")
_MILLION: Final = 1_000_000
_ANY: Final = 1 << 30  # tokens: our own trainer cuts nothing, and others' limits are the target's
_CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Files:
    """A dataset as a route takes it."""

    paths: Mapping[str, Path]  # by split; the validation's only where it has rows
    rows: Mapping[str, int]
    left_out: Mapping[str, int]
    """How many rows of the dataset are none of the target's, or would break its rules, by split."""
    tokens: Mapping[str, int]
    longest: int
    counted_by: str
    findings: tuple[str, ...]  # what is wrong with the files
    answers: Mapping[str, int]  # how many answers are whose
    prompt: Prompt


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done."""

    id: str  # the job's: the same data, model and hyperparameters have the same
    route: str
    model: str
    dataset: str
    dataset_id: str
    rows: Mapping[str, int]
    left_out: Mapping[str, int]
    tokens: int  # what is trained on in an epoch
    longest: int
    counted_by: str
    epochs: int
    trained_tokens: int  # what is paid: of all epochs, and of validation where that is, too
    price: Price | None
    cost: Decimal | None  # in USD; None where no price is known
    answer_prices: Mapping[str, Decimal]
    """What the tuned model's answers cost, in USD for a million tokens; empty where nobody says."""
    answer_prices_by: str
    ends: date | None  # the day on which the model ends, and what was tuned from it
    answers: Mapping[str, int]
    prompt: Prompt
    problems: tuple[str, ...]  # why it should not be started


def write_files(store: Store, snapshot: Snapshot, route: Route, folder: Path, progress: Progress) -> Files:
    """Write what is trained on and validated by, and check both as strictly as `validate` does."""
    target = read_target(route.target)
    paths, reports, validations = dict[str, Path](), list[Report](), dict[str, Validation]()
    for split in SPLITS:
        if not snapshot.splits.get(split):
            continue
        path = folder / f"{split}.jsonl"
        frozen = Frozen({}, _examples(store, snapshot, split, progress))
        try:
            reports.append(export(store, path, Filters(), funnel_of(snapshot, split), target=target, frozen=frozen))
        except TrainingError:
            if split == "train":
                raise
            # What is validated by may be of another shape than what is trained on; it is counted as left out.
            continue
        paths[split] = path
        validations[split] = validate(
            path, target, against=paths["train"] if split == "validation" else None, max_length=_ANY
        )
    rows = {split: result.rows for split, result in validations.items()}
    return Files(
        paths, rows,
        {split: left for split in SPLITS if (left := snapshot.splits.get(split, 0) - rows.get(split, 0))},
        {split: result.tokens.total for split, result in validations.items()},
        max(result.tokens.most for result in validations.values()), validations["train"].tokens.counted_by,
        tuple(_findings(validations)), reports[0].models, shared_prompt(_examples(store, snapshot, "train")),
    )  # fmt: skip


def _examples(store: Store, snapshot: Snapshot, split: str, progress: Progress = silent) -> Iterator[Example]:
    for number, row in enumerate(read_rows(store, snapshot, split), 1):
        yield row.example
        progress(number, snapshot.splits[split])


def _findings(validations: Mapping[str, Validation]) -> Iterator[str]:
    for split, result in validations.items():
        for finding in result.findings:
            # A validation set may be as small as it likes.
            if not (finding.rule == "rows" and split == "validation"):
                yield f"{split}: {finding.problem}: {finding.fix}"


def plan_of(  # noqa: PLR0913 - what is trained, by whom, how
    snapshot: Snapshot, files: Files, route: Route, model: str, *, epochs: int, price: Price | None,
    overrides: Overrides, ends: date | None,
) -> Plan:  # fmt: skip
    """Return the plan."""
    price = price or route.prices.get(model)
    billed = SPLITS if route.bills_validation else SPLITS[:1]
    trained = sum(files.tokens.get(split, 0) for split in billed) * epochs
    quote, lines = _answer_prices(route, model, overrides)
    announced = end_of(model)
    return Plan(
        id=job_id_of(snapshot.dataset_id, route.name, model, {"epochs": epochs}),
        route=route.name, model=model, dataset=snapshot.name, dataset_id=snapshot.dataset_id,
        rows=files.rows, left_out=files.left_out, tokens=files.tokens["train"], longest=files.longest,
        counted_by=files.counted_by, epochs=epochs, trained_tokens=trained, price=price,
        cost=None if price is None else (Decimal(price.usd) * trained / _MILLION).quantize(_CENT),
        answer_prices={name: usd for (name, above), usd in lines.items() if not above},
        answer_prices_by=quote,
        ends=ends or (announced.on if announced else None),
        answers=files.answers, prompt=files.prompt, problems=files.findings,
    )  # fmt: skip


def _answer_prices(route: Route, model: str, overrides: Overrides) -> tuple[str, Prices]:
    """Return what answers of a tuned model cost, and who says so: what another serves has no price in a list."""
    if route.name != "openai":
        return "", {}
    quote, lines = prices_of(Call(f"ft:{model}:our-org:ours:id", provider="openai"), overrides)
    return (quote.source, lines) if lines else ("", {})
