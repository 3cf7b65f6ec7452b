"""Freezing: chooses the rows of a dataset, splits them, and stores them as they are now."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO, Final

from otel_training.conventions import COMMAND
from otel_training.dataset.example import TEMPLATE_VERSION, read_example
from otel_training.dataset.funnel import Funnel, Step, funnel
from otel_training.dataset.pick import Pick, pick_of, thin
from otel_training.dataset.recipe import Recipe
from otel_training.dataset.refining import Refining
from otel_training.dataset.snapshot import (
    FrozenRow,
    Snapshot,
    dataset_id_of,
    frozen_text,
    read_snapshots,
    row_key,
)  # fmt: skip
from otel_training.dataset.split import SPLITS, Place, leaks, split_picks
from otel_training.dataset.trust import with_doubts
from otel_training.errors import NothingToExportError, TrainingError
from otel_training.progress import Progress, silent
from otel_training.store.client import Store, read_query
from otel_training.store.migrate import read_migrations
from otel_training.version import __version__

_SALTS: Final = 64
"""How many are tried for one that leaves no split empty, where none is given."""
_HELD_BYTES: Final = 64 << 20
_BATCH: Final = 500
_COLUMNS: Final = (
    "dataset_id", "extraction_id", "ts", "split", "component", "topic", "source_url", "prompt", "quality_score", "net",
    "viewers", "example",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draft:
    """A dataset that is chosen and split, and not yet stored."""

    recipe: Recipe
    places: dict[str, Place]
    """Of each row by its extraction's id."""
    leaks: dict[str, int]
    """How many of each kind stand in two splits."""
    funnel: Funnel
    file: IO[bytes]
    """The texts of all that passed the filters, one a line."""

    @property
    def parameters(self) -> dict[str, object]:
        """All that it was made by."""
        return {**self.recipe.as_json(), "template": TEMPLATE_VERSION}

    def rows(self) -> Iterator[FrozenRow]:
        """Yield its rows."""
        self.file.seek(0)
        for line in self.file:
            extraction_id, _, text = line.decode().rstrip("\n").partition("\t")
            if place := self.places.get(extraction_id):
                yield FrozenRow(extraction_id, *place, text)

    def snapshot(self, name: str) -> Snapshot:
        """Return what it is as a snapshot."""
        groups = {(place.split, place.component) for place in self.places.values()}
        return Snapshot(
            name,
            dataset_id_of(self.parameters, map(row_key, self.rows())),
            datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            __version__,
            read_migrations()[-1].name,
            self.recipe.salt,
            self.parameters,
            [asdict(step) for step in self.funnel.steps],
            dict(Counter(place.split for place in self.places.values())),
            dict(Counter(split for split, _ in groups)),
        )


@contextmanager
def draft(store: Store, recipe: Recipe, progress: Progress = silent, *, is_strict: bool = True) -> Iterator[Draft]:
    """Choose and split a dataset; raises `NothingToExportError` where no row is left or, if strict, in a split."""
    with SpooledTemporaryFile(_HELD_BYTES) as file:
        yield _draft(store, recipe, file, progress, is_strict=is_strict)


def _draft(store: Store, recipe: Recipe, file: IO[bytes], progress: Progress, *, is_strict: bool) -> Draft:
    recipe = replace(recipe, filters=with_doubts(store, recipe.filters))
    counts = funnel(store, recipe.filters)
    if not counts.left:
        raise NothingToExportError(counts.why_none())
    refining = Refining(recipe.filters)
    picks, others = _read_picks(store, recipe, refining, file, lambda: progress(refining.read, counts.left))
    left = refining.steps(len(picks) + others)
    counts = counts.ending_at(len(picks), others, recipe.only, {}, "", left)
    pairs = _read_pairs(store, recipe)
    picks, steps = thin(
        picks, pairs, drop_near_duplicates=recipe.drop_near_duplicates, max_per_topic=recipe.max_per_topic,
        max_per_domain=recipe.max_per_domain,
    )  # fmt: skip
    empty = _read_empty(store, recipe, len(picks), file)
    if empty:
        steps.append(Step("with empty ones", len(picks) + len(empty), -len(empty), 0, "that answered no insight"))
    recipe, places, last = _split(store, recipe, [*picks, *empty], pairs, is_strict=is_strict)
    kept = [pick for pick in (*picks, *empty) if pick.extraction_id in places]
    crossing = leaks(kept, places, pairs)
    if recipe.group_by != "domain":
        del crossing["domain"]
    return Draft(recipe, places, crossing, Funnel([*counts.steps, *steps, *last], counts.gaps), file)


def store_draft(store: Store, draft: Draft, name: str, progress: Progress = silent) -> Snapshot:
    """Store a draft under a name; where it has that name already, nothing is done.

    Raises `TrainingError` where the name is another dataset's. Dying in between leaves rows that no dataset names.
    """
    snapshot = draft.snapshot(name)
    if (existing := read_snapshots(store, name)) and existing[0].dataset_id != snapshot.dataset_id:
        raise TrainingError(
            f"The dataset {name!r} is another, of {existing[0].created_at}: choose another name; "
            f"`{COMMAND} dataset diff {name}` says what changed since."
        )
    if existing:
        return existing[0]
    rows, done = draft.rows(), 0
    with closing(store.another()) as writer:
        while batch := [_stored(snapshot, row) for row in islice(rows, _BATCH)]:
            writer.insert("dataset_rows", _COLUMNS, batch)
            done += len(batch)
            progress(done, snapshot.rows)
        values = asdict(snapshot) | {"ts": datetime.fromisoformat(snapshot.created_at)}
        del values["created_at"]
        values |= {key: json.dumps(values[key]) for key in ("parameters", "funnel")}
        writer.insert("datasets", tuple(values), [list(values.values())])
    return snapshot


