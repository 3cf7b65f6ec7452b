"""OTLP in JSON, as any collector's file exporter writes it: spans and events of calls of a model, and our own.

Formats: opentelemetry-proto in JSON (ids as hex, or base64 by plain protobuf), names in camel or snake case; the GenAI
semantic conventions now and up to 1.36; OpenLLMetry's and OpenInference's numbered attributes.
"""

import base64
import binascii
import hashlib
import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import orjson
from opentelemetry.trace import SpanContext

from otel_training import conventions as names
from otel_training.conventions import Kind
from otel_training.events.event import Event
from otel_training.imports.call import (
    NO_MESSAGES,
    Call,
    Figures,
    Gathering,
    Score,
    SkippedError,
    call_events,
    count,
    find_target,
    identify,
    name_of,
    score_events,
)
from otel_training.imports.messages import parse, read_messages, read_outputs, read_system
from otel_training.imports.rows import UnreadableError, get, in_range, mapping_of, objects_in
from otel_training.privacy.redact import Redactor
from otel_training.record.fields import number
from otel_training.record.record import JSON, Record

SIGNALS: Final = ("resource_spans", "resource_logs")
_DETAILS: Final = "gen_ai.client.inference.operation.details"
_EVALUATION: Final = "gen_ai.evaluation.result"
_CHOICE: Final = "gen_ai.choice"
_SENT: Final = frozenset(f"gen_ai.{role}.message" for role in ("system", "user", "assistant", "tool"))
_RANKS: Final = {**dict.fromkeys((_DETAILS, _CHOICE, *_SENT), 2), _EVALUATION: 3}
_NO_CALLS: Final = frozenset({
    "embeddings", "execute_tool", "invoke_agent", "create_agent", "invoke_workflow", "retrieval", "plan",
})  # fmt: skip
_NUMBERED: Final = re.compile(
    r"(?:gen_ai|llm)\.(?P<kind>prompt|completion|input_messages|output_messages)\.(?P<number>\d{1,6})\.(?P<rest>.+)"
)
_WAITING_LIMIT: Final = 200_000  # calls whose content may come later, of which the newest are remembered
_FIGURES: Final = {
    names.MODEL: ("gen_ai.request.model", "llm.model_name"),
    names.RESPONSE_MODEL: ("gen_ai.response.model",),
    names.PROVIDER: ("gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system"),
    names.RESPONSE_ID: ("gen_ai.response.id", "aws.request_id"),
    names.ERROR_TYPE: ("error.type",),
    names.SERVICE_TIER: (names.SERVICE_TIER, "gen_ai.openai.response.service_tier"),
}
_COUNTS: Final = {
    names.INPUT_TOKENS: ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt"),
    names.OUTPUT_TOKENS: ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion"),
    names.CACHE_READ_TOKENS: (
        names.CACHE_READ_TOKENS, "gen_ai.usage.cache_read_input_tokens", "llm.token_count.prompt_details.cache_read",
    ),
    names.CACHE_WRITE_TOKENS: (
        names.CACHE_WRITE_TOKENS, "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.cache_creation_input_tokens",
        "llm.token_count.prompt_details.cache_write",
    ),
    names.REASONING_TOKENS: (names.REASONING_TOKENS,),
    names.MAX_TOKENS: (names.MAX_TOKENS,),
    names.CACHE_5M_TOKENS: (names.CACHE_5M_TOKENS,),
    names.CACHE_1H_TOKENS: (names.CACHE_1H_TOKENS,),
}  # fmt: skip


class Item(NamedTuple):
    """A span or a log record, with its program."""

    is_span: bool
    fields: Mapping[str, Any]
    attributes: Mapping[str, Any]
    service: str


@dataclass(slots=True)
class Traffic:
    """What the files have said so far of calls whose content stands elsewhere."""

    figures: dict[str, tuple[Figures, int, str]] = field(default_factory=dict)
    """By trace and span: figures, time, and where it was made."""
    messages: dict[str, list[JSON]] = field(default_factory=dict)
    """By trace and span: what was sent, until the answer follows."""
    completed: int = 0  # how many calls that held no messages found them in events


