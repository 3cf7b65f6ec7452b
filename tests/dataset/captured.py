"""Extractions and reactions, as the dataset's tests capture them."""

import json
from pathlib import Path
from typing import Any

import otel_training


@otel_training.extraction
def extract(topic: str, source_url: str, source_content: str, quality: float | None = 8) -> dict[str, Any]:
    """Answer two insights."""
    texts = [f"{source_url} {number}" for number in range(2)]
    return {"insights": [{"text": text, "category": "c"} for text in texts], "quality_score": quality}


def engage(url: str, readers: range, action: str = "like", index: int = 0) -> None:
    """Let readers see and act on one insight."""
    identity = otel_training.insight_id(url, f"{url} {index}")
    for reader in readers:
        otel_training.record_impressions([identity], user_id=reader)
        otel_training.record_feedback(identity, action, user_id=reader)


def manifest(path: Path) -> dict[str, Any]:
    """Read a manifest."""
    contents: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return contents
