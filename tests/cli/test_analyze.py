"""`otel-training analyze`."""

from typing import Any

import pytest

pytestmark = pytest.mark.slow


def test_analyze_counts(gathered: None, rows: Any) -> None:
    """Quality, engagement, exposure and topics, as figures."""
    (analysis,) = rows("analyze")

    assert {
        "totals": {
            "extractions": 1, "failed": 0, "passed": 1, "judged": 1, "quality": 8,
            "actions": {"like": 1, "share": 1, "x": 1}, "readers": 3, "impressions": 3,
        },
        "quality": [{"score": 8, "extractions": 1}],
        "exposure": [{"readers": "1 to 4", "insights": 1}],
        "topics": [{
            "topic": "chips", "extractions": 1, "failed": 0, "passed": 1, "judged": 1, "quality": 8, "likes": 1,
            "dismissals": 0, "bookmarks": 0, "shares": 1, "net": 1, "mean_viewers": 3,
        }],
        "gaps": analysis["gaps"],
    } == analysis  # fmt: skip
