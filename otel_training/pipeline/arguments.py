"""The arguments of `configure`, wherever they stand: in code, in a file, in an instrumentor's call."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any, Final
from urllib.parse import quote

from otel_training.config import Settings, parse_content

ARGUMENTS: Final = {setting.name for setting in fields(Settings)} - {"store", "serve_password", "pipeline"}
"""Their names: of the settings all but those that are the commands', or the environment's alone."""


def read_arguments(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Turn arguments of `configure` into settings; None leaves a setting alone."""
    return {
        name: _READERS[name](value) if name in _READERS else value
        for name, value in arguments.items()
        if value is not None
    }


def _join_lines(lines: str | Iterable[str]) -> str:
    return lines if isinstance(lines, str) else "\n".join(lines)


def _encode_headers(headers: str | Mapping[str, str]) -> str:
    if isinstance(headers, str):
        return headers
    return ",".join(f"{quote(name)}={quote(value)}" for name, value in headers.items())


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "home": os.fspath, "otlp_certificate": os.fspath, "otlp_headers": _encode_headers,
    "content": lambda text: parse_content("content", text), "redact_patterns": _join_lines, "redact_allow": _join_lines,
}  # fmt: skip
