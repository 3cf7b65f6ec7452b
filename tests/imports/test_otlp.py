"""OTLP files of any collector."""

import base64
import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

import otel_training
from otel_training.folder import DataFolder
from otel_training.pipeline import process
from tests.conftest import log_records

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("migrated")]

PROMPT = "Extract insights: Orders rose by 9 %, says bob@news.example."
ANSWER = '{"insights": [{"text": "Orders rose by 9 %", "category": "market"}]}'
TRACE = "5b8efff798038103d269b633813fc60c"
SENT = [{"role": "user", "parts": [{"type": "text", "content": PROMPT}]}]
ANSWERED = [
    {"role": "assistant", "parts": [{"type": "reasoning", "content": "Hm."}, {"type": "text", "content": ANSWER}]}
]
SYSTEM = [{"type": "text", "content": "You extract."}]
USAGE = {"gen_ai.usage.input_tokens": 1200, "gen_ai.usage.output_tokens": 80}
CHAT = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "anthropic",
    "gen_ai.request.model": "claude-haiku-4-5",
    "gen_ai.response.finish_reasons": ["stop"],
    **USAGE,
}


def value(content: Any) -> dict[str, Any]:
    """Write OTLP's `AnyValue`."""
    match content:
        case bool():
            return {"boolValue": content}
        case int():
            return {"intValue": str(content)}
        case float():
            return {"doubleValue": content}
        case list():
            return {"arrayValue": {"values": [value(each) for each in content]}}
        case dict():
            return {"kvlistValue": {"values": pairs(content)}}
    return {"stringValue": content}


def pairs(attributes: dict[str, Any]) -> list[dict[str, Any]]:
    """Write OTLP's attributes."""
    return [{"key": key, "value": value(content)} for key, content in attributes.items()]


