"""Settings: what can be set, with its default, and how the environment sets it."""

import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from importlib.util import find_spec
from typing import Any, Final

from otel_training.controls import keep_out_of_log
from otel_training.conventions import Content

_log = logging.getLogger("otel_training")
_log.addFilter(keep_out_of_log)

GIB: Final = 1 << 30


def _setting(default: Any, help_: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"help": help_}, repr=not secret)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set; `variable` names the environment's word for a field."""

    enabled: bool = _setting(
        default=True,
        help_="`false` turns everything off: no file, no thread; in runs of pytest and unittest off unless `true`",
    )
    home: str = _setting("", "the data folder; by default `.otel_training/` at the top of the project")
    store: str = _setting("", "DSN of the ClickHouse that the command reads; by default the embedded one")
    serve_password: str = _setting("", "password of `otel-training serve`; by default made once in the data folder")
    user_key: str = _setting("", "secret for readers' pseudonyms; by default made once in the data folder", secret=True)
    otlp_endpoint: str = _setting(
        "", "base URL of an OpenTelemetry collector (`/v1/logs` is appended): records are shipped there, not kept here"
    )
    otlp_headers: str = _setting("", "its headers, `name=value` between commas, percent-encoded", secret=True)
    otlp_certificate: str = _setting("", "PEM file that its certificate is checked by; by default the system's")
    otlp_timeout: int = _setting(10_000, "milliseconds for one request")
    otlp_compression: str = _setting("", "`none`, `gzip` or `zstd`; by default none to this machine, gzip to others")
    pipeline: str = _setting(
        "",
        "`sdk` sends records by the stock OpenTelemetry SDK and its `OTEL_EXPORTER_OTLP_*` instead of the spool: lossy",
    )
    content: Content = _setting(  # noqa: RUF009 - a field, like the others
        Content.REDACTED,
        "`none` keeps no texts, `redacted` replaces secrets and personal data, `full` keeps all as it is",
    )
    redact_patterns: str = _setting("", "regular expressions of what else is replaced, one a line")
    redact_allow: str = _setting("", "texts that are never replaced, one a line or between commas")
    content_limit: int = _setting(8000, "characters of `source_content` that are kept")
    max_bytes: int = _setting(
        10 * GIB, "capture stops, counted, when the waiting segments take more; with an endpoint the oldest go, counted"
    )
    max_age_days: int = _setting(30, "with an endpoint, segments that waited longer go, counted")
    min_free_bytes: int = _setting(1 * GIB, "capture stops, counted, when the disk has less free")


def variable(name: str) -> str:
    """Return the environment variable of a setting."""
    return f"OTEL_TRAINING_{name.upper()}"


_FALSE: Final = frozenset({"0", "false", "no", "off"})
_TRUE: Final = frozenset({"1", "true", "yes", "on"})


def _parse(name: str, text: str, default: object) -> object:
    """Read one variable; what cannot be read gives the default and a warning."""
    if isinstance(default, bool):
        word = text.strip().lower()
        if word in _FALSE | _TRUE:
            return word in _TRUE
        # The private choice: who sets the switch to something odd wanted to change something.
        _log.warning("%s=%r is neither true nor false; capture is off", name, text)
        return False
    if isinstance(default, Content):
        return parse_content(name, text)
    if isinstance(default, int):
        if text.strip().isdecimal():
            return int(text)
        _log.warning("%s=%r is no whole number; using %d", name, text, default)
        return default
    return text


def parse_content(name: str, text: str) -> Content:
    """Read what is kept of texts; an unknown word gives the private choice and a warning."""
    try:
        return Content(text.strip().lower())
    except ValueError:
        _log.warning("%s=%r is neither none, redacted nor full; no texts are kept", name, text)
        return Content.NONE


def from_environment(environ: Mapping[str, str]) -> Settings:
    """Read the settings of an environment; `OTEL_SDK_DISABLED=true` turns capture off."""
    values = {
        setting.name: _parse(variable(setting.name), text, setting.default)
        for setting in fields(Settings)
        if (text := environ.get(variable(setting.name), ""))
    }
    if environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true" or not _has_flock():
        values["enabled"] = False
    return replace(Settings(), **values)  # type: ignore[arg-type]  # each parsed by its field's type


def runner_of_tests(environ: Mapping[str, str]) -> str:
    """Name what runs this program, or the one that started it, as a test; empty where that is not certain."""
    if not environ.keys().isdisjoint(("PYTEST_VERSION", "PYTEST_CURRENT_TEST")):
        return "pytest"
    spec = getattr(sys.modules.get("__main__"), "__spec__", None)
    return "unittest" if getattr(spec, "name", "") == "unittest.__main__" else ""


def _has_flock() -> bool:
    """Whether segments can be locked; where they cannot, nobody could know whose writer lives."""
    if find_spec("fcntl") is not None:
        return True
    _log.warning("otel_training captures nothing here: this system has no file locks (flock)")
    return False
