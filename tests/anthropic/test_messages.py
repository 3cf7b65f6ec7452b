"""The JSON of the Messages API, as it should be and as it should not."""

import json
from typing import Any

import pytest

from otel_training.anthropic.messages import answer_figures, content_of, fold, read_mapping, server_sent_events

TEXT = {"type": "text", "text": "P", "cache_control": {"type": "ephemeral"}}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("P", "P"),
        ([TEXT], "P"),
        ([TEXT, TEXT], [{"type": "text", "text": "P"}] * 2),
        ([{"type": "thinking", "thinking": "T", "signature": "s"}, TEXT], "P"),
        (
            [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGk="}}],
            [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "<base64>"}}],
        ),
        (
            [{"type": "tool_result", "tool_use_id": "t", "content": [TEXT]}],
            [{"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "P"}]}],
        ),
        (None, None),
        ([1, {"type": {}}], [1, {"type": {}}]),
    ],
)
def test_keeps_what_was_sent_but_bytes_and_thoughts(sent: Any, kept: Any) -> None:
    """One text is that text, as in chat formats; files, images and thoughts are left out."""
    request: dict[str, Any] = {
        "messages": [{"role": "user", "content": sent}],
        "system": sent if sent == [TEXT] else None,
    }
    system = [{"role": "system", "content": "P"}] if sent == [TEXT] else []

    assert {"input": [*system, {"role": "user", "content": kept}], "outputs": [], "tools": None} == content_of(
        request, {}
    )


@pytest.mark.parametrize(
    "answer",
    [
        {}, {"usage": []}, {"usage": {"input_tokens": "12"}}, {"usage": {"input_tokens": True}}, {"stop_reason": []},
        {"usage": {"input_tokens": -1, "cache_creation": "x"}}, {"id": 1, "model": {}}, {"error": "text"},
        {"usage": {"output_tokens": 1 << 63}},
    ],
)  # fmt: skip
def test_what_has_another_type_is_absent(answer: Any) -> None:
    """A proxy may send anything: what the API has no such value for is left out."""
    assert set() == {value for value in answer_figures(answer).values() if value is not None}


def test_an_error_is_a_word() -> None:
    """A sentence in its place could quote the prompt."""
    errors: list[Any] = [{"type": "overloaded_error"}, {"type": "I cannot read: my secret"}]

    assert ["overloaded_error", "error"] == [answer_figures({"error": error})["error.type"] for error in errors]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_folds_a_stream(end: str) -> None:
    """Texts and inputs of tools grow piece by piece; usage is the last word of each figure."""
    start = {"id": "m", "usage": {"input_tokens": 3, "output_tokens": 1}, "content": []}
    events = [
        {"type": "message_start", "message": start},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "A"}},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "tool_use", "input": {}}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "B"}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": '{"a":'}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": "1}"}},
        {"type": "content_block_delta", "index": 7, "delta": {"type": "text_delta", "text": "of no block"}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"},
         "usage": {"input_tokens": None, "output_tokens": 9}},
    ]  # fmt: skip
    body = "".join(f"event: {event['type']}{end}data: {json.dumps(event)}{end}{end}" for event in events)
    body += f": comment{end}data: no json{end}data:{end}{end}event: x"

    assert {
        "id": "m", "stop_reason": "end_turn", "usage": {"input_tokens": 3, "output_tokens": 9},
        "content": [{"type": "text", "text": "AB"}, {"type": "tool_use", "input": {"a": 1}}],
    } == fold(server_sent_events(body.encode()))  # fmt: skip


@pytest.mark.parametrize("text", [b"", b"null", b"[1]", b"{", b"\xff", b'"x"'])
def test_reads_nothing_of_what_is_no_object(text: bytes) -> None:
    """What is no JSON object is an empty one."""
    assert {} == read_mapping(text)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (b'{"a": "\\ud83d"}', {"a": "?"}),
        (b'\xef\xbb\xbf{"a": NaN}', {"a": None}),
        (b'{"a": 1180591620717411303424}', {"a": 2.0**70}),
    ],
)
def test_reads_what_apps_read(text: bytes, read: Any) -> None:
    """Python's own `json` is more patient than others are; what cannot be written is replaced."""
    assert read == read_mapping(text)
