"""What shadows cost: in one sentence, for each command that shows it."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from otel_training.analysis.writing import usd
from otel_training.cli.output import plural
from otel_training.store.client import Row, Store, read_query


def read_shadows(store: Store) -> list[Row]:
    """Read what shadows cost, all of them until now, by experiment and candidate."""
    return list(store.rows(read_query("savings_shadows"), since=0, until=1 << 52))


def draw_shadows(shadows: Sequence[Row]) -> Iterator[str]:
    """Say what was paid beside all other costs; nothing where nothing answered beside."""
    if not shadows:
        return
    answers, unknown = (sum(row[name] for row in shadows) for name in ("answers", "unpriced"))
    paid = sum((Decimal(row["usd"] or 0) for row in shadows), Decimal())
    cost = "nobody knows what" if unknown == answers else f"{usd(paid)} USD"
    rest = f", {unknown:,} of unknown cost aside" if 0 < unknown < answers else ""
    yield f"Shadows: {plural(answers, 'answer')} beside Claude's cost {cost}{rest}; that is in no other figure."