def read_items(row: Mapping[str, Any]) -> Iterator[Item]:
    """Yield the spans and log records of one export request."""
    for resource_key, scope_key, key in (
        ("resource_spans", "scope_spans", "spans"), ("resource_logs", "scope_logs", "log_records"),
    ):  # fmt: skip
        for resource in objects_in(get(row, resource_key)):
            own = read_attributes(mapping_of(resource.get("resource")).get("attributes"))
            service = name_of(own.get(names.SERVICE_NAME)) or ""
            for scope in objects_in(get(resource, scope_key)):
                for fields in objects_in(get(scope, key)):
                    attributes = read_attributes(fields.get("attributes"))
                    yield Item(key == "spans", fields, attributes, service)


def rank_of(item: Item) -> int | None:
    """Return in which turn an item is read: our own events, spans, messages, evaluations; None for others."""
    is_own = names.KIND in item.attributes
    if item.is_span:
        return 1 if not is_own and any(key.startswith(("gen_ai.", "llm.")) for key in item.attributes) else None
    return 0 if is_own else _RANKS.get(_event_name(item))


def item_events(item: Item, rank: int, line: int, traffic: Traffic, gathering: Gathering) -> Iterator[Event]:
    """Yield the events of a span or a log record."""
    match rank:
        case 0:
            return _own(item, gathering)
        case 1:
            return _call(item, line, traffic, gathering)
        case 2:
            tell = _call if _event_name(item) == _DETAILS else _message
            return tell(item, line, traffic, gathering)
    return _evaluation(item, line, gathering)


def read_attributes(pairs: object) -> dict[str, Any]:
    """Read OTLP's key-value pairs; what is none is passed over."""
    if isinstance(pairs, dict):
        return pairs
    return {pair["key"]: read_value(pair.get("value")) for pair in objects_in(pairs) if type(pair.get("key")) is str}


def read_value(value: object) -> Any:
    """Read OTLP's `AnyValue`."""
    if not isinstance(value, dict):
        return value
    for key in ("string_value", "bool_value", "double_value", "bytes_value"):
        if (scalar := get(value, key)) is not None:
            return scalar
    if (figure := get(value, "int_value")) is not None:
        return int(figure) if isinstance(figure, str) and re.fullmatch(r"-?\d{1,19}", figure) else figure
    if isinstance(array := get(value, "array_value"), dict):
        values = array.get("values")
        return [read_value(each) for each in values] if isinstance(values, list) else []
    if isinstance(pairs := get(value, "kvlist_value"), dict):
        return read_attributes(pairs.get("values"))
    return None


def _own(item: Item, gathering: Gathering) -> Iterator[Event]:
    """Take an event of ours; a body that no redaction has marked is left out, as at the collector's fence."""
    attributes: Figures = {key: each for key, each in item.attributes.items() if isinstance(each, (str, int, float))}
    try:
        kind = Kind(str(attributes.get(names.KIND)))
        identity = str(uuid.UUID(str(attributes.get(names.EVENT_ID))))
    except ValueError:
        raise UnreadableError("is no event of ours: its kind or its event id is unknown") from None
    if kind is Kind.LOSS:
        raise SkippedError("counts what another store has lost")
    body, ours = parse(read_value(item.fields.get("body"))), gathering.finisher.rules.name
    if isinstance(body, dict) and attributes.get(names.REDACTION) != ours:
        # Redacted by other rules, or by none.
        body = Redactor(gathering.finisher.rules).redact_json(body) if names.REDACTION in attributes else None
        attributes |= {names.REDACTION: ours} if body else {names.CONTENT_DROPPED: "import"}
    text = orjson.dumps(body).decode() if isinstance(body, dict) else ""
    record = Record(kind, identity, _time(item.fields), attributes, context=_context(item.fields))
    extraction = str(attributes.get(names.EXTRACTION_ID) or "")
    if extraction and kind is Kind.LLM_CALL:
        gathering.met[f"response {attributes.get(names.RESPONSE_ID)}"] = extraction
    elif kind is Kind.EXTRACTION:
        gathering.met[f"span {_place(item.fields, 'span_id')}"] = identity
    yield from gathering.take(record, iter((Event(record, kind.event_name, attributes, text),)))


