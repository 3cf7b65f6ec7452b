"""Settings: argument over environment over default, read once."""

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from importlib.util import find_spec
from typing import Any, Final

from otel_training.conventions import Content

_log = logging.getLogger("otel_training")

GIB: Final = 1 << 30


def _setting(default: Any, environment: str, help_: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"env": environment, "help": help_}, repr=not secret)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set; each field names its environment variable and meaning."""

    enabled: bool = _setting(
        default=True,
        environment="OTEL_TRAINING_ENABLED",
        help_="`false` turns everything off: no file, no thread",
    )
    home: str = _setting(
        "",
        "OTEL_TRAINING_HOME",
        "the data folder; by default `.otel_training/` beside the nearest `.git`",
    )
    store: str = _setting(
        "",
        "OTEL_TRAINING_STORE",
        "DSN of the ClickHouse that the command reads; by default the embedded one",
    )
    serve_password: str = _setting(
        "",
        "OTEL_TRAINING_SERVE_PASSWORD",
        "password of `otel-training serve`; by default made once in the data folder",
    )
    user_key: str = _setting(
        "",
        "OTEL_TRAINING_USER_KEY",
        "secret for readers' pseudonyms; by default made once in the data folder",
        secret=True,
    )
    otlp_endpoint: str = _setting(
        "",
        "OTEL_TRAINING_OTLP_ENDPOINT",
        "base URL of an OpenTelemetry collector (`/v1/logs` is appended): records are shipped there, not kept here",
    )
    otlp_headers: str = _setting(
        "",
        "OTEL_TRAINING_OTLP_HEADERS",
        "headers for it, `name=value` between commas, percent-encoded; values may hold spaces",
        secret=True,
    )
    otlp_certificate: str = _setting(
        "",
        "OTEL_TRAINING_OTLP_CERTIFICATE",
        "file of the certificates (PEM) that its certificate is checked by; by default the system's",
    )
    otlp_timeout: int = _setting(
        10_000,
        "OTEL_TRAINING_OTLP_TIMEOUT",
        "milliseconds for one request, answer included",
    )
    otlp_compression: str = _setting(
        "",
        "OTEL_TRAINING_OTLP_COMPRESSION",
        "`none`, `gzip` or `zstd`; by default none to this machine, gzip to others",
    )
    pipeline: str = _setting(
        "",
        "OTEL_TRAINING_PIPELINE",
        "`sdk` sends records by the stock OpenTelemetry SDK and its `OTEL_EXPORTER_OTLP_*` instead of the spool: lossy",
    )
    content: Content = _setting(  # noqa: RUF009 - a field, like the others
        Content.REDACTED,
        "OTEL_TRAINING_CONTENT",
        "`none` keeps no texts, `redacted` replaces secrets and personal data, `full` keeps all as it is",
    )
    redact_patterns: str = _setting(
        "",
        "OTEL_TRAINING_REDACT_PATTERNS",
        "regular expressions of what else is replaced, one a line",
    )
    redact_allow: str = _setting(
        "",
        "OTEL_TRAINING_REDACT_ALLOW",
        "texts that are never replaced, one a line or between commas",
    )
    content_limit: int = _setting(
        8000,
        "OTEL_TRAINING_CONTENT_LIMIT",
        "characters of `source_content` that are kept",
    )
    max_bytes: int = _setting(
        10 * GIB,
        "OTEL_TRAINING_MAX_BYTES",
        "capture stops, counted, when the waiting segments take more; with an endpoint the oldest go, counted",
    )
    max_age_days: int = _setting(
        30,
        "OTEL_TRAINING_MAX_AGE_DAYS",
        "with an endpoint, segments that waited longer go, counted",
    )
    min_free_bytes: int = _setting(
        1 * GIB,
        "OTEL_TRAINING_MIN_FREE_BYTES",
        "capture stops, counted, when the disk has less free",
    )


_FALSE: Final = frozenset({"0", "false", "no", "off"})
_TRUE: Final = frozenset({"1", "true", "yes", "on"})


def _parse(name: str, text: str, default: object) -> object:
    """Read one variable; what it cannot read gives the default and a warning."""
    if isinstance(default, bool):
        word = text.strip().lower()
        if word in _FALSE | _TRUE:
            return word in _TRUE
        # The private choice: who sets the switch to something odd wanted to change something.
        _log.warning("%s=%r is neither true nor false; capture is off", name, text)
        return False
    if isinstance(default, Content):
        return _content(name, text)
    if isinstance(default, int):
        if text.strip().isdecimal():
            return int(text)
        _log.warning("%s=%r is no whole number; using %d", name, text, default)
        return default
    return text


def _content(name: str, text: str) -> Content:
    """Read what is kept of texts; the private choice for what it does not know."""
    try:
        return Content(text.strip().lower())
    except ValueError:
        _log.warning("%s=%r is neither none, redacted nor full; no texts are kept", name, text)
        return Content.NONE


def from_environment(environ: Mapping[str, str]) -> Settings:
    """Read the settings of an environment; `OTEL_SDK_DISABLED=true` turns capture off."""
    found = {
        item.name: _parse(item.metadata["env"], environ[item.metadata["env"]], item.default)
        for item in fields(Settings)
        if environ.get(item.metadata["env"], "") != ""
    }
    if environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true" or not _has_flock():
        found["enabled"] = False
    return replace(Settings(), **found)  # type: ignore[arg-type]  # each parsed by its field's type


def _has_flock() -> bool:
    """Tell whether segments can be held; where they cannot, two writers could not be told apart."""
    if find_spec("fcntl") is not None:
        return True
    _log.warning("otel_training captures nothing here: this system has no file locks (flock)")
    return False


def is_enabled_by(environ: Mapping[str, str]) -> bool:
    """Tell what an environment says of the switch, without settling the settings."""
    return from_environment(environ).enabled


_overrides: dict[str, Any] = {}
_current: Settings | None = None


def settings() -> Settings:
    """Return the settings in force."""
    global _current  # noqa: PLW0603 - one process has one configuration
    if _current is None:
        _current = replace(from_environment(os.environ), **_overrides)
    return _current


def override(**arguments: Any) -> None:
    """Set what an argument says over the environment; `None` leaves a setting alone."""
    global _current  # noqa: PLW0603 - one process has one configuration
    if arguments.get("content") is not None:
        arguments["content"] = _content("content", arguments["content"])
    _overrides.update({name: value for name, value in arguments.items() if value is not None})
    _current = None


def forget(name: str) -> None:
    """Take back what an argument said, so that the environment counts again."""
    global _current  # noqa: PLW0603 - one process has one configuration
    _overrides.pop(name, None)
    _current = None


def reset() -> None:
    """Forget arguments and environment, so that the next look reads them anew."""
    global _current  # noqa: PLW0603 - one process has one configuration
    _overrides.clear()
    _current = None
