"""A client's request, read from ASGI's scope: who asks, what for, and how the answer shall be."""

import binascii
import hmac
import re
from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

from otel_training.serve import failure

USER: Final = "default"
DEFAULT_FORMAT: Final = "TabSeparated"
SESSION_SECONDS: Final = 60
SESSION_MOST_SECONDS: Final = 3600
_NAME: Final = re.compile(r"\w+", re.ASCII)
# What the HTTP interface takes for itself; everything else is a setting of the engine.
_OURS: Final = frozenset(
    {
        "buffer_size", "client_protocol_version", "compress", "database", "decompress", "default_format", "password",
        "query", "query_id", "quota_key", "role", "session_check", "session_id", "session_timeout", "stacktrace",
        "user", "wait_end_of_query",
    }
)  # fmt: skip
_WRONG: Final = "Authentication failed: password is incorrect, or there is no user with such name."


@dataclass(frozen=True, slots=True)
class Session:
    """What a client keeps between requests: temporary tables and settings."""

    id: str
    seconds: int
    must_exist: bool


@dataclass(frozen=True, slots=True)
class Request:
    """One request; its statement is in `query` and in the body that follows, in this order."""

    user: str
    password: str
    query: str
    database: str
    format: str
    query_id: str
    protocol: int
    is_readonly: bool
    coding: str
    form: str
    """The body's content type where it is a form: its fields belong to the request."""
    reads_frames: bool
    writes_frames: bool
    is_whole: bool
    """The client wants the answer when it is complete: an error then has a status of its own."""
    session: Session | None
    settings: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)


def read_request(scope: dict[str, Any], fields: Iterable[tuple[str, str]] = ()) -> Request:
    """Read a request; `fields` are those of a form in its body.

    Raises `QueryError` for what is not served.
    """
    headers = {name.decode("latin-1").lower(): value.decode(errors="replace") for name, value in scope["headers"]}
    asked = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)) | dict(fields)
    user, password = _credentials(headers, asked)
    kind = headers.get("content-type", "")
    if asked.get("role"):
        raise failure.refusal(failure.UNKNOWN_ROLE, "There are no roles here: run a ClickHouse server for that.")
    parameters = {name.removeprefix("param_"): value for name, value in asked.items() if name.startswith("param_")}
    return Request(
        user=user,
        password=password,
        query=asked.get("query", ""),
        database=asked.get("database") or headers.get("x-clickhouse-database", ""),
        format=asked.get("default_format") or headers.get("x-clickhouse-format") or DEFAULT_FORMAT,
        query_id=asked.get("query_id", ""),
        protocol=_whole(asked.get("client_protocol_version", "0")),
        is_readonly=scope["method"] == "GET",
        coding=headers.get("content-encoding", ""),
        form=kind if kind.lower().startswith("multipart/form-data") else "",
        reads_frames=_is_on(asked.get("decompress")),
        writes_frames=_is_on(asked.get("compress")),
        is_whole=_is_on(asked.get("wait_end_of_query")),
        session=_session(asked),
        settings=_settings(asked),
        parameters=parameters,
    )


def check_password(request: Request, password: str) -> None:
    """Raise `QueryError` unless the client is the one user and knows the password."""
    known = request.user == USER
    if not (hmac.compare_digest(request.password.encode(), password.encode()) and known):
        raise failure.refusal(failure.AUTHENTICATION_FAILED, f"{request.user}: {_WRONG}")


def _credentials(headers: dict[str, str], asked: dict[str, str]) -> tuple[str, str]:
    """Read user and password, wherever the client put them."""
    if "x-clickhouse-user" in headers or "x-clickhouse-key" in headers:
        return headers.get("x-clickhouse-user", USER), headers.get("x-clickhouse-key", "")
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            user, _, password = b64decode(token).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return USER, ""
        return user or USER, password
    return asked.get("user") or USER, asked.get("password", "")


def _session(asked: dict[str, str]) -> Session | None:
    if not asked.get("session_id"):
        return None
    seconds = asked.get("session_timeout", str(SESSION_SECONDS))
    if not seconds.isdecimal() or int(seconds) > SESSION_MOST_SECONDS:
        raise failure.refusal(failure.INVALID_SESSION_TIMEOUT, f"Invalid session timeout: '{seconds}'.")
    return Session(asked["session_id"], int(seconds), _is_on(asked.get("session_check")))


def _settings(asked: dict[str, str]) -> dict[str, str]:
    found = {name: value for name, value in asked.items() if name not in _OURS and not name.startswith("param_")}
    for name in found:
        if not _NAME.fullmatch(name):
            raise failure.refusal(failure.UNKNOWN_SETTING, f"Unknown setting '{name}'.")
    return found


def _is_on(value: str | None) -> bool:
    return value not in {None, "", "0", "false"}


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() else 0
