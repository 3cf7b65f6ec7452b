"""The passwords of a served store."""

import os
import secrets
from pathlib import Path
from typing import Final

from otel_training.errors import FolderError

_BYTES: Final = 18


def read_or_make_password(path: Path) -> tuple[str, bool]:
    """Return the password kept in a file, made where there is none, and whether it is new.

    Raises `FolderError` when it cannot be read or written.
    """
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
