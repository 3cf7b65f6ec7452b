"""A candidate of a prompt alone: a model, the app's prompt, and a few examples of the train pool; no training."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

import orjson

from otel_training.conventions import COMMAND
from otel_training.dataset.snapshot import Snapshot, read_rows
from otel_training.dataset.tokens import Count
from otel_training.errors import TrainingError
from otel_training.folder import DataFolder
from otel_training.routing.state import Definition, Message, changing, read_state
from otel_training.store.client import Row, Store, read_query
from otel_training.trial.function import CALLABLE
from otel_training.trial.prompt import read_prompt
from otel_training.trial.shots import choose_shots
from otel_training.version import __version__

_COLUMNS = (
    "name", "candidate_id", "ts", "version", "dataset_id", "shots", "provider", "model", "is_simulated", "definition",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model with its prompt, under a name for good."""

    name: str
    candidate_id: str
    """The digest of its definition: its examples are part of it."""
    dataset_id: str
    shots: tuple[str, ...]
    """The extractions that stand in its prompt as examples."""
    definition: Definition


def make_candidate(  # noqa: PLR0913, PLR0917 - a model, and what its prompt is made of
    store: Store, snapshot: Snapshot, name: str, base: Definition, few_shot: int, budget: int, tokens: Count
) -> Candidate:
    """Make a candidate of `base`, which says what model is asked and how, with the prompt and examples of a dataset.

    Its pool is the train split alone: what it is tested by, it has not seen.
    """
    pool = [row.example for row in read_rows(store, snapshot, "train")]
    if few_shot and not pool:
        raise TrainingError(f"The dataset {snapshot.name!r} has no train rows to take examples from: make another.")
    prompt = read_prompt(pool)
    shots = choose_shots(pool, prompt, few_shot, budget, snapshot.dataset_id, tokens)
    if few_shot and not shots:
        raise TrainingError(f"No example is as short as {budget} tokens: give a larger --token-budget.")
    turns = [(("user", shot.question), ("assistant", shot.answer)) for shot in shots]
    messages = tuple(Message(role, content) for pair in turns for role, content in pair)
    definition = base
    if base.provider != CALLABLE:
        definition = replace(base, system=prompt.system, template=prompt.template, messages=messages)
    ids = tuple(shot.extraction_id for shot in shots)
    return Candidate(name, definition_id(definition), snapshot.dataset_id, ids, definition)


def definition_id(definition: Definition) -> str:
    """Return the digest of a definition."""
    return hashlib.sha256(json.dumps(asdict(definition), sort_keys=True).encode()).hexdigest()[:32]


def provider_of_model(model: str) -> str:
    """Return whose protocol a model speaks, by its name."""
    return "anthropic" if model.startswith("claude") else "openai"


def keep_candidate(store: Store, folder: DataFolder, candidate: Candidate) -> None:
    """Store a candidate, and let apps know it.

    Raises `TrainingError` where its name is another's: what was measured of one name is no other's.
    """
    if (known := read_candidates(store, candidate.name)) and known[0].candidate_id != candidate.candidate_id:
        raise TrainingError(f"The candidate {candidate.name!r} is another: choose another name.")
    with changing(folder) as write:
        state = read_state(folder)
        there = state.candidates.get(candidate.name)
        if there is not None and there != candidate.definition:
            raise TrainingError(f"{folder.experiments} has another candidate {candidate.name!r}: choose another name.")
        if not known:
            store.insert("candidates", _COLUMNS, [_stored(candidate)])
        write(replace(state, candidates={**state.candidates, candidate.name: candidate.definition}))


def drop_candidates(folder: DataFolder, names: Collection[str]) -> None:
    """Have apps know no more of some candidates: Claude answers in their place."""
    if not names:
        return
    with changing(folder) as write:
        state = read_state(folder)
        kept = {name: definition for name, definition in state.candidates.items() if name not in names}
        write(replace(state, candidates=kept))


def find_candidate(store: Store, folder: DataFolder, name: str) -> Candidate:
    """Return the candidate of a name, also one that others made, such as `finetune`."""
    if earlier := read_candidates(store, name):
        return earlier[0]
    if (definition := read_state(folder).candidates.get(name)) is not None:
        return Candidate(name, definition_id(definition), "", (), definition)
    names = ", ".join(candidate.name for candidate in read_candidates(store))
    there = f"there are {names}" if names else f"`{COMMAND} experiment candidate {name} --model MODEL` makes it"
    raise TrainingError(f"There is no candidate {name!r}: {there}.")


def read_candidates(store: Store, name: str = "") -> list[Candidate]:
    """Return all candidates, the oldest first; the one of a name where it is given."""
    return [_candidate(row) for row in store.rows(read_query("trial_candidate"), name=name)]


def second_name(store: Store, name: str, candidate_id: str) -> str:
    """Return the name of a candidate where another had its definition first, else nothing.

    So what is measured of one name is no other's.
    """
    first = next((each.name for each in read_candidates(store) if each.candidate_id == candidate_id), name)
    return name * (name != first)


def prompt_text(definition: Definition) -> str:
    """Return all of a prompt but the source: what each call costs at least."""
    return "\n".join([definition.system, definition.template, *(message.content for message in definition.messages)])


def _stored(candidate: Candidate) -> list[object]:
    definition = candidate.definition
    return [
        candidate.name, candidate.candidate_id, datetime.now(UTC), __version__, candidate.dataset_id,
        list(candidate.shots), definition.provider, definition.model, definition.simulated,
        json.dumps(asdict(definition), sort_keys=True),
    ]  # fmt: skip


def _candidate(row: Row) -> Candidate:
    values = orjson.loads(row["definition"])
    values["messages"] = tuple(Message(**message) for message in values["messages"])
    return Candidate(
        row["name"], row["candidate_id"], row["dataset_id"], tuple(row["shots"]), Definition(**values)
    )  # fmt: skip
