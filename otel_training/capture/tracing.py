"""Trace ids of a record: the current ones where there are any, else its own."""

import os
from typing import NamedTuple

from opentelemetry import trace


class Ids(NamedTuple):
    """Trace id, span id (lower-case hex) and flags, as a log record carries them."""

    trace_id: str
    span_id: str
    trace_flags: int


def current_ids() -> Ids:
    """Inherit the valid current context, sampled or not; mint ids only when there is none.

    A minted context is never made current: spans started under it would record into a trace
    that the host does not have.
    """
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        return Ids(f"{context.trace_id:032x}", f"{context.span_id:016x}", int(context.trace_flags))
    noise = os.urandom(24).hex()
    return Ids(noise[:32], noise[32:], 0)
