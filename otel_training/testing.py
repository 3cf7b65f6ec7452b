"""For tests of your app: what it captured, as records, without disk, with fixed time and ids.

```python
from otel_training.testing import capture

with capture() as captured:
    extract("chips", "https://news.example/1", "Orders rose.")
assert captured.extractions == [{...}]
```

With pytest: `from otel_training.testing import captured` in `conftest.py`, and the fixture is there.
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import orjson

from otel_training import conventions as names
from otel_training.conventions import Kind
from otel_training.events.event import Event
from otel_training.pipeline import process
from otel_training.pipeline.pipeline import finisher_of
from otel_training.privacy.identity import Key
from otel_training.privacy.identity import pseudonym as _pseudonym
from otel_training.record.clock import Clock, use_clock
from otel_training.spool.sink import EmittingSink

Row: TypeAlias = dict[str, Any]

FIXED_TIME: Final = 1_767_225_600_000_000_000  # 2026-01-01T00:00:00Z, the time of every record under `capture`
TEST_KEY: Final = Key(b"otel_training.testing")  # the key of pseudonyms under `capture`; no secret
_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Captured:
    """The records captured so far, oldest first."""

    _events: list[Event] = field(default_factory=list)

    @property
    def records(self) -> list[Row]:
        """Every record: its attributes by their names on the wire, its body under `body`."""
        assert process.flush(_SECONDS), "what was captured was not written in time"  # noqa: S101 - a test's helper
        return [_row(event) for event in self._events]

    @property
    def extractions(self) -> list[Row]:
        """Extractions in the record format of the exports and views."""
        return [_extraction(row) for row in self._of(Kind.EXTRACTION)]

    @property
    def feedback(self) -> list[Row]:
        """Readers' actions in the record format of the exports and views; compare ids by `pseudonym`."""
        return [
            {
                "insight_id": row[names.INSIGHT_ID],
                "action": row[names.ACTION],
                "metadata": {"user_id": row.get(names.USER_HASH)},
            }
            for row in self._of(Kind.FEEDBACK)
        ]

    @property
    def impressions(self) -> list[Row]:
        """What readers were shown, in order."""
        return [
            {"insight_ids": orjson.loads(row[names.INSIGHT_IDS]), "metadata": {"user_id": row.get(names.USER_HASH)}}
            for row in self._of(Kind.IMPRESSION)
        ]

    def _of(self, kind: Kind) -> list[Row]:
        return [row for row in self.records if row[names.KIND] == kind]


def pseudonym(user_id: str | int) -> str:
    """Return a reader's pseudonym under `capture`."""
    return _pseudonym(TEST_KEY, str(user_id))


@contextmanager
def capture(*, fixed: bool = True) -> Iterator[Captured]:
    """Capture into memory while the block runs; no file is made.

    `fixed`: time stands still at `FIXED_TIME`, event ids count from
    `00000000-0000-7000-8000-000000000001`, durations are 0.
    """
    captured = Captured()
    events = captured._events  # noqa: SLF001 - its own module
    process.install(make_sink=lambda settings: EmittingSink(lambda: finisher_of(settings, TEST_KEY), events.append))
    if fixed:
        use_clock(Clock(lambda: FIXED_TIME, lambda: 0, itertools.count(1).__next__))
    try:
        yield captured
    finally:
        use_clock(None)
        process.install(make_sink=None)


def _row(event: Event) -> Row:
    attributes = {name: value for name, value in event.attributes.items() if value is not None}
    return {**attributes, "body": orjson.loads(event.body) if event.body else None}


def _extraction(row: Row) -> Row:
    items = row["body"][names.OUTPUT]
    insights = None if items is None else [{name: item[name] for name in ("text", "category")} for item in items]
    return {
        "stage": "extraction",
        "topic": row[names.TOPIC] or None,
        "source_url": row[names.SOURCE_URL] or None,
        "source_content": row["body"][names.INPUT],
        "extracted_insights": insights,
        "quality_score": row.get(names.QUALITY),
        "passed_filters": row.get(names.PASSED),
        "insight_count": row.get(names.OUTPUT_COUNT),
        "outcome": row[names.OUTCOME],
    }


try:
    import pytest
except ImportError:  # pragma: no cover - the tests run under pytest
    pass
else:

    @pytest.fixture
    def captured() -> Iterator[Captured]:
        """Capture into memory while a test runs."""
        with capture() as records:
            yield records
