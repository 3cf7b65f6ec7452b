"""Examples and cases without a store."""

import json
from decimal import Decimal
from typing import Any

from otel_training.dataset.example import Example, Insight
from otel_training.trial.case import Case

SYSTEM = "Name the insights of the article."


def insights(*texts: str, category: str | None = "market") -> tuple[Insight, ...]:
    """Insights of one category."""
    return tuple(Insight(text, category) for text in texts)


def captured(  # noqa: PLR0913 - what differs between examples
    name: str, source: str, *, topic: str = "chips", category: str | None = "market", net: int = 0, prompt: str = ""
) -> Example:
    """An example whose prompt was captured."""
    url = f"https://news.example/{name}"
    text = prompt or f"Topic: {topic}\nURL: {url}\n\n{source}\n\nBe brief."
    answer = json.dumps([{"headline": f"About {name}"}])
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": text}]
    return Example(
        name, [*messages, {"role": "assistant", "content": answer}], "captured", "",
        insights(f"About {name}", category=category), "", source, provenance(topic, url, net),
    )  # fmt: skip


def provenance(topic: str, url: str, net: int = 0) -> dict[str, Any]:
    """Where an example comes from."""
    return {
        "topic": topic,
        "source_url": url,
        "source_truncated": False,
        "net": net,
        "quality_score": 8.0,
        "model": "m",
    }


def case(
    name: str, source: str = "Orders rose. A plant opens.", answer: Any = ("Orders rose",), **changes: Any
) -> Case:
    """A case whose baseline is its reference."""
    values = {"reported": 8.0, "cost": Decimal("0.01"), "seconds": 2.0, **changes}
    return Case(
        name, f"https://{name}.example", "chips", f"https://{name}.example", source, {"topic": "chips"},
        insights(*answer), insights(*answer), "claude", **values,
    )  # fmt: skip
