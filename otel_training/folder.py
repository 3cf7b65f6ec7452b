"""The data folder: where two programs of one project meet without configuration."""

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from otel_training.config import Settings
from otel_training.errors import FolderError

_log = logging.getLogger("otel_training")

NAME: Final = ".otel_training"


@dataclass(frozen=True, slots=True)
class Inside:
    """A path inside the data folder, as an attribute of it."""

    name: str

    def __get__(self, folder: "DataFolder", _class: type["DataFolder"]) -> Path:
        """Return the path."""
        return folder.path / self.name


@dataclass(frozen=True)
class DataFolder:
    """Paths inside the data folder."""

    path: Path

    local = Inside("local")
    """Segments that wait to be drained into the embedded store."""
    ship = Inside("ship")
    """Segments that wait to be shipped to the endpoint; never drained here."""
    rejected = Inside("rejected")
    """Lines that no store could read or no receiver would take, kept as segments with the reason beside them."""
    store = Inside("store")
    """The embedded store's own files."""
    key = Inside("user.key")
    """The key of the readers' pseudonyms."""
    serve_password = Inside("serve.password")
    """The password that `serve` made."""
    lock = Inside("store.lock")
    """Locked by the one process that has the embedded store open."""
    ship_lock = Inside("ship.lock")
    """Locked by the one process that ships."""
    shipping = Inside("shipping.json")
    """What the shippers know of their receiver."""
    losses = Inside("losses.json")
    """Counts of records that were lost where not even that could be written into a segment."""


def _beside_git(start: Path) -> Path | None:
    return next((here for here in (start, *start.parents) if (here / ".git").exists()), None)


def _beside_pyproject(start: Path) -> Path | None:
    roots = [here for here in (start, *start.parents) if (here / "pyproject.toml").is_file()]
    return roots[-1] if roots else None


def _state_home() -> Path:
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "otel_training"


def find_folder(settings: Settings, start: Path | None = None) -> DataFolder:
    """Find the data folder, without making it.

    `OTEL_TRAINING_HOME`, else `.otel_training/` beside the nearest `.git` upwards, else beside
    the topmost `pyproject.toml`, else in the working directory; where that is `/` or cannot be
    written, `$XDG_STATE_HOME/otel_training`.
    """
    if settings.home:
        return DataFolder(Path(settings.home).expanduser().absolute())
    here = (start or Path.cwd()).absolute()
    root = _beside_git(here) or _beside_pyproject(here) or here
    if (root / NAME).is_dir():
        return DataFolder(root / NAME)
    if root == Path(root.anchor) or not os.access(root, os.W_OK):
        return DataFolder(_state_home())
    return DataFolder(root / NAME)


def make_folder(folder: DataFolder) -> DataFolder:
    """Make the data folder, readable by its owner alone and ignored by git.

    Raises `FolderError` when it cannot be made.
    """
    try:
        is_new = not folder.path.exists()
        for path in (folder.path, folder.local):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        ignore = folder.path / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise FolderError(
            f"The data folder {folder.path} cannot be made ({reason}): "
            "set OTEL_TRAINING_HOME to a folder that this user may write."
        ) from error
    if is_new:
        _log.info("otel_training gathers in %s", folder.path)
    return folder
