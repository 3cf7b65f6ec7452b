"""Errors as a client gets them: ClickHouse's code and name, its sentence and its HTTP status."""

import re
from typing import Final

_CODE: Final = re.compile(r"Code: (\d+)\. DB::Exception: ")
_SCOPE: Final = re.compile(r": In scope WITH unhex\(.*(?= \(\w+\)$)", re.DOTALL)
_UNKNOWN: Final = 1002
_STATUS: Final = (
    dict.fromkeys((516, 192, 193), 403)
    | dict.fromkeys((6, 25, 26, 27, 36, 37, 38, 41, 53, 62, 72, 117, 374), 400)
    | dict.fromkeys((46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 152, 336, 372, 511), 404)
    | {48: 501, 89: 501, 159: 408, 209: 408, 229: 413, 307: 413}
)


class QueryError(Exception):
    """An error in ClickHouse's words, e.g. `Code: 60. DB::Exception: ... (UNKNOWN_TABLE)`."""

    @property
    def code(self) -> int:
        """The error's number, as it stands in `X-ClickHouse-Exception-Code`."""
        match = _CODE.search(str(self))
        return int(match.group(1)) if match else _UNKNOWN

    @property
    def status(self) -> int:
        """The HTTP status that a ClickHouse server gives this error."""
        return _STATUS.get(self.code, 500)


class RouteError(Exception):
    """A route beside ClickHouse's failed: its sentence is sent with status 500."""


def refusal(code: int, name: str, sentence: str) -> QueryError:
    """Make an error of our own, by ClickHouse's number and name."""
    return QueryError(f"Code: {code}. DB::Exception: {sentence} ({name})")


def from_engine(error: Exception) -> QueryError:
    """Return the engine's own error, without what wraps it."""
    text = _SCOPE.sub("", str(error))
    match = _CODE.search(text)
    return QueryError(
        text[match.start() :] if match else f"Code: {_UNKNOWN}. DB::Exception: {text} (UNKNOWN_EXCEPTION)"
    )