def _call(item: Item, line: int, traffic: Traffic, gathering: Gathering) -> Iterator[Event]:
    attributes = item.attributes
    operation = str(attributes.get(names.OPERATION) or attributes.get("openinference.span.kind") or "")
    if operation.casefold() in _NO_CALLS or (operation.isupper() and operation != "LLM"):
        raise SkippedError(f"is no call of a model ({operation[:40].lower()})")
    place = _place(item.fields, "span_id")
    before, then, where = traffic.figures.get(place, ({}, 0, ""))
    figures = {**before, **{name: figure for name, figure in _figures(item).items() if figure is not None}}
    time = _time(item.fields, *(("end_time", "start_time") if item.is_span else ()))
    parent = _place(item.fields, "parent_span_id") if item.is_span else where
    sent, answered, tools = _content(item)
    if not answered:
        if item.is_span:
            _remember(traffic.figures, place, (figures, time, parent))
        raise SkippedError(NO_MESSAGES)
    traffic.completed += bool(then)
    yield from call_events(
        Call(
            _identity(item, place), then or time, sent, answered, figures, tools, parent, _context(item.fields),
            [attributes], item.service, name_of(attributes.get("gen_ai.agent.name")) or "",
        ),
        line,
        gathering,
    )  # fmt: skip


def _message(item: Item, line: int, traffic: Traffic, gathering: Gathering) -> Iterator[Event]:
    """Take one message of the older events: the answer, which comes last, makes a call of those before it."""
    place, name = _place(item.fields, "span_id"), _event_name(item)
    body = mapping_of(parse(read_value(item.fields.get("body"))))
    if name != _CHOICE:
        message = {"role": name.split(".")[1], **body}
        _remember(traffic.messages, place, [*traffic.messages.get(place, []), *read_messages([message])])
        return
    figures, time, parent = traffic.figures.get(place, (_figures(item), 0, ""))
    reason = name_of(body.get("finish_reason"))
    figures = {names.FINISH_REASONS: orjson.dumps([reason]).decode() if reason else None, **figures}
    traffic.completed += bool(time)
    sent, answered = traffic.messages.pop(place, []), {"role": "assistant", **mapping_of(body.get("message", body))}
    call = Call(
        _identity(item, place), time or _time(item.fields), sent, read_outputs(answered), figures, None, parent,
        _context(item.fields), [item.attributes], item.service,
    )  # fmt: skip
    yield from call_events(call, line, gathering)


def _evaluation(item: Item, line: int, gathering: Gathering) -> Iterator[Event]:
    name, figure = (item.attributes.get(f"gen_ai.evaluation.{key}") for key in ("name", "score.value"))
    value = number(figure)
    if value is None or not isinstance(name, str):
        raise SkippedError("is an evaluation without a figure")
    place, response = _place(item.fields, "span_id"), str(item.attributes.get(names.RESPONSE_ID) or "")
    time = _time(item.fields)
    met = gathering.met_by(response, place)
    targets = [*([met] if met else []), *(identify("extraction", each) for each in (response, f"otlp {place}") if each)]
    yield from score_events(
        Score(f"otlp {place} {name} {time}", time, find_target(targets, gathering), name, value), line, gathering
    )


def _identity(item: Item, place: str) -> str:
    """Return what tells a call from all others: its span, else all that is told of it."""
    if place:
        return f"otlp {place}"
    return f"otlp {hashlib.sha256(json.dumps(item.fields, sort_keys=True).encode()).hexdigest()}"


def _content(item: Item) -> tuple[list[JSON], list[JSON], JSON]:
    """Return what was sent, what may be the answer, and the tools, from wherever an item holds them."""
    attributes = item.attributes
    sent, answered = attributes.get("gen_ai.input.messages"), attributes.get("gen_ai.output.messages")
    system = attributes.get("gen_ai.system_instructions")
    events = objects_in(item.fields.get("events"))
    body = parse(read_value(item.fields.get("body")))
    if isinstance(body, dict):
        sent, answered = body.get("gen_ai.input.messages", sent), body.get("gen_ai.output.messages", answered)
        system = body.get("gen_ai.system_instructions", system)
    for event in events if answered is None else ():
        held = read_attributes(event.get("attributes"))
        sent = held.get("gen_ai.input.messages", held.get("gen_ai.prompt", sent))
        answered = held.get("gen_ai.output.messages", held.get("gen_ai.completion", answered))
        system = held.get("gen_ai.system_instructions", system)
    if answered is None:
        sent, answered = _messages_of(events) if events else (sent, answered)
    if answered is None:
        sent, answered = _numbered(attributes)
    messages = [*read_system(system), *read_messages(sent)]
    outputs = [] if answered is None else read_outputs(answered)
    return messages, outputs, parse(attributes.get(names.TOOLS))


