"""The request to drain, to the process of this machine that serves the store."""

from base64 import b64encode
from typing import Final
from urllib.parse import unquote, urlsplit

from otel_training.errors import StoreError

_SECONDS: Final = 600.0


def ask_to_drain(dsn: str) -> None:
    """Have the process that serves the store drain everything captured so far, and wait until it has.

    Raises `StoreError` when that process cannot be reached or cannot drain.
    """
    import urllib.error
    import urllib.request

    parts = urlsplit(dsn)
    token = b64encode(f"{parts.username}:{unquote(parts.password or '')}".encode()).decode()
    request = urllib.request.Request(
        f"http://{parts.hostname}:{parts.port}/drain", b"", {"Authorization": f"Basic {token}"}
    )
    # Without the environment's proxies: the address is this machine's.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=_SECONDS):
            return
    except urllib.error.HTTPError as error:
        with error:
            raise StoreError(error.read().decode(errors="replace").strip()) from error
    except OSError as error:
        raise StoreError(
            f"The process that serves the store does not answer ({error}): stop it, and run this again."
        ) from error
