"""What Grafana and the ClickHouse data source make of a panel's SQL before it is sent, written anew in a few lines.

The browser replaces `$__conditionalAll` and the dashboard's variables; the backend drops comments and replaces the
macros of time. Grafana passes on what it does not know: here that is an error.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_CONDITIONAL: Final = "$__conditionalAll("
_VARIABLE: Final = re.compile(r"\$\{(\w+)(?::(\w+))?\}|\$(?!__)(\w+)")
_MACRO: Final = re.compile(r"\$__(\w+)(?:\(([^()]*)\))?")
_COMMENT: Final = re.compile(r"/\*.*?\*/|--[^\n]*", re.DOTALL)
ALL: Final = ("$__all",)


@dataclass(frozen=True)
class Span:
    """The time that a dashboard shows, and the width of a bucket, in seconds."""

    start: int
    end: int
    interval: int = 3600


def expand(statement: str, values: Mapping[str, Sequence[str]], span: Span | None) -> str:
    """Return the statement that reaches ClickHouse; without a span, as an alert rule's: by the backend alone."""
    if span is not None:
        statement = _replaced(_conditional(statement, values), values)
    sent = _MACRO.sub(lambda match: _macro(match[1], match[2] or "", span), _COMMENT.sub("", statement))
    if "$" in sent:
        raise ValueError(f"Grafana leaves a $ in {sent}")
    return sent


def _conditional(statement: str, values: Mapping[str, Sequence[str]]) -> str:
    while (start := statement.rfind(_CONDITIONAL)) >= 0:
        (condition, variable), end = _arguments(statement, start + len(_CONDITIONAL))
        name = re.fullmatch(r"\$(\w+)|\$\{(\w+)\}", variable.strip())
        if name is None:
            raise ValueError(f"{variable} is no bare variable")
        chosen = tuple(values[name[1] or name[2]])
        statement = statement[:start] + ("1=1" if chosen in {ALL, (), ("",)} else condition) + statement[end:]
    return statement


def _arguments(statement: str, start: int) -> tuple[list[str], int]:
    """Split what is in parentheses at its commas, but those in quotes or further parentheses."""
    arguments, depth, quoted = [""], 1, False
    for at in range(start, len(statement)):
        character = statement[at]
        quoted ^= character == "'"
        depth += 0 if quoted else {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            return arguments, at + 1
        if character == "," and depth == 1 and not quoted:
            arguments.append("")
        else:
            arguments[-1] += character
    raise ValueError(f"no end of {statement[start:]}")


def _replaced(statement: str, values: Mapping[str, Sequence[str]]) -> str:
    def value(match: "re.Match[str]") -> str:
        name, style = match[1] or match[3], match[2]
        if name not in values:
            return match[0]
        if style not in {None, "singlequote"}:
            raise ValueError(f"{style} is not known here")
        escaped = [text.replace("'", "\\'") for text in values[name]]
        return ",".join(f"'{text}'" for text in escaped) if style else ",".join(values[name])

    return _VARIABLE.sub(value, statement)


def _macro(name: str, argument: str, span: Span | None) -> str:
    span = span or Span(0, 0)
    column = argument.strip()
    start, end = f"toDateTime({span.start})", f"toDateTime({span.end})"
    forms: dict[str, Callable[[], str]] = {
        "timeFilter": lambda: f"{column} >= {start} AND {column} <= {end}",
        "timeFrom": lambda: f"{column} >= {start}",
        "timeTo": lambda: f"{column} <= {end}",
        "fromTime": lambda: start,
        "toTime": lambda: end,
        "timeInterval": lambda: f"toStartOfInterval(toDateTime({column}), INTERVAL {span.interval} second)",
        "interval_s": lambda: str(span.interval),
    }
    if name not in forms:
        raise ValueError(f"Grafana does not know $__{name}")
    return forms[name]()
