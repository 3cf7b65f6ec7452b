"""The shipment of one segment: sent, halved where it is too large, set aside where it is refused, deleted."""

import contextlib
import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from otel_training.config import Settings
from otel_training.conventions import Loss
from otel_training.folder import DataFolder
from otel_training.shipping.bound import REASON, records
from otel_training.shipping.receipt import Answer, Verdict
from otel_training.shipping.receiver import Receiver, shown
from otel_training.shipping.request import EMPTY, LOGS, DamagedError, Lines, Request, read_lines, request
from otel_training.shipping.spans import spans
from otel_training.shipping.state import Shipping
from otel_training.spool.segments import Segment

_log = logging.getLogger("otel_training")

REQUEST_BYTES: Final = 3 << 20
"""Below the 4 MiB of a gRPC hop behind the receiver; a single record may be more."""
SPANS_SECONDS: Final = 2.0
SPANS_PAUSE: Final = 60.0
_ACCEPTED: Final = Answer(Verdict.ACCEPTED)


@dataclass(slots=True)
class Shipment:
    """Ships segments one by one, and keeps what it learns on the way."""

    folder: DataFolder
    settings: Settings
    receiver: Receiver
    lose: Callable[[Loss, int], None]
    told: Shipping
    deadline: float = float("inf")
    """On the monotonic clock; at the app's end."""
    _limit: int = REQUEST_BYTES
    """Lines of more bytes were too large for the receiver."""
    _accepted_to: dict[Path, int] = field(default_factory=dict)
    """How far a segment was accepted that could not be finished."""
    _spans_at: float = 0.0
    _is_known: bool = False

    def ship(self, path: Path) -> Answer:
        """Ship a finished segment and delete it once all of it is accepted or set aside."""
        self._is_known = False
        try:
            lines = read_lines(path)
        except FileNotFoundError:
            return _ACCEPTED
        except DamagedError:
            self._give_up_damaged(path)
            return _ACCEPTED
        except OSError as error:
            return Answer(Verdict.UNREADABLE, f"{path.name}: {error.strerror}")
        try:
            answer = self._deliver(lines)
        except OSError as error:
            # The disk refused to keep what was refused: nothing is deleted.
            answer = Answer(Verdict.ODD, f"{path.name}: {error.strerror}")
        self._tell(answer)
        if answer.verdict is Verdict.ACCEPTED:
            self._finish(lines)
        return answer

    def _finish(self, lines: Lines) -> None:
        made = spans(lines, self.receiver.address.compression) if time.monotonic() >= self._spans_at else None
        if lines.torn:
            self.lose(Loss.TORN, 1)
        self._accepted_to.pop(lines.path, None)
        with contextlib.suppress(FileNotFoundError):
            lines.path.unlink()
        if made is not None and self._post(made, SPANS_SECONDS).verdict is not Verdict.ACCEPTED:
            # A receiver without traces, or in trouble: the records do not wait for spans.
            self._spans_at = time.monotonic() + SPANS_PAUSE

    def _deliver(self, lines: Lines) -> Answer:
        """Send lines piece by piece, in their order; returns the first answer that stops it."""
        start = self._accepted_to.get(lines.path, lines.start)
        waiting = [lines.since(start)] if start < lines.end else []
        while waiting:
            piece = waiting.pop()
            answer = self._send(piece)
            if answer.verdict is Verdict.ACCEPTED:
                self._accepted_to[lines.path] = piece.end
                continue
            half = None if answer.verdict in (Verdict.LATER, Verdict.ODD) else piece.middle()
            if half is not None:
                waiting += [piece.since(half), piece.to(half)]
            elif answer.verdict in (Verdict.REFUSED, Verdict.TOO_LARGE):
                self._set_aside(piece, answer)
                self._accepted_to[lines.path] = piece.end
            else:
                return answer
        return _ACCEPTED

    def _send(self, piece: Lines) -> Answer:
        if piece.size > self._limit and piece.middle() is not None:
            return Answer(Verdict.TOO_LARGE)
        made = request(piece, self.receiver.address.compression)
        answer = self._post(made)
        if answer.verdict is Verdict.TOO_LARGE:
            self._limit = min(self._limit, piece.size - 1)
        if answer.verdict is Verdict.REFUSED and not self._is_understood():
            return Answer(Verdict.LATER, f"{answer.reason}, even to an empty request: is this an OTLP receiver?")
        if answer.verdict is Verdict.ACCEPTED:
            rejected = min(answer.rejected, made.records)
            if rejected:
                self._set_aside(piece, replace(answer, rejected=rejected))
            accepted = self.told.accepted + made.records - rejected
            self.told = replace(self.told, accepted=accepted, accepted_at=time.time(), error="")
        return answer

    def _is_understood(self) -> bool:
        """Ask whether the receiver takes OTLP/JSON at all: else what it refuses is not our lines' fault."""
        self._is_known = self._is_known or self._post(Request(LOGS, EMPTY, 0)).verdict is Verdict.ACCEPTED
        return self._is_known

    def _post(self, made: Request, longest: float = float("inf")) -> Answer:
        timeout = min(longest, self.settings.otlp_timeout / 1000, self.deadline - time.monotonic())
        if timeout <= 0:
            return Answer(Verdict.LATER)
        return self.receiver.post(made, timeout)

    def _set_aside(self, piece: Lines, answer: Answer) -> None:
        """Keep lines under `rejected/`, as a segment that can be shipped again, with the reason beside it."""
        data = piece.read()
        rejected = min(answer.rejected or piece.size, records(data))
        self._keep(piece.path.name, piece.header, data, f"{answer.reason}; {answer.message}"[:1000])
        self.told = replace(self.told, rejected=self.told.rejected + rejected)
        if rejected:
            kept = self.folder.rejected / piece.path.name
            _log.warning("otel_training: refused records: %d (%s); they are in %s", rejected, answer.reason, kept)
            self.lose(Loss.REJECTED, rejected)

    def _give_up_damaged(self, path: Path) -> None:
        with contextlib.suppress(OSError):
            data = path.read_bytes()
            self._keep(path.name, b"", data, "the first line is no segment's header")
            path.unlink()
            _log.warning("otel_training: a damaged segment was set aside as %s", self.folder.rejected / path.name)
            if lost := records(data.partition(b"\n")[2]):
                self.lose(Loss.DAMAGED, lost)

    def _keep(self, name: str, header: bytes, data: bytes, reason: str) -> None:
        self.folder.rejected.mkdir(mode=0o700, exist_ok=True)
        path = self.folder.rejected / name
        # The reason first: where the disk refuses the lines, it is the reason that is there twice.
        _append(path.with_suffix(REASON), f"{shown(self.settings.otlp_endpoint)}: {reason}\n".encode())
        _append(path, data, header)

    def _tell(self, answer: Answer) -> None:
        if answer.verdict is Verdict.ACCEPTED or not answer.reason:
            return
        self.told = replace(self.told, error=answer.reason, error_at=time.time())


def _append(path: Path, data: bytes, header: bytes = b"") -> None:
    """Append all or nothing, after the header where the file is new."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(file).st_size
        Segment(path, file, size).append(data if size else header + data)
    finally:
        os.close(file)
