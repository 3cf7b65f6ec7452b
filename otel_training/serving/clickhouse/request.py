"""A client's request, read from ASGI's scope: user, statement, and the form of the answer."""

from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import HTTP
from typing import IO, Any, Final
from urllib.parse import parse_qsl
from uuid import uuid4

from otel_training.serving.clickhouse.errors import refusal

_USER: Final = "default"
DEFAULT_FORMAT: Final = "TabSeparated"
SESSION_SECONDS: Final = 60
# Fields of the HTTP interface itself; everything else is a setting of the engine, or unknown to it.
_INTERFACE: Final = frozenset(
    {
        "buffer_size", "client_protocol_version", "compress", "database", "decompress", "default_format", "password",
        "query", "query_id", "quota_key", "session_check", "session_id", "session_timeout", "stacktrace", "user",
        "wait_end_of_query",
    }
)  # fmt: skip


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
    form: str  # the body's content type where it is a form: its fields belong to the request
    reads_frames: bool
    writes_frames: bool
    waits_for_end: bool  # the answer begins when it is complete: an error then has a status of its own
    session: str  # the name of its session, in which temporary tables and settings stay; '' without one
    session_seconds: int
    session_must_exist: bool
    settings: dict[str, str]
    parameters: dict[str, str]


def read_request(scope: dict[str, Any], fields: Iterable[tuple[str, str]] = ()) -> Request:
    """Read a request; `fields` are those of a form in its body."""
    headers = {name.decode("latin-1").lower(): value.decode(errors="replace") for name, value in scope["headers"]}
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)) | dict(fields)
    user, password = _credentials(headers, query)
    kind = headers.get("content-type", "")
    return Request(
        user=user,
        password=password,
        query=query.get("query", ""),
        database=query.get("database") or headers.get("x-clickhouse-database", ""),
        format=query.get("default_format") or headers.get("x-clickhouse-format") or DEFAULT_FORMAT,
        query_id=query.get("query_id") or str(uuid4()),
        protocol=_number(query, "client_protocol_version", 0),
        is_readonly=scope["method"] == "GET",
        coding=headers.get("content-encoding", ""),
        form=kind if kind.lower().startswith("multipart/form-data") else "",
        reads_frames=_number(query, "decompress", 0) > 0,
        writes_frames=_number(query, "compress", 0) > 0,
        waits_for_end=_number(query, "wait_end_of_query", 0) > 0,
        session=query.get("session_id", ""),
        session_seconds=_number(query, "session_timeout", SESSION_SECONDS),
        session_must_exist=_number(query, "session_check", 0) > 0,
        settings={name: value for name, value in query.items() if name not in _INTERFACE and not _is_parameter(name)},
        parameters={name: value for name, value in query.items() if _is_parameter(name)},
    )


def _credentials(headers: dict[str, str], query: dict[str, str]) -> tuple[str, str]:
    """Read user and password, wherever the client put them."""
    if "x-clickhouse-user" in headers or "x-clickhouse-key" in headers:
        return headers.get("x-clickhouse-user", _USER), headers.get("x-clickhouse-key", "")
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            user, _, password = b64decode(token).decode().partition(":")
        except ValueError:
            return _USER, ""
        return user or _USER, password
    return query.get("user") or _USER, query.get("password", "")


def _is_parameter(name: str) -> bool:
    return name.startswith("param_")


def _number(query: dict[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    return int(text) if text.isdecimal() else default


def read_form(body: IO[bytes], content_type: str) -> list[tuple[str, str]]:
    """Read a form's fields; raises `QueryError` where it holds a table's data."""
    form = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body.read())
    fields = []
    for part in form.iter_parts():
        name = part.get_param("name", header="content-disposition")
        if part.get_filename() is not None:
            raise refusal(48, "NOT_IMPLEMENTED", f"External tables are not supported here: '{name}'.")
        data = part.get_payload(decode=True)
        fields.append((str(name), data.decode(errors="replace") if isinstance(data, bytes) else ""))
    return fields
