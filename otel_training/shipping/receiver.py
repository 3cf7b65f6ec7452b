"""The receiver: one kept-alive HTTP connection to our endpoint, with a deadline for whole requests.

By the standard library's client: of what the dependencies bring, `requests` and `urllib3` follow
redirects, bound each read instead of the request, and are what hosts instrument.
"""

import base64
import contextlib

# A host name is encoded by it, at first on the shipper's thread: a child forked meanwhile finds half of it.
import encodings.idna  # noqa: F401
import http.client
import ipaddress
import logging
import socket
import ssl
import threading
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from otel_training.config import Settings
from otel_training.shipping.receipt import Receipt, Verdict, judge
from otel_training.shipping.request import Request, zstd_module
from otel_training.version import __version__

_log = logging.getLogger("otel_training")

ANSWER_LIMIT: Final = 64 << 10
_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Address:
    """The URL of requests, and what each carries."""

    secure: bool
    host: str
    port: int
    path: str  # precedes the signal's path
    query: str
    headers: dict[str, str]
    compression: str


@dataclass(slots=True)
class Receiver:
    """One connection at a time, opened when it is needed."""

    settings: Settings
    address: Address
    _connection: http.client.HTTPConnection | None = None
    _socket: socket.socket | None = None
    _is_cut: bool = False

    def post(self, request: Request, timeout: float) -> Receipt:
        """Send a request and judge the answer within `timeout` seconds. Never raises for what the network does."""
        reused = self._connection is not None
        receipt = self._try_post(request, timeout)
        if reused and receipt.verdict is Verdict.SUSPECT and self._connection is None and not self._is_cut:
            # The other side had closed the kept connection: that says nothing about it or the lines.
            return self._try_post(request, timeout)
        return receipt

    def cut(self) -> None:
        """End what is being sent or awaited, from another thread."""
        self._is_cut = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._socket = None

    def _try_post(self, request: Request, timeout: float) -> Receipt:
        self._is_cut = False
        try:
            connection = self._connect(timeout)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            return Receipt(Verdict.LATER, self._explain(error, timeout))
        watch = threading.Timer(timeout, self.cut)
        watch.daemon = True
        try:
            # At shutdown no thread can be started; whoever waits then does not wait for long.
            with contextlib.suppress(RuntimeError):
                watch.start()
            return self._exchange(connection, request)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return Receipt(Verdict.SUSPECT, self._explain(error, timeout))
        except ValueError:
            self.close()
            return Receipt(Verdict.LATER, "OTEL_TRAINING_OTLP_HEADERS holds what no HTTP header may hold")
        finally:
            watch.cancel()

    def _connect(self, timeout: float) -> http.client.HTTPConnection:
        if self._connection is None:
            address, settings = self.address, self.settings
            if address.secure:
                self._connection = http.client.HTTPSConnection(
                    address.host, address.port, timeout=timeout, context=_trusted_certificates(settings)
                )
            else:
                self._connection = http.client.HTTPConnection(address.host, address.port, timeout=timeout)
            self._connection.connect()
            self._socket = self._connection.sock
        if self._socket is not None:
            self._socket.settimeout(timeout)
        return self._connection

    def _exchange(self, connection: http.client.HTTPConnection, request: Request) -> Receipt:
        headers = {**self.address.headers, "content-length": str(request.size)}
        path = self.address.path + request.signal.path + self.address.query
        # It may have answered before it had read all: too large.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.request("POST", path, request.parts, headers)
        response = connection.getresponse()
        body = response.read(ANSWER_LIMIT)
        if self._is_cut:
            raise TimeoutError
        if response.will_close or not response.isclosed():
            self.close()
        return judge(response.status, response.headers.get("Retry-After"), body)

    def _explain(self, error: Exception, timeout: float) -> str:
        if self._is_cut or isinstance(error, TimeoutError):
            return f"no answer within {timeout * 1000:.0f} ms"
        if isinstance(error, ssl.SSLCertVerificationError):
            return "its certificate cannot be verified: set OTEL_TRAINING_OTLP_CERTIFICATE"
        if isinstance(error, ssl.SSLError):
            return "no TLS is spoken there: is OTEL_TRAINING_OTLP_ENDPOINT to begin with http://?"
        if type(error) is ValueError:
            return str(error)
        if isinstance(error, OSError) and error.strerror:
            return error.strerror.lower()
        return type(error).__name__


def _trusted_certificates(settings: Settings) -> ssl.SSLContext:
    """Read the trusted certificates, anew for each connection: the file may be renewed."""
    try:
        return ssl.create_default_context(cafile=settings.otlp_certificate or None)
    except OSError as error:
        raise ValueError("OTEL_TRAINING_OTLP_CERTIFICATE must be a file of certificates (PEM)") from error


def parse_address(settings: Settings) -> Address:
    """Read where requests go; raises `ValueError` with a sentence for the user, without any secret."""
    try:
        parts = urlsplit(settings.otlp_endpoint.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = parts = None
    if parts is None or not host or parts.scheme not in _PORTS:
        raise ValueError("OTEL_TRAINING_OTLP_ENDPOINT must be a URL like http://collector:4318")
    headers = {
        "user-agent": f"otel_training/{__version__}",
        **_basic(parts.username, parts.password),
        **parse_headers(settings.otlp_headers),
        "content-type": "application/json",
    }
    compression = _compression(settings, host)
    if compression != "none":
        headers["content-encoding"] = compression
    path, query = parts.path.rstrip("/"), f"?{parts.query}" if parts.query else ""
    return Address(parts.scheme == "https", host, port or _PORTS[parts.scheme], path, query, headers, compression)


def printable(endpoint: str) -> str:
    """Return an endpoint without user, password and query, so that it may be printed."""
    parts = urlsplit(endpoint.strip())
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def parse_headers(text: str) -> dict[str, str]:
    """Read `name=value` between commas, percent-encoded; a value may hold spaces and `=`."""
    headers = {}
    for pair in filter(None, map(str.strip, text.split(","))):
        name, equals, value = pair.partition("=")
        if equals and name.strip():
            headers[unquote(name).strip().lower()] = unquote(value.strip())
        else:
            # Not the text itself: it may be a token.
            _log.warning("OTEL_TRAINING_OTLP_HEADERS must be name=value between commas; one part is not and is ignored")
    return headers


def _basic(user: str | None, password: str | None) -> dict[str, str]:
    if user is None:
        return {}
    pair = f"{unquote(user)}:{unquote(password or '')}".encode()
    return {"authorization": f"Basic {base64.b64encode(pair).decode()}"}


def _compression(settings: Settings, host: str) -> str:
    asked = settings.otlp_compression.strip().lower()
    if asked == "zstd" and zstd_module() is None:
        _log.warning("otel_training compresses by gzip: zstd needs Python 3.14 or `pip install backports.zstd`")
        return "gzip"
    if asked in ("none", "gzip", "zstd"):
        return asked
    if asked:
        _log.warning("OTEL_TRAINING_OTLP_COMPRESSION must be none, gzip or zstd; it is ignored")
    return "none" if _is_this_machine(host) else "gzip"


def _is_this_machine(host: str) -> bool:
    """Whether a host is this machine: then compression costs more than it saves."""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"
