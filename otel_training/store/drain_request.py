"""The request to drain, to the process of this machine that serves the store."""

from base64 import b64encode
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Final
from urllib.parse import unquote, urlsplit

from otel_training.errors import StoreError

_SECONDS: Final = 600.0


def ask_to_drain(dsn: str) -> None:
    """Have the process that serves the store drain everything captured so far, and wait until it has.

    Raises `StoreError` when that process cannot be reached or cannot drain.
    """
    parts = urlsplit(dsn)
    token = b64encode(f"{parts.username}:{unquote(parts.password or '')}".encode()).decode()
    # Not by the environment's proxies, as `urllib` would: the address is this machine's.
    connection = HTTPConnection(str(parts.hostname), parts.port, timeout=_SECONDS)
    try:
        with closing(connection):
            connection.request("POST", "/drain", headers={"Authorization": f"Basic {token}"})
            answer = connection.getresponse()
            sentence = answer.read().decode(errors="replace").strip()
    except (OSError, HTTPException) as error:
        raise StoreError(
            f"The process that serves the store does not answer ({error}): stop it, and run this again."
        ) from error
    if answer.status != HTTPStatus.OK:
        raise StoreError(sentence)
