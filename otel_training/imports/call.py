"""Calls of a model, scores and reactions that others gathered: what they become here, and where their ids meet."""

import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from opentelemetry.trace import SpanContext

from otel_training import conventions as names
from otel_training.capture.result import Result, read_result
from otel_training.conventions import Kind, Outcome
from otel_training.events.answer import prefill
from otel_training.events.event import Event
from otel_training.events.finish import finish
from otel_training.events.finisher import Finisher
from otel_training.events.host_json import read_json
from otel_training.imports.messages import texts_in
from otel_training.imports.rows import UnreadableError
from otel_training.privacy.json_text import json_spans
from otel_training.privacy.redact import Redactor
from otel_training.record.fields import FIELD_LIMIT, NAME_LIMIT, number
from otel_training.record.record import JSON, Record, Scalar
from otel_training.record.values import INT64, clean, snapshot, text_of

NAMESPACE: Final = uuid.UUID("b9e6b3f2-2d0f-5c0a-8f3e-7a0c54d1f6c3")
Figures: TypeAlias = dict[str, Scalar | None]
Known: TypeAlias = Callable[[int], Mapping[str, int]]
"""Gives the ids of the records in the store whose imported line is this or a later one, each with its line."""

_LETTER: Final = re.compile(r"[^\W\d_]")
_URL_KEYS: Final = (names.SOURCE_URL, "source_url", "sourceUrl", "url")
_TOPIC_KEYS: Final = (names.TOPIC, "topic")
_VOTES: Final = frozenset({"userfeedback", "feedback", "thumbs", "like"})
_SCORES: Final = {
    "qualityscore": names.SCORE_QUALITY, "quality": names.SCORE_QUALITY,
    "passedfilters": names.SCORE_PASSED, "passed": names.SCORE_PASSED,
}  # fmt: skip
NO_MESSAGES: Final = "holds no messages: its content was not captured"
NO_INSIGHTS: Final = "has an answer without insights in JSON"


@dataclass(frozen=True, slots=True)
class Held:
    """What the store holds already."""

    ids: Known = lambda _: {}
    met: Callable[[], Mapping[str, str]] = dict  # gives the extractions by the id of a response, and by trace and span


class SkippedError(Exception):
    """A record is none that training data is made of; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a model as somebody else told it."""

    identity: str  # what tells it from all others, wherever it is told
    time: int
    messages: list[JSON]
    outputs: list[JSON]
    figures: Figures
    tools: JSON = None
    place: str = ""  # trace and span that it was made under
    context: SpanContext | None = None
    hints: Sequence[object] = ()  # what may name the source's URL and the topic
    service: str = ""
    task: str = ""
    extraction: str = ""  # the extraction that it was made for, where that is known


@dataclass(frozen=True, slots=True)
class Answer:
    """What an app returned, as somebody else told it."""

    identity: str
    time: int
    result: Result
    source: str
    figures: Figures
    hints: Sequence[object] = ()
    service: str = ""
    context: SpanContext | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """What somebody thinks of an answer."""

    identity: str
    time: int
    target: str
    name: str
    value: float
    is_human: bool = False
    reader: object = None


@dataclass(slots=True)
class Gathering:
    """What an import has read so far, and what it needs to know of the store."""

    finisher: Finisher
    held: Held
    records: Counter[str] = field(default_factory=Counter)
    seen: set[bytes] = field(default_factory=set)
    met: dict[str, str] = field(default_factory=dict)  # what our own events of this import say of it
    insights: dict[str, list[str]] = field(default_factory=dict)
    """Of each extraction of this import, for the votes on it."""
    without_url: int = 0  # extractions of this import without a source's URL
    unscored: set[str] = field(default_factory=set)  # extractions of this import without a quality score

    def take(self, record: Record, events: Iterator[Event] | None = None) -> list[Event]:
        """Count a record, and return its events where they are neither in the store nor told before."""
        identity = uuid.UUID(record.event_id).bytes
        if identity in self.seen:
            return []
        self.seen.add(identity)
        self.records[record.kind.value] += 1
        finished = list(finish(record, self.finisher) if events is None else events)
        if record.kind is Kind.EXTRACTION:
            self._note(record, finished)
        return [] if record.event_id in self.held.ids(0) else finished

    def redact(self, name: str) -> str:
        """Redact what somebody named something."""
        return Redactor(self.finisher.rules).replace_alone(name)

    def met_by(self, response: str, place: str) -> str:
        """Return the extraction that a response, or trace and span, belongs to already; empty where none does."""
        keys = [key for key, value in ((f"response {response}", response), (f"span {place}", place)) if value]
        return next((known for key in keys if (known := self.met.get(key) or self.held.met().get(key))), "")

    def _note(self, record: Record, events: list[Event]) -> None:
        attributes = events[0].attributes
        body = read_json((events[0].body or "{}").encode())
        output = body.get(names.OUTPUT) if isinstance(body, dict) else None
        items = [item for item in output if isinstance(item, dict)] if isinstance(output, list) else []
        self.insights[record.event_id] = [str(item["insight_id"]) for item in items if item.get("insight_id")]
        self.without_url += not attributes.get(names.SOURCE_URL)
        if attributes.get(names.QUALITY) is None:
            self.unscored.add(record.event_id)


def identify(kind: str, identity: str) -> str:
    """Return the id of what others told under an id of their own."""
    return str(uuid.uuid5(NAMESPACE, clean(f"{kind}\n{identity}")))


