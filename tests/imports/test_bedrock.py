"""Bedrock's log of model invocations."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

import otel_training

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("migrated")]

PROMPT = "Extract insights: Orders rose by 9 %, says bob@news.example."
ANSWER = '{"insights": [{"text": "Orders rose by 9 %"}]}'
MODEL = "eu.anthropic.claude-haiku-4-5-20251001-v1:0"
PROFILE = f"arn:aws:bedrock:eu-central-1:123456789012:inference-profile/{MODEL}"
CLAUDE = {
    "anthropic_version": "bedrock-2023-05-31",
    "max_tokens": 500,
    "system": [{"type": "text", "text": "You extract.", "cache_control": {"type": "ephemeral"}}],
    "messages": [{"role": "user", "content": [{"type": "text", "text": PROMPT}]}],
}
USAGE = {"input_tokens": 200, "cache_read_input_tokens": 1000, "cache_creation_input_tokens": 0, "output_tokens": 80}
MESSAGE = {
    "id": "msg_bdrk_1", "type": "message", "role": "assistant", "model": "claude-haiku-4-5-20251001",
    "content": [{"type": "text", "text": ANSWER}], "stop_reason": "end_turn", "usage": USAGE,
}  # fmt: skip
STREAM = [
    {"type": "message_start", "message": {**MESSAGE, "id": "msg_bdrk_2", "content": [], "stop_reason": None}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": ANSWER[:20]}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": ANSWER[20:]}},
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 80}},
    {
        "type": "message_stop",
        "amazon-bedrock-invocationMetrics": {
            "inputTokenCount": 200, "outputTokenCount": 80, "invocationLatency": 2500, "firstByteLatency": 400,
        },
    },
]  # fmt: skip
CONVERSE = {
    "system": [{"text": "You extract."}],
    "messages": [{"role": "user", "content": [{"text": PROMPT}]}],
    "inferenceConfig": {"maxTokens": 500},
    "requestMetadata": {"topic": "chips", "source_url": "https://news.example/1"},
}
CONVERSED = {
    "output": {"message": {"role": "assistant", "content": [{"text": ANSWER}]}},
    "stopReason": "end_turn",
    "metrics": {"latencyMs": 2500},
    "usage": {"inputTokens": 200, "outputTokens": 80, "totalTokens": 280},
}


def invocation(number: int, operation: str, sent: Any, answered: Any, **fields: Any) -> dict[str, Any]:
    """Write an invocation as the log does."""
    return {
        "schemaType": "ModelInvocationLog", "schemaVersion": "1.0", "timestamp": f"2026-03-01T12:00:0{number}Z",
        "accountId": "123456789012", "identity": {"arn": "arn:aws:sts::123456789012:assumed-role/r/bob@news.example"},
        "region": "eu-central-1", "requestId": f"a1b2c3d4-5678-90ab-cdef-00000000000{number}", "operation": operation,
        "modelId": PROFILE,
        "input": {
            "inputContentType": "application/json", "inputBodyJson": sent, "inputTokenCount": 200,
            "cacheReadInputTokenCount": 1000, "cacheWriteInputTokenCount": 0,
        },
        "output": {"outputContentType": "application/json", "outputBodyJson": answered, "outputTokenCount": 80},
        "inferenceRegion": "eu-west-1", **fields,
    }  # fmt: skip


CALLS = [
    invocation(1, "InvokeModel", CLAUDE, MESSAGE),
    invocation(2, "InvokeModelWithResponseStream", CLAUDE, STREAM),
    invocation(3, "Converse", CONVERSE, CONVERSED),
    invocation(4, "ConverseStream", CONVERSE, CONVERSED),
    invocation(5, "InvokeModel", json.dumps(CLAUDE), json.dumps({**MESSAGE, "id": "msg_bdrk_5"})),
]
PLAIN = {"prompt": f"<|begin_of_text|>{PROMPT}", "max_gen_len": 9}
LLAMA = invocation(6, "InvokeModel", PLAIN, {"generation": ANSWER, "stop_reason": "stop"})


NO_URL = (
    "1 of 1 example without a source's URL: name it as `source_url` in what is sent as metadata, or equal texts of two "
    "sources are one insight."
)


def log(path: Path, *rows: Any) -> Path:
    """Write a log as it lies in S3."""
    path.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode()))
    return path


def test_each_operation_gives_an_example(tmp_path: Path, command: Any, rows: Any) -> None:
    """Streamed or not, Claude's body or Converse's: prompt, answer, usage with its cache, price; twice is once."""
    path = log(tmp_path / "20260301T120000000Z_1.json.gz", *CALLS)
    for _ in range(2):
        code, out, _ = command("import", path)
        assert (0, "Imported 5 extraction, 5 llm_call; skipped 0 unreadable lines.\n") == (code, out)

    redacted = "Extract insights: Orders rose by 9 %, says <EMAIL_1>."
    messages = [{"role": "system", "content": "You extract."}, {"role": "user", "content": redacted}]
    calls = rows("view", "llm_call")
    assert [(messages, ANSWER, "aws.bedrock", MODEL, 1200, 1000, 80)] * 5 == [
        (json.loads(row["messages"]), row["output"], row["provider"], row["model"],
         row["input_tokens"], row["cache_read_input_tokens"], row["output_tokens"])
        for row in calls
    ]  # fmt: skip
    assert [None, 2.5, 2.5, 2.5, None] == [row["duration"] for row in calls]
    assert [0.000770] * 5 == [row["cost"] for row in calls]
    assert [None, None, "https://news.example/1", "https://news.example/1", None] == [
        row["source_url"] for row in rows("view", "extraction")
    ]


def test_a_call_that_the_app_captured_is_the_same(tmp_path: Path, command: Any, rows: Any) -> None:
    """By the id of Claude's answer; and of two lines that tell of one answer the second is none more."""

    @otel_training.extraction
    def extract(source_content: str) -> Any:
        otel_training.current().llm_call(model="m", input=source_content, output=ANSWER, response_id="msg_bdrk_1")
        return json.loads(ANSWER)

    extract("a")
    command("import", log(tmp_path / "a", CALLS[0], {**CALLS[4], "requestId": "other"}, CALLS[4]))

    extractions, calls = rows("view", "extraction"), rows("view", "llm_call")
    assert (2, 2) == (len(extractions), len(calls))
    assert {row["extraction_id"] for row in extractions} == {row["extraction_id"] for row in calls}
    assert [1200, 1200] == [row["input_tokens"] for row in calls]


