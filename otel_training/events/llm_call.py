"""Calls of a model: prompt, tools and answer, redacted."""

from collections.abc import Iterator

from otel_training import conventions as names
from otel_training.events.answer import (
    choose_answer,
    digests,
    joined,
    prefill,
    prompt_version,
    quoted,
    sent_texts,
    texts_of,
)
from otel_training.events.event import Event, to_event
from otel_training.events.finisher import Attributes, Finisher
from otel_training.events.host_json import read_object
from otel_training.record.record import JSON, Record


def llm_call(record: Record, finisher: Finisher) -> Iterator[Event]:
    """Finish a call: its answer, and the digests by which the insights that an extraction returned are looked for."""
    content = read_object(record.content)
    redactor = finisher.redactor(record)
    sent, outputs, tools = content.get("input"), content.get("outputs"), content.get("tools")
    messages = sent if isinstance(sent, list) else []
    answer = choose_answer(outputs if isinstance(outputs, list) else [])
    texts, items = texts_of(prefill(messages) + (answer or ""))
    redactor.look_at(answer or "", texts)
    by_text = digests(finisher.key, redactor, texts)
    attributes: Attributes = {
        **record.attributes, names.OUTPUT_COUNT: items, names.OUTPUT_TEXTS: joined(by_text.values()),
        names.OUTPUT_QUOTED: joined(by_text[text] for text in quoted(by_text, sent_texts(messages))),
        names.PROMPT_VERSION: prompt_version(messages, finisher),
    }  # fmt: skip
    body: dict[str, JSON] = {
        names.INPUT: redactor.redact_json(sent),
        names.OUTPUT: None if answer is None else redactor.redact(answer),
    }
    if tools is not None:
        body[names.TOOLS] = redactor.redact_json(tools)
    yield to_event(record, attributes, body, redactor)
