"""Settings in code: the words of the environment as arguments."""

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal
from urllib.parse import quote

from otel_training.config import parse_content
from otel_training.pipeline.process import install


def configure(  # noqa: PLR0913 - one parameter a setting
    *, enabled: bool | None = None, home: str | os.PathLike[str] | None = None, user_key: str | None = None,
    otlp_endpoint: str | None = None, otlp_headers: str | Mapping[str, str] | None = None,
    otlp_certificate: str | os.PathLike[str] | None = None, otlp_timeout: int | None = None,
    otlp_compression: Literal["none", "gzip", "zstd"] | None = None,
    content: Literal["none", "redacted", "full"] | None = None, redact_patterns: str | Iterable[str] | None = None,
    redact_allow: str | Iterable[str] | None = None, content_limit: int | None = None, max_bytes: int | None = None,
    min_free_bytes: int | None = None, max_age_days: int | None = None,
) -> None:  # fmt: skip
    """Set in code what the environment may set too; an argument wins over its variable.

    Call it before the first capture; a later call takes effect in one step, and finishes what was
    gathered under the old settings.
    """
    install(read_arguments(locals()))


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
    "home": os.fspath,
    "otlp_certificate": os.fspath,
    "otlp_headers": _encode_headers,
    "content": lambda text: parse_content("content", text),
    "redact_patterns": _join_lines,
    "redact_allow": _join_lines,
}
