"""The receipt: what a receiver's HTTP answer means for the lines that were sent.

By the OTLP specification (OTLP/HTTP response), stricter where a wrong guess would lose records:
a redirect, a login page or a missing route is no acceptance, and only 400 is a refusal for good.
"""

import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import Final

import orjson

RETRY_AFTER_LIMIT: Final = 3600.0
_RESOURCE_EXHAUSTED: Final = 8
_HINTS: Final = {
    3: "redirects are not followed, set OTEL_TRAINING_OTLP_ENDPOINT to the receiver itself",
    401: "check OTEL_TRAINING_OTLP_HEADERS",
    403: "check OTEL_TRAINING_OTLP_HEADERS",
    404: "check OTEL_TRAINING_OTLP_ENDPOINT, to which /v1/logs is appended",
    405: "check OTEL_TRAINING_OTLP_ENDPOINT, to which /v1/logs is appended",
    415: "the receiver must take OTLP as JSON",
}


class Verdict(Enum):
    """What to do with the lines."""

    ACCEPTED = auto()
    REFUSED = auto()  # the receiver finds fault with some of the lines: those are set aside
    TOO_LARGE = auto()
    EXHAUSTED = auto()  # the receiver is short of something: smaller requests may help; a single record waits
    LATER = auto()  # the receiver takes nothing now
    SUSPECT = auto()  # perhaps these lines' fault: the next segment is tried, too
    UNREADABLE = auto()  # the segment cannot be read on this machine: that says nothing about the receiver


_VERDICTS: Final = {400: Verdict.REFUSED, 413: Verdict.TOO_LARGE, 500: Verdict.SUSPECT}
"""By status; every other one, 401, 403 and 404 among them, is no refusal: somebody will mend it."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A verdict and why; `reason` is ours and holds no text of the receiver, which may echo a token."""

    verdict: Verdict
    reason: str = ""
    rejected: int = 0  # records that the receiver left out of what it accepted
    retry_after: float = 0.0  # seconds that the receiver asked to wait
    message: str = ""  # the receiver's own words, for the file beside the refused lines


def judge(status: int, retry_after: str | None, body: bytes) -> Receipt:
    """Judge an HTTP answer of the receiver."""
    answer = _parse_object(body)
    if 200 <= status < 300:  # noqa: PLR2004 - HTTP's own
        return _read_success(status, body, answer)
    wait = parse_retry_after(retry_after)
    exhausted = not wait and (answer or {}).get("code") == _RESOURCE_EXHAUSTED and status not in _VERDICTS
    verdict = Verdict.EXHAUSTED if exhausted else _VERDICTS.get(status, Verdict.LATER)
    hint = _HINTS.get(status // 100 if status < 400 else status)  # noqa: PLR2004
    reason = f"HTTP {status}: {hint}" if hint else f"HTTP {status}"
    return Receipt(verdict, reason, retry_after=wait, message=str((answer or {}).get("message") or ""))


def _read_success(status: int, body: bytes, answer: dict[str, object] | None) -> Receipt:
    if body and answer is None:
        reason = f"HTTP {status}, but the answer is not OTLP's: check OTEL_TRAINING_OTLP_ENDPOINT"
        return Receipt(Verdict.LATER, reason)
    partial = (answer or {}).get("partialSuccess")
    if not isinstance(partial, dict):
        return Receipt(Verdict.ACCEPTED)
    text = str(partial.get("rejectedLogRecords", 0))
    rejected = int(text) if text.isdecimal() else 0
    reason = f"HTTP {status}, {rejected} records rejected (partial success)" if rejected else ""
    return Receipt(Verdict.ACCEPTED, reason, rejected, message=str(partial.get("errorMessage") or ""))


def parse_retry_after(retry_after: str | None) -> float:
    """Return the seconds of a `Retry-After`, which may be a date; 0 without one, an hour at most."""
    text = (retry_after or "").strip()
    if text.isdecimal():
        return min(float(text), RETRY_AFTER_LIMIT)
    try:
        until = parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return 0.0
    return min(max(0.0, until - time.time()), RETRY_AFTER_LIMIT)


def _parse_object(body: bytes) -> dict[str, object] | None:
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return answer if isinstance(answer, dict) else None
