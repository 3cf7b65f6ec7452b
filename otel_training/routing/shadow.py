"""Shadows: a candidate answers beside Claude, shown to nobody, and all that is captured of it is one record."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from opentelemetry.context import attach, get_current, set_value

from otel_training import conventions as names
from otel_training._guard import guard
from otel_training.capture.extraction import Plan
from otel_training.capture.handle import Handle
from otel_training.capture.result import NO_RESULT, read_result
from otel_training.capture.tracing import SHADOW
from otel_training.conventions import Kind, Outcome
from otel_training.pipeline.process import emit
from otel_training.record.clock import event_number, now, ticks
from otel_training.record.known import qualname_of
from otel_training.record.record import JSON, Pending, Record, Scalar
from otel_training.routing.attempt import Arm, in_thread

LIMIT: Final = 8  # so many at a time; beyond, a call has no shadow
_CALLS: Final = 100
CALL_FIGURES: Final = {
    "provider": names.PROVIDER,
    "model": names.MODEL,
    "response_model": names.RESPONSE_MODEL,
    "response_id": names.RESPONSE_ID,
    "service_tier": names.SERVICE_TIER,
    "error_type": names.ERROR_TYPE,
    "duration": names.DURATION,
    "input_tokens": names.INPUT_TOKENS,
    "output_tokens": names.OUTPUT_TOKENS,
    "cache_read_input_tokens": names.CACHE_READ_TOKENS,
    "cache_write_input_tokens": names.CACHE_WRITE_TOKENS,
    "cache_write_5m_input_tokens": names.CACHE_5M_TOKENS,
    "cache_write_1h_input_tokens": names.CACHE_1H_TOKENS,
    "reasoning_output_tokens": names.REASONING_TOKENS,
}
"""The figures of a call of a model that its price needs, by the columns that have them."""


class Shadow:
    """One answer beside another: first what runs, then, waiting in the queue, what its record is made of.

    In its context nothing else is captured (`is_suppressed`), its calls are its handle's, and that keeps them.
    """

    __slots__ = ("_arm", "_attributes", "_calls", "_duration", "_plan", "_result", "_started", "_task", "_time",
                 "_timeout", "_url", "handle")  # fmt: skip

    def __init__(
        self, arm: Arm, plan: Plan, attributes: Mapping[str, Scalar | None], url: str | None, timeout: float
    ) -> None:
        self._arm, self._plan, self._url, self._timeout = arm, plan, url, timeout
        self._attributes = attributes
        self._calls: list[Pending] = []
        self._result = NO_RESULT
        self.handle = Handle(event_number(), None, self._keep)

    def start(self, running: "set[Shadow]", args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        """Start it beside the caller, which does not wait; `running` has it until it ends."""
        running.add(self)
        if self._arm.is_async:
            self._task = asyncio.create_task(self._answer_async(args, kwargs))
            self._task.add_done_callback(lambda _: running.discard(self))
        else:
            in_thread(lambda: self._answer(args, kwargs)).add_done_callback(lambda _: running.discard(self))

    def _answer(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        with self:
            self._read(self._arm.function(*args, **kwargs))

    async def _answer_async(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        with self:
            self._read(await asyncio.wait_for(self._arm.function(*args, **kwargs), self._timeout))

    def __enter__(self) -> None:
        # In a context of its own, which ends with it.
        attach(set_value(SHADOW, self.handle, get_current()))
        self._started = ticks()

    def __exit__(self, kind: object, error: BaseException | None, trail: object) -> bool:
        """Emit the record; whatever was raised is recorded, and nobody's concern."""
        with guard:
            self._duration, self._time = ticks() - self._started, now()
            self._attributes = {
                **self._attributes,
                **self.handle.attributes,
                names.OUTCOME: Outcome.of(error),
                names.ERROR_TYPE: None if error is None else qualname_of(type(error)),
                names.DURATION: self._duration / 1e9,
            }
            self.handle.finished = True
            emit(self)
        return isinstance(error, Exception)

    def _read(self, value: Any) -> None:
        with guard:
            value = value if self.handle.own_result is None else self.handle.own_result
            self._result = read_result(value if self._plan.result is None else self._plan.result(value))
            self._attributes = {names.QUALITY: self._result.quality_score, **self._attributes}

    def _keep(self, pending: Pending) -> None:
        if not self.handle.finished and len(self._calls) < _CALLS:
            self._calls.append(pending)

    @property
    def size(self) -> int:
        return self._result.size + sum(call.size for call in self._calls)

    def to_record(self) -> Record:
        records = [pending.to_record() for pending in self._calls]
        calls: list[JSON] = [
            {
                column: figure
                for column, name in CALL_FIGURES.items()
                if (figure := record.attributes.get(name)) is not None
            }
            for record in records
            if record.kind is Kind.LLM_CALL
        ]
        content: dict[str, JSON] = {"source_url": self._url, "insights": self._result.insights_json(), "calls": calls}
        return Record(Kind.SHADOW, self.handle.id, self._time, self._attributes, content, context=self.handle.context)
