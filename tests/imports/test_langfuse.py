"""Exports of Langfuse."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("migrated")]

SOURCE = "Orders rose by 9 %, says bob@news.example."
PROMPT = f"Extract insights: {SOURCE}"
RETURNED = {
    "insights": [{"text": "Orders rose by 9 %", "category": "market"}, {"text": "Talks began"}],
    "passed_filters": True,
}
TRACE: dict[str, Any] = {
    "id": "0b0e3a8e-trace-1", "timestamp": "2026-03-01T12:00:00.125Z", "name": "extract", "userId": "42",
    "sessionId": None, "release": None, "version": None, "public": False, "environment": "default", "tags": [],
    "bookmarked": False, "metadata": {"topic": "chips"}, "latency": 3.5, "totalCost": 0.0016,
    "htmlPath": "/project/p/traces/0b0e3a8e-trace-1", "observations": ["gen-1"], "scores": ["s1"],
    "input": {"args": [], "kwargs": {"source_url": "https://news.example/1?id=3", "source_content": SOURCE}},
    "output": RETURNED,
}  # fmt: skip
GENERATION: dict[str, Any] = {
    "id": "gen-1", "traceId": TRACE["id"], "type": "GENERATION", "name": "claude", "environment": "default",
    "startTime": "2026-03-01T12:00:00.500Z", "endTime": "2026-03-01T12:00:03Z",
    "completionStartTime": "2026-03-01T12:00:01Z", "model": "claude-haiku-4-5",
    "modelParameters": {"max_tokens": "500"},
    "input": [{"role": "system", "content": "You extract."}, {"role": "user", "content": PROMPT}],
    "output": {"role": "assistant", "content": "```json\n" + json.dumps(RETURNED["insights"]) + "\n```"},
    "usage": {"input": 200, "output": 80, "total": 1280, "unit": "TOKENS"},
    "usageDetails": {"input": 200, "cache_read_input_tokens": 1000, "output": 80, "total": 1280},
    "level": "DEFAULT", "statusMessage": None, "parentObservationId": None, "promptId": None, "latency": 2.5,
}  # fmt: skip
ALONE = {
    **GENERATION, "id": "gen-2", "traceId": "trace-2", "output": json.dumps({"insights": ["Rates fell"]}),
    "metadata": {"source_url": "https://news.example/2"},
}  # fmt: skip
SCORE: dict[str, Any] = {
    "id": "s1", "traceId": TRACE["id"], "observationId": None, "name": "quality_score", "value": 8.5,
    "dataType": "NUMERIC", "source": "API", "comment": None, "timestamp": "2026-03-01T12:05:00Z",
    "createdAt": "2026-03-01T12:05:00Z",
}  # fmt: skip
CATEGORY = {"value": None, "dataType": "CATEGORICAL"}
SCORES = [
    SCORE,
    {**SCORE, "id": "s2", "name": "user-feedback", "value": 1, "dataType": "BOOLEAN", "stringValue": "True"},
    {**SCORE, **CATEGORY, "id": "s3", "name": "Correct?", "stringValue": "true", "source": "ANNOTATION"},
    {**SCORE, **CATEGORY, "id": "s4", "name": "tone", "stringValue": "dry"},
    {**SCORE, "id": "s5", "traceId": "trace-2", "observationId": "gen-2", "name": "passed_filters", "value": 0},
    {**SCORE, "id": "s6", "traceId": "elsewhere"},
]  # fmt: skip
SPAN = {**GENERATION, "id": "span-1", "type": "SPAN", "output": RETURNED}


def lines(path: Path, *rows: Any) -> Path:
    """Write JSON lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def snaked(row: dict[str, Any]) -> dict[str, Any]:
    """Write a row as the blob storage export does: names in snake case, content as text, times without a zone."""
    named = {re.sub("([A-Z])", r"_\1", key).lower(): each for key, each in row.items() if key != "usage"}
    for key in ("input", "output", "metadata"):
        if not isinstance(named.get(key, ""), str):
            named[key] = json.dumps(named[key])
    for key in ("timestamp", "start_time", "end_time", "completion_start_time", "created_at"):
        if named.get(key):
            named[key] = named[key].replace("T", " ").removesuffix("Z")
    if "model" in named:
        named["provided_model_name"] = named.pop("model")
        named["usage_details"] = {key: str(count) for key, count in named["usage_details"].items()}
    return {"project_id": "p", **named}