def call_events(call: Call, line: int, gathering: Gathering) -> Iterator[Event]:
    """Yield the events of a call, and of the extraction that it is by itself, where no other is known for it."""
    if not call.outputs:
        raise SkippedError(NO_MESSAGES)
    own = identify("extraction", str(call.figures.get(names.RESPONSE_ID) or call.identity))
    met = call.extraction or gathering.met_by(str(call.figures.get(names.RESPONSE_ID) or ""), call.place)
    result = None
    if not met or met == own:
        result = _read_insights(call)
        if result is None and own not in gathering.insights:
            raise SkippedError(NO_INSIGHTS)
    extraction = met or own
    attributes = {names.EXTRACTION_ID: extraction, **call.figures}
    content = {"input": call.messages, "outputs": call.outputs, "tools": call.tools}
    record = Record(
        Kind.LLM_CALL, identify("call", call.identity), call.time, attributes, snapshot(content), context=call.context
    )
    yield from gathering.take(record)
    if result is not None:
        source = "\n\n".join(texts_in(call.messages))
        figures = {names.TASK_NAME: call.task, names.DURATION: call.figures.get(names.DURATION)}
        answer = Answer(own, call.time, result, source, figures, call.hints, call.service, call.context)
        yield from answer_events(answer, line, gathering)


def answer_events(answer: Answer, line: int, gathering: Gathering) -> Iterator[Event]:
    """Yield the event of an extraction."""
    limit = gathering.finisher.content_limit
    attributes: Figures = {
        names.EXTRACTION_ID: answer.identity,
        names.OUTCOME: Outcome.OK.value,
        names.OUTPUT_COUNT: answer.result.insight_count,
        names.QUALITY: answer.result.quality_score,
        names.PASSED: answer.result.passed_filters,
        names.SOURCE_TRUNCATED: len(answer.source) > limit,
        names.IMPORTED: line,
        **answer.figures,
        names.TASK_NAME: gathering.redact(str(answer.figures.get(names.TASK_NAME) or "")) or None,
    }
    content = {
        "topic": text_of(_named(answer.hints, _TOPIC_KEYS), FIELD_LIMIT),
        "source_url": text_of(_named(answer.hints, _URL_KEYS), FIELD_LIMIT),
        # Whole: what an insight quotes may stand behind the limit.
        "source_content": answer.source,
        "insights": answer.result.insights_json(),
    }
    record = Record(
        Kind.EXTRACTION, answer.identity, answer.time, attributes, snapshot(content), context=answer.context
    )
    yield from gathering.take(record)


def score_events(score: Score, line: int, gathering: Gathering) -> Iterator[Event]:
    """Yield the event of a score; of a reader's thumb also the votes on what the answer held."""
    plain = "".join(letter for letter in score.name.casefold() if letter.isalnum())
    name = _SCORES.get(plain) or gathering.redact(text_of(score.name, NAME_LIMIT) or "")
    attributes: Figures = {names.SCORE_TARGET: score.target, names.SCORE_NAME: name, names.SCORE_VALUE: score.value}
    if score.is_human:
        attributes[names.EVALUATOR_KIND] = names.HUMAN
    if name == names.SCORE_QUALITY:
        gathering.unscored.discard(score.target)
    yield from gathering.take(Record(Kind.SCORE, identify("score", score.identity), score.time, attributes))
    if plain in _VOTES and score.value in (-1, 0, 1):
        action = "like" if score.value > 0 else "x"
        for insight in gathering.insights.get(score.target, ()):
            content = snapshot({"insight_id": insight, "action": action})
            identity = identify("vote", f"{score.identity}\n{insight}")
            yield from gathering.take(
                Record(Kind.FEEDBACK, identity, score.time, {names.IMPORTED: line}, content, user_id=score.reader)
            )


def find_target(identities: Sequence[str], gathering: Gathering) -> str:
    """Return the first extraction of these that is known; raises `SkippedError` where none is."""
    for identity in identities:
        if identity in gathering.insights or identity in gathering.held.ids(0):
            return identity
    raise SkippedError("is about no answer that was taken in")


def count(value: object) -> int | None:
    """Return a count of tokens, also one that a text holds; None for what is none."""
    figure = number(value)
    return int(figure) if figure is not None and 0 <= figure < INT64 else None


def total(*counts: int | None) -> int | None:
    """Return the sum of what is known; None where the first is not."""
    return None if counts[0] is None else min(sum(each or 0 for each in counts), INT64 - 1)


def name_of(value: object) -> str | None:
    """Return a name; None for what is no text."""
    return text_of(value, NAME_LIMIT) or None if isinstance(value, str) else None


def read_answer(text: str) -> Result | None:
    """Read the insights of an answer, where it is JSON for the most part; None where it has none."""
    for value, start, end in json_spans(text):
        result = read_result(value)
        insights = result.insights
        if insights is None or 2 * (end - start) < len(text):
            continue
        if any(text and _LETTER.search(text) for text, _, _ in insights):
            return result
        if not insights and isinstance(value, dict):
            return result
    return read_result([]) if text.strip() == "[]" else None


def require(value: object, what: str) -> Any:
    """Return what is a non-empty text; raises `UnreadableError` otherwise."""
    if not isinstance(value, str) or not value:
        raise UnreadableError(f"{what} is missing")
    return value


def _read_insights(call: Call) -> Result | None:
    begun = prefill(call.messages)
    return next((result for output in call.outputs if (result := read_answer(f"{begun}{output}"))), None)


def _named(hints: Sequence[object], keys: Sequence[str]) -> object:
    """Return the first text under one of the keys, in objects or the objects in them."""
    waiting = [hint for hint in hints if isinstance(hint, dict)]
    for fields in waiting:
        for key in keys:
            if isinstance(fields.get(key), str) and fields[key]:
                return fields[key]
        if len(waiting) < len(hints) + 16:
            waiting += [value for value in fields.values() if isinstance(value, dict)]
    return None
