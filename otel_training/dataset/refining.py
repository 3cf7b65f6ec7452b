"""Refining: what is asked of examples that needs their texts, after the filters of the store."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import Any, Final
from urllib.parse import quote

import orjson

from otel_training.dataset.example import Example, read_example
from otel_training.dataset.funnel import Filters, Step
from otel_training.dataset.passages import grounding
from otel_training.dataset.trim import trim
from otel_training.store.client import Row, Store, read_query

PAGE: Final = 2000
"""Rows whose texts the engine holds at a time."""
_ID_BYTES: Final = 96 << 10
"""Of the ids of a page, as a URL has them: a server takes no parameter of more than 128 KiB, and ids may be long."""
_HELD_BYTES: Final = 64 << 20
_NO_CALL: Final = {"messages": "", "output": None, "model": ""}
_NO_VOTES: Final = {"likes": 0, "dismissals": 0}


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
        """Read what is picked, then its texts by pages, so that none but a page's are held."""
        has_batches = store.row(read_query("export_batches"))["has_batches"]
        with SpooledTemporaryFile(_HELD_BYTES) as file:
            for pick in store.rows(self.filters.query("picked"), **self.filters.parameters()):
                file.write(orjson.dumps(pick, option=orjson.OPT_APPEND_NEWLINE))
            file.seek(0)
            for page in _pages(map(orjson.loads, file)):
                yield from _read_page(store, page, has_batches=has_batches)

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


def _pages(picks: Iterable[Row]) -> Iterator[list[Row]]:
    page, size = list[Row](), 0
    for pick in picks:
        # Each in quotation marks, with a comma.
        own = 9 + max(len(quote(pick[name])) for name in ("extraction_id", "call_event_id"))
        if page and (len(page) == PAGE or size + own > _ID_BYTES):
            yield page
            page, size = [], 0
        page.append(pick)
        size += own
    if page:
        yield page


def _read_page(store: Store, page: list[Row], *, has_batches: bool) -> Iterator[Row]:
    """Read the texts of rows that were picked."""
    picks = {pick["extraction_id"]: pick for pick in page}
    call_ids = [pick["call_event_id"] for pick in page if pick["call_event_id"]]
    ids: dict[str, Any] = {"extraction_ids": list(picks)}
    values = ids | {"call_event_ids": call_ids, "has_batches": has_batches}
    calls = {row["event_id"]: row for row in store.rows(read_query("export_calls"), **values)} if call_ids else {}
    for row in store.rows(read_query("export_texts"), **ids):
        pick = picks[row["extraction_id"]]
        votes = {each["insight"]: each for each in pick["votes"]}
        for insight in row["insights"]:
            counted = votes.get(insight.pop("id"), _NO_VOTES)
            insight["likes"], insight["dismissals"] = counted["likes"], counted["dismissals"]
        yield pick | row | calls.get(pick["call_event_id"], _NO_CALL)


def _source_of(example: Example) -> str:
    """Return the source that the model saw: a captured prompt holds what is cut beside it."""
    if example.source_content and not (example.prompt == "captured" and example.provenance["source_truncated"]):
        return example.source_content
    return "\n".join(message["content"] for message in example.messages if message["role"] == "user")