def test_traces_are_extractions_and_scores_are_theirs(tmp_path: Path, command: Any, rows: Any) -> None:
    """A traced function's answer with its calls and cost, a call by itself, scores, a thumb as a reader's vote."""
    api = [{"data": [each], "meta": {"page": 1, "totalPages": 1}} for each in (*SCORES, SPAN, ALONE, GENERATION, TRACE)]
    path = lines(tmp_path / "api.jsonl", *api)
    code, out, err = command("import", path)

    assert (0, "Imported 2 extraction, 2 feedback, 2 llm_call, 4 score; skipped 0 unreadable lines.\n") == (code, out)
    assert [
        f"Left out: 1 record that is a category without a figure, first at {path}:4.",
        f"Left out: 1 record that is about no answer that was taken in, first at {path}:6.",
        f"Left out: 1 record that is no generation (span), first at {path}:7.",
        "1 of 2 examples without a quality score: `otel-training export --no-score` asks for none.",
    ] == err.splitlines()
    first, second = rows("view", "extraction")
    assert {
        "timestamp": "2026-03-01T12:00:00.125000000Z", "task": "extract", "topic": "chips",
        "source_url": "https://news.example/1?id=3", "source_content": "Orders rose by 9 %, says <EMAIL_1>.",
        "extracted_insights": [RETURNED["insights"][0], {"text": "Talks began", "category": None}],
        "quality_score": 8.5, "passed_filters": True, "insight_count": 2, "duration": 3.5,
    }.items() <= first.items()  # fmt: skip
    assert ("https://news.example/2", None, False) == tuple(
        second[k] for k in ("source_url", "quality_score", "passed_filters")
    )
    calls = rows("view", "llm_call")
    assert {first["extraction_id"], second["extraction_id"]} == {row["extraction_id"] for row in calls}
    assert [("claude-haiku-4-5", 1200, 1000, 80, 2.5, 0.5, 0.0007)] * 2 == [
        (row["model"], row["input_tokens"], row["cache_read_input_tokens"], row["output_tokens"], row["duration"],
         row["time_to_first_chunk"], row["cost"]) for row in calls
    ]  # fmt: skip
    feedback = rows("view", "feedback")
    assert {(insight, "like", first["extraction_id"]) for insight in first["insight_ids"]} == {
        (row["insight_id"], row["action"], row["extraction_id"]) for row in feedback
    }
    assert 32 == len(feedback[0]["metadata"]["user_id"])
    assert {"quality_score": 8.5, "user-feedback": 1, "Correct?": 1, "passed_filters": 0} == {
        row["name"]: row["value"] for row in rows("view", "score")
    }
    assert 0 == command("export", "--out", "t.jsonl", "--min-viewers", "1", "--net-above", "1")[0]
    (row,) = (tmp_path / "t.jsonl").read_text("utf-8").splitlines()
    assert "You extract." in row


def test_files_of_the_blob_storage_are_the_same_as_the_api(tmp_path: Path, rows: Any) -> None:
    """Whichever comes first, in whichever order of files: each record once; also a whole trace as its page gives it."""
    blob = [
        lines(tmp_path / f"{n}", *map(snaked, each)) for n, each in enumerate((SCORES, [ALONE, GENERATION], [TRACE]))
    ]
    whole = {**TRACE, "observations": [GENERATION], "scores": SCORES[:4]}
    page = tmp_path / "trace.json"
    page.write_text(json.dumps(whole, indent=2), encoding="utf-8")
    expected = {"extraction": 2, "feedback": 2, "llm_call": 2, "score": 4}
    (done,) = rows("import", page, *blob)
    before = rows("view")

    assert (expected, 10) == (done["imported"], len(before))
    (again,) = rows("import", *blob[::-1])
    (scores_alone,) = rows("import", blob[0])
    assert (expected, {"score": 4}, before) == (again["imported"], scores_alone["imported"], rows("view"))
