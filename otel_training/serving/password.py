"""The one password of a served store."""

import os
import secrets

from otel_training.config import Settings
from otel_training.errors import FolderError
from otel_training.folder import DataFolder

_BYTES = 18


def find_password(settings: Settings, folder: DataFolder) -> tuple[str, bool]:
    """Find the password: the setting's, else the data folder's; tell whether it was made just now."""
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
        message = f"{path} cannot be read or made ({error.strerror}): make it this user's, or delete it."
        raise FolderError(message) from error
    return password, True
