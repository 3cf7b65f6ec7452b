"""The state of experiments: one small file of the data folder, written by commands, read by apps while they run."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING, asdict, dataclass, field, fields
from types import UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints

import orjson

from otel_training.conventions import COMMAND
from otel_training.errors import TrainingError
from otel_training.folder import DataFolder
from otel_training.ownership import read_own, write_own
from otel_training.spool.lock import FileLock

VERSION: Final = 1
_SECONDS: Final = 1.0
"""How long what was read holds; then the file is looked at."""
_WAIT_SECONDS: Final = 10


class StateError(TrainingError):
    """The state file cannot be read, or something in it is not what it must be."""


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a candidate's prompt, before the one that holds the source."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Definition:
    """A candidate: how a model is asked."""

    provider: str
    """`openai` (whatever speaks its protocol), `anthropic`, or `callable`: a function that the app alone has."""
    model: str = ""
    base_url: str = ""
    """Empty for the provider's own."""
    key_env: str = ""
    """The environment variable that holds the key; empty for the client's own."""
    system: str = ""
    messages: tuple[Message, ...] = ()
    """Examples, each a question and its answer."""
    template: str = "{source_content}"
    """The last turn, with places for `source_content` and `topic`."""
    temperature: float | None = None
    """None for models that know none: they refuse the call otherwise."""
    max_tokens: int = 2000
    simulated: bool = False
    """Whether a stand-in answers: no verdict may rest on it."""


@dataclass(frozen=True, slots=True)
class Complexity:
    """Which sources are too hard for a candidate and go to Claude at once."""

    max_length: int | None = None
    """Characters of the source's content."""
    topics: tuple[str, ...] = ()
    slices: tuple[str, ...] = ()
    """Others where the verdict did not hold, as `topic=chips` or `domain=news.example`."""


@dataclass(frozen=True, slots=True)
class Promotion:
    """How far a candidate came after its verdict, and on what evidence; commands read it, apps do not."""

    candidate: str
    candidate_id: str
    evaluation_id: str
    judge: str
    verdict: str
    """With what it keeps, as people read it."""
    steps: tuple[float, ...]
    """Shares of the sources, in percent, one after the other."""
    since: str
    stepped: str
    """When it began, and when its present share did."""
    longest: float | None = None
    """Seconds that an answer may take."""
    forced: bool = False
    simulated: bool = False
    left: tuple[str, ...] = ()
    """Slices that it left to Claude, as the verdict was surely below the bar there; with it they end."""
    rolled_back: str = ""
    """Why Claude answers again; empty where the candidate serves."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """What is in force of one experiment."""

    salt: str
    weights: Mapping[str, float]
    """By arm; they need not sum up to anything."""
    holdout: float = 0.0
    """The share of sources that stay with Claude whatever the weights."""
    shadow: bool = False
    """Whether candidates answer beside Claude, shown to nobody."""
    killed: bool = False
    """Whether Claude alone is asked."""
    frozen: str | None = None
    """Why it is on hold: Claude answers, shadows go on, weights stay."""
    complex: Complexity = Complexity()
    timeout: float = 20.0
    """Seconds that a candidate has."""
    candidates: Mapping[str, str] = field(default_factory=dict)
    """By arm the name of the candidate that stands behind it."""
    promotion: Promotion | None = None


@dataclass(frozen=True, slots=True)
class State:
    """All that the file holds."""

    experiments: Mapping[str, Experiment] = field(default_factory=dict)
    candidates: Mapping[str, Definition] = field(default_factory=dict)


def read_state(folder: DataFolder) -> State:
    """Read the file; an empty state where there is none. Raises `StateError` where it cannot be read."""
    try:
        content = orjson.loads(read_own(folder.experiments))
    except FileNotFoundError:
        return State()
    except (OSError, orjson.JSONDecodeError) as error:
        raise _broken(folder, getattr(error, "strerror", None) or "it is no JSON") from error
    if not isinstance(content, dict) or content.get("version") != VERSION:
        raise _broken(folder, f"its version is not {VERSION}")
    try:
        state: State = _of(State, content, "")
    except TypeError as error:
        raise _broken(folder, str(error)) from error
    return state


def write_state(folder: DataFolder, state: State) -> None:
    """Replace the file in one step. Raises `OSError` where it cannot be written."""
    content = orjson.dumps({"version": VERSION, **asdict(state)}, option=orjson.OPT_INDENT_2)
    write_own(folder.experiments, content + b"\n")


@contextmanager
def changing(folder: DataFolder) -> Iterator[Callable[[State], None]]:
    """Keep others from changing the file meanwhile; what is given is written. Raises `StateError`."""
    lock, deadline = FileLock(folder.experiments_lock), time.monotonic() + _WAIT_SECONDS
    while not lock.try_lock():
        if time.monotonic() > deadline:
            raise StateError(f"Another command changes {folder.experiments}: try again when it has ended.")
        time.sleep(0.02)
    try:
        yield lambda state: write_state(folder, state)
    finally:
        lock.unlock()


def experiment_of(state: State, name: str) -> Experiment:
    """Return an experiment; raises `StateError` where there is none of this name."""
    if (experiment := state.experiments.get(name)) is None:
        raise StateError(f"There is no experiment {name}: begin it by {COMMAND} experiment start {name}.")
    return experiment


class StateWatch:
    """The state as an app sees it: looked at once a second, so that no change needs a restart."""

    __slots__ = ("_folder", "_next", "_seen", "_state", "fault")

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self._next = 0.0
        self._seen: object = self
        self._state = State()
        self.fault = ""
        """Why there is no state; empty where there is one."""

    def state(self) -> State:
        """Return the state; an empty one where it cannot be read."""
        moment = time.monotonic()
        if moment >= self._next:
            self._next = moment + _SECONDS
            if (seen := self._look()) != self._seen:
                self._seen = seen
                self._read()
        return self._state

    def _look(self) -> tuple[int, int, int] | None:
        try:
            status = self._folder.experiments.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino, status.st_size

    def _read(self) -> None:
        try:
            self._state, self.fault = read_state(self._folder), ""
            if self._seen is None:
                self.fault = f"there is no {self._folder.experiments}"
        except StateError as error:
            self._state, self.fault = State(), str(error)


def _broken(folder: DataFolder, reason: str) -> StateError:
    return StateError(
        f"{folder.experiments} cannot be read ({reason}): mend it, or delete it and begin the experiments anew."
    )


def _of(kind: Any, value: Any, place: str) -> Any:
    """Return a value of JSON as what a field's type says; raises `TypeError`, with the place, where it is none."""
    origin, inner = get_origin(kind), get_args(kind)
    if hasattr(kind, "__dataclass_fields__") and isinstance(value, dict):
        hints, own = get_type_hints(kind), {part.name: part for part in fields(kind)}
        missing = [n for n, part in own.items() if part.default is MISSING is part.default_factory and n not in value]
        if missing:
            raise TypeError(f"{place or 'it'} has no {missing[0]}")
        return kind(**{name: _of(hints[name], value[name], f"{place}.{name}") for name in own if name in value})
    if origin is Mapping and isinstance(value, dict):
        return {name: _of(inner[1], item, f"{place}.{name}") for name, item in value.items()}
    if origin is tuple and isinstance(value, list):
        return tuple(_of(inner[0], item, f"{place}[{index}]") for index, item in enumerate(value))
    if origin is UnionType:
        return None if value is None else _of(inner[0], value, place)
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise TypeError(f"{place.removeprefix('.')} is {orjson.dumps(value).decode()[:40]}")
    return value