def span(number: int, attributes: dict[str, Any], *events: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Write a span that took two and a half seconds."""
    return {
        "traceId": TRACE, "spanId": f"{number:016x}", "name": "chat", "kind": 3,
        "startTimeUnixNano": "1760000000000000000", "endTimeUnixNano": "1760000002500000000",
        "attributes": pairs(attributes), "events": list(events), "status": {}, **fields,
    }  # fmt: skip


def event(name: str, attributes: dict[str, Any]) -> dict[str, Any]:
    """Write an event of a span."""
    return {"timeUnixNano": "1760000001000000000", "name": name, "attributes": pairs(attributes)}


def record(number: int, name: str, attributes: dict[str, Any], body: Any = None) -> dict[str, Any]:
    """Write a log record."""
    return {
        "timeUnixNano": "1760000002400000000", "observedTimeUnixNano": "1760000002400000001", "eventName": name,
        "traceId": TRACE, "spanId": f"{number:016x}", "attributes": pairs(attributes),
        **({} if body is None else {"body": value(body)}),
    }  # fmt: skip


def request(*spans: dict[str, Any], logs: Any = (), service: str = "feed") -> list[dict[str, Any]]:
    """Write the export requests that hold these."""
    resource, scope = {"attributes": pairs({"service.name": service})}, {"name": "other", "version": "1"}
    signals = (("resourceSpans", "scopeSpans", "spans", spans), ("resourceLogs", "scopeLogs", "logRecords", logs))
    return [
        {outer: [{"resource": resource, inner: [{"scope": scope, key: list(items)}]}]}
        for outer, inner, key, items in signals
        if items
    ]


def lines(path: Path, *requests: Any) -> Path:
    """Write a file as the file exporter does: a request a line."""
    path.write_text("".join(json.dumps(each) + "\n" for each in requests), encoding="utf-8")
    return path


CONTENT = {
    "gen_ai.system_instructions": json.dumps(SYSTEM),
    "gen_ai.input.messages": json.dumps(SENT),
    "gen_ai.output.messages": json.dumps(ANSWERED),
}
STRUCTURED = {
    "gen_ai.system_instructions": SYSTEM,
    "gen_ai.input.messages": SENT,
    "gen_ai.output.messages": ANSWERED,
}
DETAILS = "gen_ai.client.inference.operation.details"
OLD = {"gen_ai.system": "anthropic", "event.name": "x"}
FORMS: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {
    "attributes of the span": ([span(1, {**CHAT, **CONTENT})], []),
    "an event of the span": ([span(2, CHAT, event(DETAILS, {**CHAT, **STRUCTURED}))], []),
    "a log event's attributes": ([], [record(3, DETAILS, {**CHAT, **STRUCTURED})]),
    "a log event's body, figures in the span": ([span(4, CHAT)], [record(4, DETAILS, {}, STRUCTURED)]),
    "an event a message": (
        [span(5, CHAT)],
        [
            record(5, "gen_ai.system.message", OLD, {"content": "You extract."}),
            record(5, "gen_ai.user.message", OLD, {"content": PROMPT}),
            record(5, "gen_ai.choice", OLD, {"index": 0, "finish_reason": "stop", "message": {"content": ANSWER}}),
        ],
    ),
    "an event of the span a message": (
        [
            span(
                6,
                {**CHAT, "gen_ai.system": "anthropic"},
                event("gen_ai.system.message", {"gen_ai.event.content": '{"content": "You extract."}'}),
                event("gen_ai.user.message", {"role": "user", "content": PROMPT}),
                event("gen_ai.choice", {"message": json.dumps({"role": "assistant", "content": ANSWER}), "index": 0}),
            )
        ],
        [],
    ),
    "OpenLLMetry": (
        [
            span(
                7,
                {
                    **CHAT,
                    "gen_ai.prompt.0.role": "system",
                    "gen_ai.prompt.0.content": "You extract.",
                    "gen_ai.prompt.1.role": "user",
                    "gen_ai.prompt.1.content": json.dumps([{"type": "text", "text": PROMPT}]),
                    "gen_ai.completion.0.role": "assistant",
                    "gen_ai.completion.0.content": ANSWER,
                    "gen_ai.completion.0.finish_reason": "stop",
                    "llm.usage.total_tokens": 1280,
                },
            )
        ],
        [],
    ),
    "OpenInference": (
        [
            span(
                8,
                {
                    "openinference.span.kind": "LLM",
                    "llm.provider": "anthropic",
                    "llm.model_name": "claude-haiku-4-5",
                    "llm.token_count.prompt": 1200,
                    "llm.token_count.completion": 80,
                    "gen_ai.response.finish_reasons": '["stop"]',
                    "llm.input_messages.0.message.role": "system",
                    "llm.input_messages.0.message.content": "You extract.",
                    "llm.input_messages.1.message.role": "user",
                    "llm.input_messages.1.message.contents.0.message_content.type": "text",
                    "llm.input_messages.1.message.contents.0.message_content.text": PROMPT,
                    "llm.output_messages.0.message.role": "assistant",
                    "llm.output_messages.0.message.content": ANSWER,
                },
            )
        ],
        [],
    ),
    "a tool's arguments": (
        [
            span(
                9,
                {
                    **CHAT,
                    **CONTENT,
                    "gen_ai.output.messages": json.dumps(
                        [
                            {
                                "role": "assistant",
                                "parts": [
                                    {"type": "tool_call", "id": "t", "name": "save", "arguments": json.loads(ANSWER)}
                                ],
                            }
                        ]
                    ),
                },
            )
        ],
        [],
    ),
}


def test_each_way_to_tell_of_a_call_gives_the_same_example(tmp_path: Path, command: Any, rows: Any) -> None:
    """Of nine forms each is an example, with its prompt, its answer, its usage, its cost, and nobody's address."""
    spans = [each for form, _ in FORMS.values() for each in form]
    logs = [each for _, form in FORMS.values() for each in form]
    # What is said first is of use only with what comes in the other file.
    files = [lines(tmp_path / "logs", *request(logs=logs)), lines(tmp_path / "spans", *request(*spans))]
    code, out, err = command("import", *files)
    assert (0, f"Imported {len(FORMS)} extraction, {len(FORMS)} llm_call; skipped 0 unreadable lines.\n") == (code, out)
    assert "Left out" not in err

    redacted = "Extract insights: Orders rose by 9 %, says <EMAIL_1>."
    messages = [{"role": "system", "content": "You extract."}, {"role": "user", "content": redacted}]
    for row in rows("view", "llm_call"):
        assert (messages, json.loads(ANSWER)) == (json.loads(row["messages"]), json.loads(row["output"]))
        assert ("anthropic", "claude-haiku-4-5", 1200, 80, "stop", 0.0016) == tuple(
            row[name] for name in ("provider", "model", "input_tokens", "output_tokens", "finish_reason", "cost")
        )
    insights = [{"text": "Orders rose by 9 %", "category": "market"}]
    assert [(redacted, insights)] * len(FORMS) == [
        (row["source_content"], row["extracted_insights"]) for row in rows("view", "extraction")
    ]
    assert [True] * len(FORMS) == [
        row["timestamp"].startswith("2025-10-09T08:53:22") for row in rows("view", "llm_call")
    ]
    assert 0 == command("export", "--out", "t.jsonl", "--no-score", "--min-viewers", "0", "--net-above", "-1")[0]
    (exported,) = (tmp_path / "t.jsonl").read_text("utf-8").splitlines()
    assert [*messages, {"role": "assistant", "content": ANSWER}] == json.loads(exported)["messages"]


def snaked(node: Any) -> Any:
    """Write names in snake case and ids in base64, as plain protobuf in JSON may."""
    if isinstance(node, list):
        return [snaked(each) for each in node]
    if not isinstance(node, dict):
        return node
    named = {re.sub("(?<=[a-z])([A-Z])", r"_\1", key).lower(): snaked(each) for key, each in node.items()}
    for key in ("trace_id", "span_id", "parent_span_id"):
        if named.get(key):
            named[key] = base64.b64encode(bytes.fromhex(named[key])).decode()
    return named


def test_however_it_is_written_it_is_the_same(tmp_path: Path, rows: Any) -> None:
    """Lines, zipped, a list, documents, in UTF-16, in snake case with base64: at once, and when it comes again."""
    requests = request(span(1, {**CHAT, **CONTENT}))
    dense, wide = (
        b"".join(json.dumps(each, indent=indent).encode() + b"\r\n" for each in requests) for indent in (None, 2)
    )
    forms = [
        dense, gzip.compress(dense), wide, json.dumps(requests).encode(), json.dumps(requests, indent=2).encode(),
        wide.decode().encode("utf-16"), b"\xef\xbb\xbf" + json.dumps(snaked(requests)).encode(),
    ]  # fmt: skip
    files = [tmp_path / f"{number}" for number in range(len(forms))]
    for file, form in zip(files, forms, strict=True):
        file.write_bytes(form)
    expected = [{"imported": {"extraction": 1, "llm_call": 1}, "unreadable": 0, "skipped": {}}]
    assert expected == rows("import", *files)

    before = rows("view")
    assert (2, expected, before) == (len(before), rows("import", *files[::-1]), rows("view"))


def test_a_call_that_app_and_gateway_tell_of_is_one(
    tmp_path: Path, command: Any, rows: Any, folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its response, or by the span above it; whether the app's events were drained or are in the file."""

    @otel_training.extraction
    def extract(source_content: str, *, is_reported: bool) -> Any:
        if is_reported:
            otel_training.current().llm_call(
                model="claude-haiku-4-5", provider="anthropic", input=PROMPT, output=ANSWER,
                input_tokens=1200, output_tokens=80, response_id="msg_1",
            )  # fmt: skip
        return json.loads(ANSWER)

    extract("a", is_reported=True)
    extract("b", is_reported=False)
    own = log_records(folder)
    parents = [(each["traceId"], each["spanId"]) for each in own if each["eventName"] == "training.extraction"]
    reported = span(1, {**CHAT, **CONTENT, "gen_ai.response.id": "msg_1"})
    untold = span(2, {**CHAT, **CONTENT}, traceId=parents[1][0], parentSpanId=parents[1][1])
    gateway = lines(tmp_path / "gateway.json", *request(reported, untold))
    together = lines(tmp_path / "all.json", *request(reported, untold, logs=own))
    command("import", gateway)
    before = rows("view")
    monkeypatch.setenv("OTEL_TRAINING_HOME", str(tmp_path / "other"))
    process.reset()
    command("import", together)

    calls = [row for row in before if row["stage"] == "llm_call"]
    ids = {row["extraction_id"] for row in before if row["stage"] == "extraction"}
    assert (2, 2, ids) == (len(ids), len(calls), {row["extraction_id"] for row in calls})
    assert [0.0016, 0.0016] == [row["cost"] for row in calls]
    assert (calls, ids) == (rows("view", "llm_call"), {row["extraction_id"] for row in rows("view", "extraction")})


def test_says_what_is_no_call_and_what_lacks_its_content(tmp_path: Path, command: Any, rows: Any) -> None:
    """Agents and tools repeat messages of calls; what holds none cannot be an example; the place is named."""
    path = lines(
        tmp_path / "a",
        *request(
            span(1, {**CHAT, **CONTENT, "gen_ai.operation.name": "invoke_agent"}),
            span(2, {**CHAT, **CONTENT, "gen_ai.operation.name": "embeddings"}),
            span(3, CHAT),
            span(4, {"http.route": "/feed"}),
            span(
                5,
                {
                    **CHAT,
                    **CONTENT,
                    "gen_ai.output.messages": json.dumps([{"role": "assistant", "content": "Hi [1]."}]),
                },
            ),
            span(6, {**CHAT, **CONTENT}, startTimeUnixNano="0", endTimeUnixNano="soon"),
        ),
        {"resourceMetrics": []},
    )
    code, out, err = command("import", path)

    assert (1, "Imported nothing; skipped 2 unreadable lines.\n") == (code, out)
    assert [
        f"{path}:2: is of no format that is known: no old log, OTLP, Langfuse export or Bedrock log",
        f"{path}:1: has no time",
        f"Left out: 1 record that has an answer without insights in JSON, first at {path}:1.",
        f"Left out: 1 record that holds no messages: its content was not captured, first at {path}:1.",
        f"Left out: 1 record that is a span or log record that tells of no call of a model, first at {path}:1.",
        f"Left out: 1 record that is no call of a model (embeddings), first at {path}:1.",
        f"Left out: 1 record that is no call of a model (invoke_agent), first at {path}:1.",
    ] == err.splitlines()


def secretly(event: dict[str, Any], number: int, marks: dict[str, str]) -> dict[str, Any]:
    """Return an extraction with an address in it, with other marks of a redaction, under an id of its own."""
    dropped = ("training.redaction", "training.event.id")
    kept = [each for each in event["attributes"] if each["key"] not in dropped]
    named = pairs({**marks, "training.event.id": f"0193a7f0-0000-7000-8000-00000000000{number}"})
    body = event["body"]["stringValue"].replace("<EMAIL_1>", "eve@news.example")
    return {**event, "attributes": [*kept, *named], "spanId": f"{number:016x}", "body": {"stringValue": body}}


def test_our_own_events_are_the_records_that_they_were(
    tmp_path: Path, command: Any, rows: Any, folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another store holds the same; a body that nobody redacted is left out, one by other rules is redacted."""

    @otel_training.extraction
    def extract(topic: str, source_url: str, source_content: str) -> Any:
        otel_training.current().llm_call(model="m", input=source_content, output=ANSWER)
        return json.loads(ANSWER)

    extract("chips", "https://news.example/1", "Mail bob@news.example")
    otel_training.record_feedback("a", "like", user_id=1)
    own = log_records(folder)
    before = rows("view")
    score = {"gen_ai.evaluation.name": "Quality", "gen_ai.evaluation.score.value": 7}
    extraction = next(each for each in own if each["eventName"] == "training.extraction")
    place = {key: extraction[key] for key in ("traceId", "spanId")}
    evaluated = {**record(1, "gen_ai.evaluation.result", score), **place}
    others = [secretly(extraction, 1, {"training.redaction": "full"}), secretly(extraction, 2, {})]
    (service,) = {row["service"] for row in before if "service" in row}
    path = lines(tmp_path / "own", *request(logs=[*own, evaluated, *others], service=service))
    monkeypatch.setenv("OTEL_TRAINING_HOME", str(tmp_path / "other"))
    process.reset()
    assert 0 == command("import", path)[0]

    after = rows("view")
    assert [{**row, "quality_score": 7} if row["stage"] == "extraction" else row for row in before] == [
        row for row in after if row.get("event_id", row.get("extraction_id")) in json.dumps(before)
    ]
    taken = [row for row in after if row["stage"] == "extraction" and row["extraction_id"].startswith("0193a7f0")]
    contents = {row["extraction_id"][-1]: row["source_content"] for row in taken}
    assert {"1": "Mail <EMAIL_1>", "2": None} == contents
