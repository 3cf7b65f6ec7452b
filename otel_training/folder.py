"""The data folder: where two programs of one project meet without configuration."""

import logging
import os
import stat
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from otel_training.config import Settings
from otel_training.errors import FolderError, FolderRefusedError
from otel_training.git_index import is_tracked
from otel_training.ownership import claim, own_folder

_log = logging.getLogger("otel_training")

NAME: Final = ".otel_training"


@dataclass(frozen=True, slots=True)
class Inside:
    """A path inside the data folder, as an attribute of it."""

    name: str
    kind: int = stat.S_IFREG

    def __get__(self, folder: "DataFolder", _class: type["DataFolder"]) -> Path:
        return folder.path / self.name


@dataclass(frozen=True)
class DataFolder:
    """Paths inside the data folder."""

    path: Path
    is_guess: bool = field(default=False, compare=False)
    """Whether no project was found that may be written: the next program may guess another folder."""

    local = Inside("local", stat.S_IFDIR)  # segments that wait to be drained into the embedded store
    ship = Inside("ship", stat.S_IFDIR)  # segments that wait to be shipped to the endpoint; never drained here
    rejected = Inside("rejected", stat.S_IFDIR)
    """Lines that no store could read or no receiver would take, kept as segments with the reason beside them."""
    store = Inside("store", stat.S_IFDIR)  # the embedded store's own files
    key = Inside("user.key")  # the key of the readers' pseudonyms
    keys = Inside("user.keys")  # the keys of before, if any was rotated
    keys_lock = Inside("user.keys.lock")  # locked by who changes either
    opt_outs = Inside("opt_outs.txt")  # sources and readers that are never used, if somebody wrote any
    serve_password = Inside("serve.password")  # the password of the owner of a served store
    reader_password = Inside("serve.reader.password")  # the password of whoever reads it: Grafana
    writer_password = Inside("serve.writer.password")  # the password of whoever writes into it: a collector
    lock = Inside("store.lock")  # locked by the one process that has the embedded store open
    ship_lock = Inside("ship.lock")  # locked by the one process that ships
    shipping = Inside("shipping.json")  # what the shippers know of their receiver
    experiments = Inside("experiments.json")  # the state of experiments: written by commands, read by apps
    experiments_lock = Inside("experiments.lock")  # locked by who changes that state
    experiments_log = Inside("experiments.jsonl")
    """What was changed in it, when, by whom and on what evidence: a line each."""
    losses = Inside("losses.json")
    """Counts of records that were lost where not even that could be written into a segment."""
    restoring = Inside("restoring", stat.S_IFDIR)  # what is being restored from a backup
    restored = Inside("restored", stat.S_IFDIR)  # what is restored once it is whole, on its way to where it belongs
    backups = Inside("backups.txt")  # which backups hold what is or was here: a line each, its time and its file
    exports = Inside("exports.txt")  # which manifests of training files were written of what is or was here, as there
    finetune = Inside("finetune", stat.S_IFDIR)  # what is known of fine-tuning jobs


_CONTENTS: Final = tuple(inside for inside in vars(DataFolder).values() if isinstance(inside, Inside))

_MARKS: Final = ((".git", ".hg"), ("pyproject.toml",), ("setup.py", "setup.cfg", "requirements.txt", "Pipfile"))
"""What lies at the top of a project, the surest first."""
_LIBRARIES: Final = frozenset({"site-packages", "dist-packages"})
_INSTALLED: Final = (Path(__file__).parent, Path(os.__file__).parent, Path(sys.executable).parent.resolve())
"""Where no project's programs are: our own command, Python's modules, commands beside Python."""
_COMMANDS: Final = ("/.local/bin", "/usr/bin", "/usr/local/bin")


def _root(start: Path) -> Path | None:
    """Find the top of a project: the nearest repository upwards, else the topmost of another mark; never the disk's."""
    here = [start, *start.parents][:-1]
    for marks in _MARKS:
        if roots := [path for path in here if any((path / mark).exists() for mark in marks)]:
            return roots[0] if marks is _MARKS[0] else roots[-1]
    return None


def working_directory() -> Path:
    """Return the working directory, or `/` where somebody deleted it."""
    try:
        return Path.cwd()
    except OSError:
        return Path("/")


def script_name() -> str:
    """Return what the program was started as; empty where an embedding program does not say."""
    return next(iter(sys.argv or ()), "")


def _own_program() -> Path | None:
    """Return the folder of the program's file; None where that is installed: `python -m uvicorn`, a command."""
    # Once a script has ended its module has no file any more, and what it captured last is written then.
    file = getattr(sys.modules.get("__main__"), "__file__", None) or script_name()
    if not os.path.isfile(file) or hasattr(sys, "frozen"):  # noqa: PTH113 - it may be of any type
        return None
    folder = Path(file).resolve().parent
    is_library = not _LIBRARIES.isdisjoint(folder.parts) or any(map(folder.is_relative_to, _INSTALLED))
    return None if is_library or folder.as_posix().endswith(_COMMANDS) else folder


def find_folder(settings: Settings, start: Path | None = None) -> DataFolder:
    """Find the data folder, without making it.

    `OTEL_TRAINING_HOME`, else `.otel_training/` at the top of the project: that of the working directory,
    or, where there is none or it lies further inside, that of the program's file. Without a project beside
    the program's file, else in the working directory. Where that is `/` or cannot be written,
    `$XDG_STATE_HOME/otel_training`.
    """
    if settings.home:
        return DataFolder(Path(settings.home).expanduser().absolute())
    here, program = (start or working_directory()).absolute(), _own_program()
    root, inner = _root(here), program and _root(program)
    if inner and (root is None or inner.is_relative_to(root)):
        root = inner
    place = root or program or here
    if not (place / NAME).is_dir() and (place == Path(place.anchor) or not os.access(place, os.W_OK)):
        state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
        return DataFolder(state / "otel_training", is_guess=True)
    return DataFolder(place / NAME, is_guess=root is None)


def make_folder(folder: DataFolder) -> DataFolder:
    """Make the data folder, readable by its owner alone and ignored by git, or make one that is there so.

    Raises `FolderError` when it cannot be made, `FolderRefusedError` when it may be another's.
    """
    try:
        is_new = not folder.path.exists()
        if not is_new:
            _refuse_tracked(folder.path)
        own_folder(folder.path, [f"/{inside.name}" for inside in _CONTENTS], through_link=True)
        own_folder(folder.local)
        # Last: nobody else can put anything there any more.
        for inside in _CONTENTS:
            if os.path.lexists(path := folder.path / inside.name):
                claim(path, inside.kind)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise FolderError(
            f"The data folder {folder.path} cannot be made ({reason}): "
            "set OTEL_TRAINING_HOME to a folder that this user may write."
        ) from error
    if is_new and folder.is_guess:
        _log.warning(
            "otel_training found no project that it may write, and gathers in %s: set OTEL_TRAINING_HOME, to the same "
            "folder for all programs that belong together",
            folder.path,
        )
    elif is_new:
        _log.info("otel_training gathers in %s", folder.path)
    return folder


def _refuse_tracked(path: Path) -> None:
    """Refuse a folder that a repository brought along: its author knows the key, the password and the store."""
    names = [inside.name for inside in _CONTENTS]
    if is_tracked(path, names) or is_tracked(path.resolve(), names):
        raise FolderRefusedError(
            f"Git tracks what is in {path}, so that it may be a stranger's: delete it, set OTEL_TRAINING_HOME to "
            f"another folder, or, where the data is yours, take it out of git: git rm -r --cached {path}"
        )
