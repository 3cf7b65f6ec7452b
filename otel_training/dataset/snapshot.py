"""The snapshot: a dataset as it was when it was made, under a name for good."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import orjson

from otel_training.conventions import COMMAND
from otel_training.dataset.example import Example, Insight
from otel_training.dataset.funnel import Doubts, Funnel, Step
from otel_training.errors import NothingToExportError, TrainingError
from otel_training.store.client import Store, read_query


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is known of a frozen dataset, without its rows."""

    name: str
    dataset_id: str
    """The digest of parameters and rows."""
    created_at: str
    version: str
    """Of otel_training; `schema` is the store's."""
    schema: str
    salt: str
    parameters: dict[str, Any]
    funnel: list[dict[str, Any]]
    splits: dict[str, int]
    """How many rows each has; in `groups` how many components."""
    groups: dict[str, int]

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return sum(self.splits.values())


class FrozenRow(NamedTuple):
    """One row of a snapshot."""

    extraction_id: str
    split: str
    component: str
    text: str
    """The example as JSON, byte by byte as it was frozen."""

    @property
    def example(self) -> Example:
        """The example, with its split."""
        values = orjson.loads(self.text)
        values["insights"] = tuple(Insight(*insight) for insight in values["insights"])
        return Example(**values, split=self.split)


def frozen_text(example: Example) -> str:
    """Return an example as JSON, the same for the same example; its split is another column."""
    values = asdict(example)
    del values["split"]
    return json.dumps(values, sort_keys=True, separators=(",", ":"))


def dataset_id_of(parameters: Mapping[str, Any], rows: Iterable[tuple[str, str, str]]) -> str:
    """Return the digest of a dataset: of its parameters, and of each row's extraction, split and text's digest."""
    digest = hashlib.sha256(json.dumps(parameters, sort_keys=True).encode())
    for row in sorted(rows):
        digest.update("\0".join(row).encode())
    return digest.hexdigest()[:32]


def row_key(row: FrozenRow) -> tuple[str, str, str]:
    """Return what a row adds to the digest of its dataset."""
    return (row.extraction_id, row.split, hashlib.sha256(row.text.encode()).hexdigest())


def read_snapshots(store: Store, name: str = "") -> list[Snapshot]:
    """Return all snapshots, the oldest first; the one of a name where it is given."""
    rows = store.rows(read_query("dataset_list"), name=name)
    return [
        Snapshot(
            **{key: value for key, value in row.items() if key not in {"parameters", "funnel", "splits", "groups"}},
            parameters=orjson.loads(row["parameters"]),
            funnel=orjson.loads(row["funnel"]),
            splits=_counts(row["splits"]),
            groups=_counts(row["groups"]),
        )
        for row in rows
    ]


def find_snapshot(store: Store, name: str) -> Snapshot:
    """Return the snapshot of a name; raises `TrainingError`, which names those that there are."""
    if snapshots := read_snapshots(store, name) if name else []:
        return snapshots[0]
    names = ", ".join(snapshot.name for snapshot in read_snapshots(store))
    there = f"there are {names}" if names else f"`{COMMAND} dataset create {name}` makes it"
    raise TrainingError(f"There is no dataset {name!r}: {there}.")


def read_rows(store: Store, snapshot: Snapshot, split: str = "") -> Iterator[FrozenRow]:
    """Yield the rows of a snapshot, the oldest first; of one split where it is named."""
    for row in store.rows(read_query("dataset_rows"), dataset_id=snapshot.dataset_id, split=split):
        yield FrozenRow(row["extraction_id"], row["split"], row["component"], row["example"])


def check_opt_outs(store: Store, snapshot: Snapshot, doubts: Doubts) -> None:
    """Raise `TrainingError` where rows of a snapshot are of sources that opted out since."""
    opted_out = {"dataset_id": snapshot.dataset_id, "opted_out_sources": list(doubts.sources)}
    if rows := store.row(read_query("dataset_opted_out"), **opted_out)["rows"]:
        raise TrainingError(
            f"{rows:,} rows of {snapshot.name} are of sources that opted out since it was made: "
            f"`{COMMAND} dataset create` makes one without them."
        )


def is_whole(store: Store, snapshot: Snapshot) -> bool:
    """Return whether the rows are those that were frozen, each as it was."""
    rows = (row_key(row) for row in read_rows(store, snapshot))
    return dataset_id_of(snapshot.parameters, rows) == snapshot.dataset_id


def funnel_of(snapshot: Snapshot, split: str | None = None) -> Funnel:
    """Return the funnel that ended in a snapshot, or in one of its splits."""
    steps = [Step(**step) for step in snapshot.funnel]
    if split:
        if not (left := snapshot.splits.get(split, 0)):
            raise NothingToExportError(f"The dataset {snapshot.name!r} has no {split} rows: make another, by --split.")
        steps.append(Step(f"split {split}", left, snapshot.rows - left, 0, "of other splits"))
    return Funnel(steps, [])


def _counts(values: Mapping[str, Any]) -> dict[str, int]:
    """Read counts, which the engine writes as text where they could be too long for JSON."""
    return {name: int(value) for name, value in values.items()}