def _stored(snapshot: Snapshot, row: FrozenRow) -> list[object]:
    example = row.example
    origin = example.provenance
    return [
        snapshot.dataset_id, row.extraction_id, datetime.fromisoformat(origin["timestamp"]), row.split, row.component,
        origin["topic"], origin["source_url"], example.prompt, origin["quality_score"], int(origin["net"]),
        int(origin["viewers"]), row.text,
    ]  # fmt: skip


def _read_picks(
    store: Store, recipe: Recipe, refining: Refining, file: IO[bytes], advance: Callable[[], object]
) -> tuple[list[Pick], int]:
    """Write the texts of what passes the filters to a file; return the picks, and how many are of another kind."""
    picks, others = [], 0
    for row, example in refining.examples(store):
        if recipe.only in {None, example.prompt}:
            file.write(f"{example.extraction_id}\t{frozen_text(example)}\n".encode())
            picks.append(pick_of(row))
        else:
            others += 1
        advance()
    if not picks:
        raise NothingToExportError(
            f"None of the {others:,} that pass the filters has a {recipe.only} prompt: leave out --only."
            if others
            else refining.why_none() or "No example that passes the filters has a prompt in text form."
        )
    return picks, others


def _read_empty(store: Store, recipe: Recipe, count: int, file: IO[bytes]) -> list[Pick]:
    """Write as many extractions without an insight as their share says."""
    picks: list[Pick] = []
    wanted = round(count * recipe.empty_share / (1 - recipe.empty_share))
    if wanted:
        for row in store.rows(read_query("dataset_empty"), limit=wanted, **recipe.filters.parameters()):
            example = read_example(row)
            if example is not None and recipe.only in {None, example.prompt}:
                file.write(f"{example.extraction_id}\t{frozen_text(example)}\n".encode())
                picks.append(pick_of(row, is_empty=True))
    return picks


def _read_pairs(store: Store, recipe: Recipe) -> list[tuple[str, str]]:
    """Return the pairs of extractions with nearly the same source."""
    with_empty = recipe.empty_share > 0
    rows = store.rows(recipe.filters.query("dataset_duplicates"), with_empty=with_empty, **recipe.filters.parameters())
    return [(row["a"], row["b"]) for row in rows]


def _split(
    store: Store, recipe: Recipe, picks: list[Pick], pairs: list[tuple[str, str]], *, is_strict: bool
) -> tuple[Recipe, dict[str, Place], list[Step]]:
    """Split by the given salt, else by that of the last such dataset, else by the first that leaves no split empty."""
    parameters = recipe.as_json()
    alike = [
        snapshot
        for snapshot in read_snapshots(store)
        if all(snapshot.parameters[name] == parameters[name] for name in ("shares", "group_by"))
    ]
    used = [snapshot.salt for snapshot in alike]
    salts = [recipe.salt] if recipe.salt else used[-1:] or [str(number) for number in range(1, _SALTS + 1)]
    for salt in salts:
        pinned = _read_pins(store, recipe, salt) if salt in used else {}
        every = split_picks(picks, pairs, pinned, shares=recipe.shares, salt=salt, group_by=recipe.group_by)
        places, steps = _in_time(recipe, picks, every)
        if not (empty := _empty_splits(recipe, places)) or not is_strict:
            return replace(recipe, salt=salt), places, steps
    groups, by = len({place.component for place in every.values() if place.split}), recipe.group_by
    noun, other = ("group", "") if groups == 1 else ("groups", "another --salt, ")
    raise NothingToExportError(
        f"No row is left for {' and '.join(empty)}: {len(picks):,} rows stand in {groups:,} {noun}, by {by} "
        f"and nearly equal texts; gather more sources, or choose {other}--group-by url, or --split 100/0/0."
    )


def _read_pins(store: Store, recipe: Recipe, salt: str) -> dict[str, str]:
    """Return the split that each extraction had first, in datasets that were split alike."""
    shares, group_by = json.dumps(list(recipe.shares)), json.dumps(recipe.group_by)
    rows = store.rows(read_query("dataset_pins"), salt=salt, shares=shares, group_by=group_by)
    return {row["extraction_id"]: row["split"] for row in rows}


def _in_time(recipe: Recipe, picks: list[Pick], every: dict[str, Place]) -> tuple[dict[str, Place], list[Step]]:
    """Leave out rows of two splits, and those of another time than their split's; return what each left."""
    places, steps = {name: place for name, place in every.items() if place.split}, []
    if dropped := len(every) - len(places):
        steps.append(Step("in one split", len(places), dropped, 0, f"{dropped:,} that would join rows of two splits"))
    if recipe.test_since:
        before = len(places)
        late = {pick.extraction_id for pick in picks if pick.timestamp >= recipe.test_since}
        places = {name: place for name, place in places.items() if (place.split == "test") == (name in late)}
        dropped = before - len(places)
        reason = f"{dropped:,} too old to test by, or too new to train on" if dropped else ""
        steps.append(Step(f"tested since {recipe.test_since}", len(places), dropped, 0, reason))
    return places, steps


def _empty_splits(recipe: Recipe, places: dict[str, Place]) -> list[str]:
    counts = Counter(place.split for place in places.values())
    return [split for split, share in zip(SPLITS, recipe.shares, strict=True) if share and not counts[split]]
