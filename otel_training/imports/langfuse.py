"""An export of Langfuse: traces, observations and scores, as its API, its tables and its blob storage write them.

Format: Langfuse's public API and "Blob Storage Export Field Reference"; names in camel or snake case. A trace whose own
output holds insights is an extraction, its generations are the calls for it; else each generation is by itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from otel_training import conventions as names
from otel_training.events.event import Event
from otel_training.imports.call import (
    Answer,
    Call,
    Figures,
    Gathering,
    Score,
    SkippedError,
    answer_events,
    call_events,
    count,
    find_target,
    identify,
    name_of,
    read_answer,
    require,
    score_events,
    total,
)
from otel_training.imports.messages import parse, read_messages, read_outputs
from otel_training.imports.rows import UnreadableError, get, mapping_of, nanoseconds, objects_in
from otel_training.record.fields import as_id, number

_TRACE_SIGNS: Final = (
    "session_id", "user_id", "html_path", "project_id", "public", "release", "observations", "scores", "bookmarked",
)  # fmt: skip
_CALLS: Final = frozenset({"GENERATION", ""})
_USAGE: Final = {
    names.INPUT_TOKENS: ("input", "prompt_tokens", "input_tokens", "promptTokens"),
    names.OUTPUT_TOKENS: ("output", "completion_tokens", "output_tokens", "completionTokens"),
    names.CACHE_READ_TOKENS: ("cache_read_input_tokens", "input_cached_tokens", "input_cache_read"),
    names.CACHE_WRITE_TOKENS: ("cache_creation_input_tokens", "input_cache_creation"),
}
_WORDS: Final = {"true": 1.0, "false": 0.0}


@dataclass(slots=True)
class Export:
    """What an export has said so far of its traces."""

    readers: dict[str, object] = field(default_factory=dict)
    extractions: dict[str, list[str]] = field(default_factory=dict)  # of each trace the extractions in it
    hints: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


def rank_of(row: Mapping[str, Any]) -> int | None:
    """Return in which turn a row is read: traces, then observations, then scores; None for what is not Langfuse's."""
    if not isinstance(row.get("id"), str):
        return None
    if get(row, "start_time") is not None:
        return 1
    about = get(row, "trace_id"), get(row, "data_type")
    if "name" in row and about != (None, None) and ("value" in row or get(row, "string_value") is not None):
        return 3
    return 0 if "timestamp" in row and any(get(row, sign) is not None for sign in _TRACE_SIGNS) else None


