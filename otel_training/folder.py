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
class DataFolder:
    """Paths inside the data folder."""

    path: Path

    @property
    def local(self) -> Path:
        """Segments that wait to be drained into the embedded store."""
        return self.path / "local"

    @property
    def ship(self) -> Path:
        """Segments that wait to be shipped to the endpoint; never drained here."""
        return self.path / "ship"

    @property
    def ship_lock(self) -> Path:
        """Locked by the one process that ships."""
        return self.path / "ship.lock"

    @property
    def shipping(self) -> Path:
        """What the shipper last knew of its receiver."""
        return self.path / "shipping.json"

    @property
    def losses(self) -> Path:
        """Counts of records that were lost where not even that could be written into a segment."""
        return self.path / "losses.json"

    @property
    def rejected(self) -> Path:
        """Lines that no store could read or no receiver would take, kept as they were."""
        return self.path / "rejected"

    @property
    def store(self) -> Path:
        """The embedded store's own files."""
        return self.path / "store"

    @property
    def key(self) -> Path:
        """The key of the readers' pseudonyms."""
        return self.path / "user.key"

    @property
    def serve_password(self) -> Path:
        """The password that `serve` made."""
        return self.path / "serve.password"

    @property
    def lock(self) -> Path:
        """Locked by the one process that has the embedded store open."""
        return self.path / "store.lock"


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
