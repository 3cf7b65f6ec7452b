"""The one password of a served store."""

import os
import secrets

from otel_training.config import Settings
from otel_training.errors import FolderError
from otel_training.folder import DataFolder

_BYTES = 18


def read_or_make_password(settings: Settings, folder: DataFolder) -> tuple[str, bool]:
    """Return the password, and whether it is new: the setting's, else the one kept in the data folder.

    Raises `FolderError` when the folder's cannot be read or written.
    """
    if settings.serve_password:
        return settings.serve_password, False
    path = folder.serve_password
    try:
        if path.exists():
            return path.read_text(encoding="utf-8").strip(), False
        password = secrets.token_urlsafe(_BYTES)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123
            file.write(password)
    except OSError as error:
        raise FolderError(
            f"{path} cannot be read or made ({error.strerror}): make it this user's, or delete it."
        ) from error
    return password, True
