"""Refining: what is asked of examples that needs their texts, after the filters of the store."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from otel_training.dataset.example import Example, read_example
from otel_training.dataset.funnel import Filters, Step
from otel_training.dataset.passages import grounding
from otel_training.dataset.trim import trim
from otel_training.store.client import Row, Store, read_query

PAGE: Final = 2000
"""Rows whose texts the engine holds at a time; their ids stay below the 128 KiB that a server takes as a parameter."""


@dataclass(slots=True)
class Refining:
    """What was asked, and what became of the examples."""

    filters: Filters
    read: int = 0
    """Rows of the store so far."""
    ungrounded: int = 0
    trimmed: int = 0
    untrimmed: int = 0
    """Examples whose answer could not be trimmed."""
    insights: int = 0
    """How many insights were trimmed."""

    def examples(self, store: Store, extraction_id: str = "") -> Iterator[tuple[Row, Example]]:
        """Yield what passes all filters, each with its row of the store; one alone where its id is given."""
        for row in self._rows(store):
            self.read += 1
            example = read_example(row) if extraction_id in {"", row["extraction_id"]} else None
            if example is not None and (refined := self._refined(example)) is not None:
                yield row, refined

    def _rows(self, store: Store) -> Iterator[Row]:
        """Read the rows by pages, so that no texts but a page's are sorted and joined, and held.

        But those of Message Batches at once: the engine looks for the extractions of all of them each time.
        """
        query, values = self.filters.query("export"), self.filters.parameters()
        if store.row(read_query("export_batches"))["has_batches"]:
            yield from store.rows(query, **values)
            return
        ids = [row["extraction_id"] for row in store.rows(self.filters.query("export_ids"), **values)]
        for start in range(0, len(ids), PAGE):
            yield from store.rows(query, **values | {"extraction_ids": ids[start : start + PAGE], "calls": "llm_calls"})

    def steps(self, left: int) -> list[Step]:
        """Return the steps of the funnel, of which so many examples are left after the last."""
        steps = []
        if self.filters.grounded:
            reason = f"{self.ungrounded:,} with an insight that no passage of its source supports"
            label = f"grounded >= {self.filters.grounded:g}"
            steps.append(Step(label, left, self.ungrounded, 0, reason if self.ungrounded else ""))
        if self.filters.trim:
            parts = (
                (self.trimmed, f"{self.insights:,} dismissed insights left out of {self.trimmed:,} answers"),
                (
                    self.untrimmed,
                    f"{self.untrimmed:,} left whole, which are no JSON, would be empty, or are not safe to cut",
                ),
            )
            steps.append(Step("trimmed", left, 0, 0, "; ".join(text for count, text in parts if count)))
        return steps

    def why_none(self) -> str:
        """Say that grounding took all; empty where it did not."""
        share = f"--grounded {self.filters.grounded:g}"
        none = f"None of {self.ungrounded:,} examples passes {share}: lower it, or leave it out where insights have"
        return f"{none} another language than their source." if self.ungrounded else ""

    def _refined(self, example: Example) -> Example | None:
        if self.filters.trim:
            example = trim(example)
        texts = [insight.text for insight in example.insights]
        if self.filters.grounded and grounding(_source_of(example), texts) < self.filters.grounded:
            self.ungrounded += 1
            return None
        self.insights += len(example.provenance.get("trimmed", ()))
        self.trimmed += "trimmed" in example.provenance
        self.untrimmed += "untrimmed" in example.provenance
        return example


def _source_of(example: Example) -> str:
    """Return the source that the model saw: a captured prompt holds what is cut beside it."""
    if example.source_content and not (example.prompt == "captured" and example.provenance["source_truncated"]):
        return example.source_content
    return "\n".join(message["content"] for message in example.messages if message["role"] == "user")
