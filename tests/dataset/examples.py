"""Examples without a store, as the tests of targets write them."""

import json
from typing import Any

from otel_training.dataset.example import Example, Insight

INSIGHTS = (Insight("Orders rose", "market", 5, 0), Insight("A plant opens", None, 0, 6))
ANSWER = json.dumps({"insights": [{"text": text, "category": category} for text, category, _, _ in INSIGHTS]})
SYSTEM = {"role": "system", "content": "Extract as JSON."}
USER = {"role": "user", "content": "Orders at ..."}
PROVENANCE = {
    "timestamp": "2026-01-02T03:04:05Z", "topic": "chips", "source_url": "https://news.example/1",
    "source_truncated": False, "quality_score": 8.0, "passed_filters": True, "net": 4, "viewers": 11,
    "corrected": False, "model": "claude",
}  # fmt: skip


def example(
    prompt: Any = (SYSTEM, USER), answer: str = ANSWER, insights: Any = INSIGHTS, uncorrected: str = "", **changes: Any
) -> Example:
    """An example of which one insight was surely dismissed, but for what changes."""
    messages = [*prompt, {"role": "assistant", "content": answer}]
    provenance = PROVENANCE | {"corrected": bool(uncorrected)} | changes
    return Example("e1", messages, "captured", "", insights, uncorrected, USER["content"], provenance)
