"""An extraction for the tests of commands."""

from typing import Any

import otel_training


@otel_training.extraction
def extract(topic: str, source_url: str, source_content: str = "") -> dict[str, Any]:
    """Answer one insight."""
    return {"insights": [{"text": f"About {topic}", "category": "c"}], "quality_score": 8, "passed_filters": True}


def gather_all() -> None:
    """Gather a sample from which nothing is missing, its readers with it."""

    @otel_training.extraction
    def asking(topic: str, source_url: str, source_content: str) -> dict[str, Any]:
        otel_training.current().llm_call(
            model="claude-haiku-4-5", provider="anthropic", input="Extract", output='["About t"]', input_tokens=1000,
            output_tokens=100,
        )  # fmt: skip
        return {"insights": ["About t"], "quality_score": 8}

    asking("t", "u", "text")
    otel_training.record_impressions([otel_training.insight_id("u", "About t")], user_id=1)
    otel_training.record_feedback(otel_training.insight_id("u", "About t"), "like", user_id=1)
