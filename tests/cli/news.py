"""An extraction for the tests of commands."""

from typing import Any

import otel_training


@otel_training.extraction
def extract(topic: str, source_url: str, source_content: str = "") -> dict[str, Any]:
    """Answer one insight."""
    return {"insights": [{"text": f"About {topic}", "category": "c"}], "quality_score": 8, "passed_filters": True}
