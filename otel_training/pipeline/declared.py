"""Declarative configuration: the settings of the file that `OTEL_CONFIG_FILE` names, checked before they are used.

Loaded only where there is such a file. Its options are under `instrumentation/development`, `python`, `otel_training`.
"""

import logging
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from functools import cache
from typing import Any, Final

from otel_training.config import Settings
from otel_training.conventions import Content
from otel_training.pipeline.arguments import ARGUMENTS, read_arguments

_log = logging.getLogger("otel_training")

OFF: Final[Mapping[str, Any]] = {"enabled": False}
_DEFAULTS: Final = {setting.name: setting.default for setting in fields(Settings)}
_LISTS: Final = ("redact_patterns", "redact_allow")
_OTHERS: Final[Mapping[str, type]] = {
    "home": os.PathLike, "otlp_certificate": os.PathLike, "otlp_headers": Mapping, **dict.fromkeys(_LISTS, Iterable),
}  # fmt: skip
"""Types beside `str` that an option may have."""


@cache
def declared(path: str) -> Mapping[str, Any]:
    """Read the settings of a file; where one is wrong, or nobody can read them, capture is off.

    Who wrote them wanted something else than the defaults, and may have wanted less.
    """
    try:
        # Whoever reads the file for the SDK: where it is not installed nobody does.
        from opentelemetry.configuration import ConfigurationError, load_config_file

        try:
            config = load_config_file(path)
        except (ConfigurationError, TypeError, ValueError) as error:
            return refuse(f"{path} cannot be read ({type(error).__name__})")
    except ImportError:
        return refuse(f"{path} is read by opentelemetry-configuration, which is not installed")
    section = config.instrumentation_development
    options = (getattr(section, "python", None) or {}).get("otel_training") or {}
    if config.disabled:
        return OFF
    wrong = list(find_wrong(options))
    if wrong:
        return refuse(f"{path} has {', '.join(wrong)}")
    # What is on there may still be switched off by the environment.
    return {name: value for name, value in read_arguments(options).items() if value is not True}


def refuse(reason: str) -> Mapping[str, Any]:
    """Warn why capture is off, and return the setting that turns it off."""
    _log.warning("otel_training captures nothing: %s", reason)
    return OFF


def find_wrong(options: Mapping[str, Any]) -> Iterator[str]:
    """Name the options that are no argument of `configure`, or whose value cannot be one."""
    for name, value in options.items():
        if name not in ARGUMENTS:
            yield f"an unknown option {name!r}"
        elif value is not None and not _is_right(name, value):
            # Not the value: it may be a secret.
            yield f"a wrong value for {name!r}"


def _is_right(name: str, value: object) -> bool:
    default = _DEFAULTS[name]
    if isinstance(default, Content):
        return value in tuple(Content)
    if not isinstance(default, str):
        return type(value) is type(default) and value >= 0  # type: ignore[operator]  # a bool or an int
    if isinstance(value, str):
        return name != "redact_patterns" or all(map(_is_pattern, value.splitlines()))
    is_right = isinstance(value, _OTHERS.get(name, str))
    return is_right and (name != "redact_patterns" or not isinstance(value, list) or all(map(_is_pattern, value)))


def _is_pattern(value: object) -> bool:
    try:
        return isinstance(value, str) and re.compile(value) is not None
    except re.error:
        return False