def _messages_of(events: list[dict[str, Any]]) -> tuple[Any, Any]:
    """Return the messages of a span's older events, one an event."""
    sent, answered = [], []
    for event in events:
        held, name = read_attributes(event.get("attributes")), str(event.get("name"))
        inner = parse(held.get("gen_ai.event.content"))
        fields = {**held, **inner} if isinstance(inner, dict) else held
        if name == _CHOICE:
            answered.append({"role": "assistant", **mapping_of(parse(fields.get("message", fields)))})
        elif name in _SENT:
            sent.append({"role": name.split(".")[1], **fields})
    return sent, answered or None


def _numbered(attributes: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return the messages that stand in attributes with numbers: OpenLLMetry's and OpenInference's."""
    sides: dict[bool, dict[int, dict[str, Any]]] = {False: {}, True: {}}
    for key, value in attributes.items():
        if not (match := _NUMBERED.fullmatch(key)):
            continue
        messages = sides[match["kind"] in ("completion", "output_messages")]
        fields = messages.setdefault(int(match["number"]), {"content": []})
        rest = match["rest"].removeprefix("message.")
        if rest == "role":
            fields["role"] = value
        elif rest == "content" or rest.endswith("message_content.text"):
            # OpenLLMetry writes blocks as JSON; an answer that is a list of insights is a text.
            blocks = parse(value)
            is_blocks = isinstance(blocks, list) and all(isinstance(each, dict) and "type" in each for each in blocks)
            fields["content"] += blocks if is_blocks and match["kind"] == "prompt" else [value]
        elif rest.endswith("arguments"):
            fields["content"].append({"type": "tool_use", "input": value})
    sent, answered = ([messages[key] for key in sorted(messages)] for messages in (sides[False], sides[True]))
    return sent, [{"role": "assistant", **each} for each in answered] or None


def _figures(item: Item) -> Figures:
    attributes, figures = item.attributes, Figures()
    for name, keys in _FIGURES.items():
        figures[name] = next((text for key in keys if (text := name_of(attributes.get(key)))), None)
    for name, keys in _COUNTS.items():
        figures[name] = next((n for key in keys if (n := count(attributes.get(key))) is not None), None)
    reasons = parse(attributes.get(names.FINISH_REASONS))
    if isinstance(reasons, list) and reasons and isinstance(reasons[0], str):
        figures[names.FINISH_REASONS] = orjson.dumps([name_of(reasons[0])]).decode()
    if not re.fullmatch(r"[\w.:-]+", str(figures[names.ERROR_TYPE] or "error")):
        # A sentence could quote the prompt.
        figures[names.ERROR_TYPE] = "error"
    figures[names.FIRST_CHUNK] = number(attributes.get(names.FIRST_CHUNK))
    if item.is_span and get(item.fields, "end_time_unix_nano"):
        taken = _time(item.fields, "end_time") - _time(item.fields, "start_time", "end_time")
        figures[names.DURATION] = max(taken, 0) / 1e9
    return figures


def _event_name(item: Item) -> str:
    return str(get(item.fields, "event_name") or item.attributes.get("event.name") or "")


def _time(fields: Mapping[str, Any], *keys: str) -> int:
    """Read the first time that is there, in nanoseconds; raises `UnreadableError` where none is."""
    for key in keys or ("time", "observed_time"):
        value = get(fields, f"{key}_unix_nano")
        if isinstance(value, (int, str)) and re.fullmatch(r"[1-9]\d{,18}", str(value)):
            return in_range(int(value), value)
    raise UnreadableError("has no time")


def _place(fields: Mapping[str, Any], key: str) -> str:
    """Return trace and span as hex; empty where there is none."""
    trace, span = _hex(get(fields, "trace_id"), 16), _hex(get(fields, key), 8)
    return trace + span if trace and span else ""


def _context(fields: Mapping[str, Any]) -> SpanContext | None:
    place = _place(fields, "span_id")
    return SpanContext(int(place[:32], 16), int(place[32:], 16), is_remote=True) if place else None


def _hex(value: object, size: int) -> str:
    """Return an id as hex, which OTLP writes, or of base64, as plain protobuf does; empty for none and for zero."""
    if not isinstance(value, str):
        return ""
    try:
        raw = bytes.fromhex(value) if len(value) == 2 * size else base64.b64decode(value, validate=True)
    except (ValueError, binascii.Error):
        return ""
    return raw.hex() if len(raw) == size and any(raw) else ""


def _remember(memory: dict[str, Any], key: str, value: object) -> None:
    memory[key] = value
    if len(memory) > _WAITING_LIMIT:
        del memory[next(iter(memory))]
