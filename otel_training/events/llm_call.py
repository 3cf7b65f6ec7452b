"""Calls of a model: prompt, tools and answer, redacted."""

from collections.abc import Iterator

from otel_training import conventions as names
from otel_training.events.answer import choose_answer, prompt_version
from otel_training.events.event import Event, to_event
from otel_training.events.finisher import Attributes, Finisher
from otel_training.events.host_json import read_object
from otel_training.record.record import JSON, Record


def llm_call(record: Record, finisher: Finisher) -> Iterator[Event]:
    """Finish a call: of its texts the one that holds insights is the answer."""
    content = read_object(record.content)
    redactor = finisher.redactor()
    answer, digest = choose_answer(content.get("outputs"))
    messages, tools = content.get("input"), content.get("tools")
    attributes: Attributes = {
        **record.attributes,
        names.OUTPUT_SHA256: digest,
        names.PROMPT_VERSION: prompt_version(messages),
    }
    body: dict[str, JSON] = {
        names.INPUT: redactor.redact_json(messages),
        names.OUTPUT: None if answer is None else redactor.redact(answer),
    }
    if tools is not None:
        body[names.TOOLS] = redactor.redact_json(tools)
    yield to_event(record, attributes, body, redactor)
