"""The shipment of one segment: sent, halved where it is too large, set aside where it is refused, deleted."""

import contextlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from otel_training.config import Settings
from otel_training.conventions import Loss
from otel_training.folder import DataFolder
from otel_training.shipping.bound import count_records
from otel_training.shipping.receipt import Receipt, Verdict
from otel_training.shipping.receiver import Receiver, printable
from otel_training.shipping.request import EMPTY, LOGS, DamagedError, Request, opening, to_request
from otel_training.shipping.spans import to_span_request
from otel_training.shipping.state import ShippingState
from otel_training.spool.reading import Lines, read_lines
from otel_training.spool.rejected import set_aside

_log = logging.getLogger("otel_training")

REQUEST_BYTES: Final = 3 << 20  # below the 4 MiB of a gRPC hop behind the receiver; a single record may be more
SPANS_SECONDS: Final = 2.0
SPANS_PAUSE: Final = 60.0
_MESSAGE_LIMIT: Final = 1000
_ACCEPTED: Final = Receipt(Verdict.ACCEPTED)


@dataclass(slots=True)
class Shipment:
    """Ships segments one by one, and remembers what the receiver cannot take."""

    folder: DataFolder
    settings: Settings
    receiver: Receiver
    lose: Callable[[Loss, int], None]
    state: ShippingState
    deadline: float = float("inf")  # on the monotonic clock; at the app's end
    _limit: int = REQUEST_BYTES  # lines of more bytes were too large for the receiver
    _accepted_to: dict[Path, int] = field(default_factory=dict)
    """How far segments were accepted that could not be finished."""
    _spans_at: float = 0.0
    _takes_otlp: bool = False  # whether the receiver accepted an empty request while this segment was shipped

    def ship(self, path: Path) -> Receipt:
        """Ship a finished segment and delete it once all of it is accepted or set aside."""
        self._takes_otlp = False
        try:
            lines = read_lines(path)
            opening(lines.header)
        except FileNotFoundError:
            return _ACCEPTED
        except DamagedError:
            self._set_aside_damaged(lines)
            return _ACCEPTED
        except OSError as error:
            return Receipt(Verdict.UNREADABLE, f"{path.name}: {error.strerror}")
        try:
            receipt = self._deliver(lines)
        except OSError as error:
            # The disk refused to keep what was refused: nothing is deleted.
            receipt = Receipt(Verdict.SUSPECT, f"{path.name}: {error.strerror}")
        if receipt.verdict is Verdict.ACCEPTED:
            self._finish(lines)
        elif receipt.reason:
            self.state = replace(self.state, error=receipt.reason, error_at=time.time())
        return receipt

    def _finish(self, lines: Lines) -> None:
        is_due = time.monotonic() >= self._spans_at
        spans = to_span_request(lines, self.receiver.address.compression) if is_due else None
        if lines.torn:
            self.lose(Loss.TORN, 1)
        self._accepted_to.pop(lines.path, None)
        with contextlib.suppress(FileNotFoundError):
            lines.path.unlink()
        if spans is not None and self._post(spans, SPANS_SECONDS).verdict is not Verdict.ACCEPTED:
            # A receiver without traces, or in trouble: the records do not wait for spans.
            self._spans_at = time.monotonic() + SPANS_PAUSE

    def _deliver(self, lines: Lines) -> Receipt:
        """Send lines piece by piece, in their order; returns the first receipt that stops it."""
        start = self._accepted_to.get(lines.path, lines.start)
        waiting = [lines.since(start)] if start < lines.end else []
        while waiting:
            piece = waiting.pop()
            receipt = self._send(piece)
            if receipt.verdict is Verdict.ACCEPTED:
                self._accepted_to[lines.path] = piece.end
                continue
            half = None if receipt.verdict in (Verdict.LATER, Verdict.SUSPECT) else piece.middle()
            if half is not None:
                waiting += [piece.since(half), piece.to(half)]
            elif receipt.verdict in (Verdict.REFUSED, Verdict.TOO_LARGE):
                self._set_aside_piece(piece, receipt)
                self._accepted_to[lines.path] = piece.end
            else:
                return receipt
        return _ACCEPTED

    def _send(self, piece: Lines) -> Receipt:
        if piece.size > self._limit and piece.middle() is not None:
            return Receipt(Verdict.TOO_LARGE)
        request = to_request(piece, self.receiver.address.compression)
        receipt = self._post(request)
        if receipt.verdict is Verdict.TOO_LARGE:
            self._limit = min(self._limit, piece.size - 1)
        if receipt.verdict is Verdict.REFUSED and not self._check_takes_otlp():
            return Receipt(Verdict.LATER, f"{receipt.reason}, even to an empty request: is this an OTLP receiver?")
        if receipt.verdict is Verdict.ACCEPTED:
            rejected = min(receipt.rejected, request.records)
            if rejected:
                self._set_aside_piece(piece, replace(receipt, rejected=rejected))
            accepted = self.state.accepted + request.records - rejected
            self.state = replace(self.state, accepted=accepted, accepted_at=time.time(), error="")
        return receipt

    def _check_takes_otlp(self) -> bool:
        """Ask whether the receiver takes OTLP/JSON at all: else what it refuses is not our lines' fault."""
        self._takes_otlp = self._takes_otlp or self._post(Request(LOGS, EMPTY, 0)).verdict is Verdict.ACCEPTED
        return self._takes_otlp

    def _post(self, request: Request, longest: float = float("inf")) -> Receipt:
        timeout = min(longest, self.settings.otlp_timeout / 1000, self.deadline - time.monotonic())
        if timeout <= 0:
            return Receipt(Verdict.LATER)
        return self.receiver.post(request, timeout)

    def _set_aside_piece(self, piece: Lines, receipt: Receipt) -> None:
        """Set refused lines aside: they can be shipped again once the cause is mended."""
        data = piece.read()
        rejected = min(receipt.rejected or piece.size, count_records(data))
        path = self._set_aside(piece, data, f"{receipt.reason}; {receipt.message}"[:_MESSAGE_LIMIT])
        self.state = replace(self.state, rejected=self.state.rejected + rejected)
        if rejected:
            _log.warning("otel_training: refused records: %d (%s); they are in %s", rejected, receipt.reason, path)
            self.lose(Loss.REJECTED, rejected)

    def _set_aside_damaged(self, lines: Lines) -> None:
        with contextlib.suppress(OSError):
            data = lines.path.read_bytes()[lines.start :]
            path = self._set_aside(lines, data, "the first line is no segment's header")
            lines.path.unlink()
            _log.warning("otel_training: a damaged segment was set aside as %s", path)
            if lost := count_records(data):
                self.lose(Loss.DAMAGED, lost)

    def _set_aside(self, lines: Lines, data: bytes, reason: str) -> Path:
        receiver = printable(self.settings.otlp_endpoint)
        return set_aside(self.folder, lines.path.name, lines.header, data, f"{receiver}: {reason}")