def test_says_what_was_left_out_and_why(tmp_path: Path, command: Any, rows: Any) -> None:
    """Bodies that lie elsewhere, failures, answers without insights; what is of use is in."""
    large = invocation(7, "InvokeModel", None, None)
    large["input"] = {"inputBodyS3Path": "s3://bucket/data/1_input.json.gz", "inputTokenCount": 90_000}
    chat = invocation(
        8, "Converse", CONVERSE, {"output": {"message": {"role": "assistant", "content": [{"text": "Hi!"}]}}}
    )
    failed = invocation(9, "Converse", CONVERSE, None, errorCode="ThrottlingException")
    path = log(tmp_path / "a", large, chat, failed, LLAMA, {**LLAMA, "timestamp": "soon"}, {**LLAMA, "requestId": 7})

    code, out, err = command("import", path)
    assert (1, "Imported 1 extraction, 1 llm_call; skipped 2 unreadable lines.\n") == (code, out)
    assert [
        f"{path}:5: timestamp 'soon' is no ISO 8601 time",
        f"{path}:6: requestId is missing",
        f"Left out: 1 record that failed, so that there is no answer, first at {path}:3.",
        f"Left out: 1 record that has an answer without insights in JSON, first at {path}:2.",
        f"Left out: 1 record that has its body in a file of its own in S3, which cannot be joined, first at {path}:1.",
        NO_URL,
        "1 of 1 example without a quality score: `otel-training export --no-score` asks for none.",
    ] == err.splitlines()
    assert ["<|begin_of_text|>Extract insights: Orders rose by 9 %, says <EMAIL_1>."] == [
        row["source_content"] for row in rows("view", "extraction")
    ]
    assert 1 == command("import", log(tmp_path / "b", chat))[0]