def nested_rows(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the rows that a page of the API, or a whole trace or session, holds."""
    for key in ("data", "traces", "observations", "scores"):
        yield from objects_in(row.get(key))
    if isinstance(row.get("trace"), dict):
        yield row["trace"]


def langfuse_events(
    row: Mapping[str, Any], rank: int, line: int, export: Export, gathering: Gathering
) -> Iterator[Event]:
    """Yield the events of a trace, an observation or a score."""
    return {0: _trace, 1: _observation, 3: _score}[rank](row, line, export, gathering)


def _trace(row: Mapping[str, Any], line: int, export: Export, gathering: Gathering) -> Iterator[Event]:
    identity = row["id"]
    export.readers[identity] = as_id(get(row, "user_id"))
    sent = parse(row.get("input"))
    export.hints[identity] = hints = [each for each in (parse(row.get("metadata")), sent) if isinstance(each, dict)]
    output = row.get("output")
    result = next((result for text in read_outputs(output) if (result := read_answer(str(text)))), None)
    if result is None:
        return
    extraction = identify("extraction", f"langfuse trace {identity}")
    export.extractions[identity] = [extraction]
    named = _content_of(sent)
    figures: Figures = {names.TASK_NAME: name_of(row.get("name")), names.DURATION: number(row.get("latency"))}
    yield from answer_events(
        Answer(extraction, nanoseconds(row.get("timestamp")), result, named, figures, hints), line, gathering
    )


def _observation(row: Mapping[str, Any], line: int, export: Export, gathering: Gathering) -> Iterator[Event]:
    identity, trace = row["id"], str(get(row, "trace_id") or "")
    if (kind := str(row.get("type") or "")) not in _CALLS:
        raise SkippedError(f"is no generation ({kind[:40].lower()})")
    export.readers.setdefault(trace, as_id(get(row, "user_id")))
    whole = export.extractions.get(trace, [])
    known = identify("extraction", f"langfuse trace {trace}")
    own = identify("extraction", f"langfuse {identity}")
    sent = parse(row.get("input"))
    call = Call(
        f"langfuse {identity}", nanoseconds(get(row, "end_time") or get(row, "start_time")), read_messages(sent),
        [] if row.get("output") is None else read_outputs(row["output"]), _figures(row),
        sent.get("tools") if isinstance(sent, dict) else None,
        hints=[parse(row.get("metadata")), *export.hints.get(trace, []), sent],
        task=name_of(get(row, "trace_name") or row.get("name")) or "",
        extraction=known if known in whole or known in gathering.held.ids(0) else "",
    )  # fmt: skip
    yield from call_events(call, line, gathering)
    if own in gathering.insights:
        export.extractions.setdefault(trace, []).append(own)


def _score(row: Mapping[str, Any], line: int, export: Export, gathering: Gathering) -> Iterator[Event]:
    trace, observation = str(get(row, "trace_id") or ""), get(row, "observation_id")
    name, value = require(row.get("name"), "name"), _value(row)
    time = nanoseconds(row.get("timestamp") or get(row, "created_at"))
    targets = [identify("extraction", f"langfuse {observation}")] if observation else []
    targets.append(identify("extraction", f"langfuse trace {trace}"))
    if len(in_trace := export.extractions.get(trace, [])) == 1:
        targets += in_trace
    score = Score(
        f"langfuse {row['id']}",
        time,
        find_target(targets, gathering),
        name,
        value,
        is_human=row.get("source") == "ANNOTATION",
        reader=export.readers.get(trace),
    )
    yield from score_events(score, line, gathering)


def _value(row: Mapping[str, Any]) -> float:
    """Return a score's figure: a category has one where it is a number, or true or false."""
    words = [row.get("value"), get(row, "string_value")]
    figures = [_WORDS.get(word.casefold()) if isinstance(word, str) else None for word in words]
    figures += [float(word) if isinstance(word, bool) else number(word) for word in words]
    value = next((figure for figure in figures if figure is not None), None)
    if value is None and isinstance(words[1] or words[0], str):
        raise SkippedError("is a category without a figure")
    if value is None:
        raise UnreadableError("value is no number")
    return value


def _figures(row: Mapping[str, Any]) -> Figures:
    usage = {**mapping_of(parse(row.get("usage"))), **mapping_of(parse(get(row, "usage_details")))}
    tokens = {
        name: next((n for key in keys if (n := count(usage.get(key))) is not None), None)
        for name, keys in _USAGE.items()
    }
    # Beside each other, so that they can be summed.
    tokens[names.INPUT_TOKENS] = total(
        tokens[names.INPUT_TOKENS], tokens[names.CACHE_READ_TOKENS], tokens[names.CACHE_WRITE_TOKENS]
    )
    failed = row.get("level") == "ERROR"
    model = name_of(row.get("model")) or name_of(get(row, "provided_model_name"))
    started, ended, first = (get(row, key) for key in ("start_time", "end_time", "completion_start_time"))
    parameters = mapping_of(parse(get(row, "model_parameters")))
    return {
        names.MODEL: model, names.MAX_TOKENS: count(parameters.get("max_tokens")),
        names.ERROR_TYPE: "error" if failed else None, names.DURATION: _seconds(started, ended),
        names.FIRST_CHUNK: _seconds(started, first), **tokens,
    }  # fmt: skip


def _seconds(start: object, end: object) -> float | None:
    if start is None or end is None:
        return None
    return max(nanoseconds(end) - nanoseconds(start), 0) / 1e9


def _content_of(sent: object) -> str:
    """Return the source's text where the input of a traced function names it, else all that is text in it."""
    waiting = [sent]
    texts: list[str] = []
    for value in waiting:
        if isinstance(value, dict):
            if isinstance(value.get("source_content"), str):
                return str(value["source_content"])
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str):
            texts.append(value)
    return max(texts, key=len, default="")
