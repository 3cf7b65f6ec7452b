"""Bedrock's log of model invocations: a line an invocation, as it lies in S3 or CloudWatch.

Format: "Monitor model invocation using CloudWatch Logs and Amazon S3" of the Bedrock user guide. A body over 100 kB is
not in the line.
"""

from typing import Any, Final

import orjson

from otel_training import conventions as names
from otel_training.anthropic.messages import answer_figures, content_of, fold, request_figures
from otel_training.imports.call import Call, Figures, SkippedError, count, name_of, require, total
from otel_training.imports.messages import parse, read_messages, read_outputs, read_system
from otel_training.imports.rows import mapping_of, nanoseconds

SCHEMA: Final = "ModelInvocationLog"
_PROVIDER: Final = "aws.bedrock"
_METRICS: Final = "amazon-bedrock-invocationMetrics"


def read_invocation(row: dict[str, Any]) -> Call:
    """Read an invocation; raises `SkippedError` where its bodies are elsewhere or it answered nothing."""
    sent, answered = mapping_of(row.get("input")), mapping_of(row.get("output"))
    if "inputBodyS3Path" in sent or "outputBodyS3Path" in answered:
        raise SkippedError("has its body in a file of its own in S3, which cannot be joined")
    request, identity = mapping_of(parse(sent.get("inputBodyJson"))), require(row.get("requestId"), "requestId")
    body = parse(answered.get("outputBodyJson"))
    if "errorCode" in row:
        raise SkippedError("failed, so that there is no answer")
    model = name_of(row.get("modelId")) or ""
    figures: Figures = {
        # An inference profile's ARN ends in the model, with its region.
        names.MODEL: model.rpartition("/")[2],
        names.PROVIDER: _PROVIDER,
        names.RESPONSE_ID: identity,
        **_tokens(sent, answered),
    }
    if str(row.get("operation")).startswith("Converse"):
        messages = [*read_system(request.get("system")), *read_messages(request.get("messages"))]
        outputs, tools, more = read_outputs(body), request.get("toolConfig"), _converse_figures(mapping_of(body))
    else:
        message = fold(body) if isinstance(body, list) else mapping_of(body)
        content = content_of(request, message)
        is_claude = "content" in message
        messages = content["input"] if is_claude else read_messages(request)  # type: ignore[assignment]  # a list
        outputs = content["outputs"] if is_claude else _other_outputs(message)  # type: ignore[assignment]  # likewise
        tools, more = content["tools"], {**request_figures(request), **answer_figures(message), **_duration(body)}
        more.pop(names.MODEL)
    figures |= {key: figure for key, figure in more.items() if figure is not None}
    hints = [mapping_of(row.get("requestMetadata")), mapping_of(request.get("requestMetadata"))]
    time = nanoseconds(row.get("timestamp"))
    return Call(f"bedrock {identity}", time, messages, outputs, figures, tools, hints=hints)


def _tokens(sent: dict[str, Any], answered: dict[str, Any]) -> Figures:
    """Return the tokens: the cached ones are counted beside the input here, and are part of it by OpenTelemetry."""
    cached = [count(sent.get(f"cache{kind}InputTokenCount")) for kind in ("Read", "Write")]
    return {
        names.INPUT_TOKENS: total(count(sent.get("inputTokenCount")), *cached),
        names.OUTPUT_TOKENS: count(answered.get("outputTokenCount")),
        names.CACHE_READ_TOKENS: cached[0],
        names.CACHE_WRITE_TOKENS: cached[1],
    }


def _converse_figures(body: dict[str, Any]) -> Figures:
    reason, latency = name_of(body.get("stopReason")), count(mapping_of(body.get("metrics")).get("latencyMs"))
    return {
        names.FINISH_REASONS: None if reason is None else orjson.dumps([reason]).decode(),
        names.DURATION: None if latency is None else latency / 1000,
    }


def _duration(body: object) -> Figures:
    """Return how long a stream took, which its last event says."""
    last = body[-1] if isinstance(body, list) and body else {}
    latency = count(mapping_of(mapping_of(last).get(_METRICS)).get("invocationLatency"))
    return {names.DURATION: None if latency is None else latency / 1000}


def _other_outputs(body: dict[str, Any]) -> list[Any]:
    """Return the answer of a model that is not Claude."""
    match body:
        case {"generation": str(text)} | {"outputText": str(text)} | {"text": str(text)} | {"completion": str(text)}:
            return [text]
        case {"results": [{"outputText": str(text)}, *_]} | {"outputs": [{"text": str(text)}, *_]}:
            return [text]
        case {"choices": _} | {"output": {"message": _}}:
            return read_outputs(body)
    return []
