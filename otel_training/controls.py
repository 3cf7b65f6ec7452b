"""Control characters: what drives a terminal, or makes a text look like another, never gets out raw."""

import logging
import re
from collections.abc import Mapping
from typing import Final

_RAW: Final = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
"""C0 but tab and line feed, DEL, C1, ends of lines and overrides of the direction in Unicode, lone surrogates."""
_CONTROLS: Final = re.compile(f"[{_RAW}]")
_ALL: Final = re.compile(f"[\t\n{_RAW}]")

FORMULA: Final = ("=", "+", "-", "@", "\t", "\n", "\r", "＝", "＋", "－", "＠")  # noqa: RUF001 - some take these, too
"""How a cell begins that a spreadsheet runs."""


def visible(text: str) -> str:
    """Return a text with a mark for each control character; tabs and ends of lines stay."""
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


def escaped(json: str) -> str:
    """Return JSON, in which such characters stand in texts alone, with their escapes instead."""
    return _CONTROLS.sub(lambda control: f"\\u{ord(control[0]):04x}", json)


def without_controls(text: str) -> str:
    """Return a text without them, tabs and ends of lines included; fast where there are none."""
    return text if text.isprintable() else _ALL.sub("", text)


def keep_out_of_log(record: logging.LogRecord) -> bool:
    """Make a log's record one line of visible text: a filter, for what came from elsewhere."""
    arguments = record.args
    if isinstance(arguments, Mapping):
        record.args = {name: _line(argument) for name, argument in arguments.items()}
    elif arguments:
        record.args = tuple(map(_line, arguments))
    return True


def _line(argument: object) -> object:
    is_text = isinstance(argument, (str, Exception)) or hasattr(argument, "__fspath__")
    return _ALL.sub("\N{REPLACEMENT CHARACTER}", str(argument)) if is_text else argument
