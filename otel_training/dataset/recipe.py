"""The recipe of a dataset: all that decides which rows it has, and where they stand."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from otel_training.dataset.funnel import Filters


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a dataset is chosen and split by."""

    filters: Filters = field(default_factory=Filters)
    only: str | None = None
    """`captured` or `template`, the kind of prompt."""
    drop_near_duplicates: bool = False
    max_per_topic: int = 0
    """0 for any number; so is `max_per_domain`."""
    max_per_domain: int = 0
    empty_share: float = 0
    """The share of extractions that answered no insight, because there was none."""
    shares: tuple[int, int, int] = (80, 10, 10)
    """The parts of train, validation and test."""
    group_by: str = "domain"
    test_since: str = ""
    """The day from which on rows are tested by, none of which is trained on; empty where time does not matter."""
    salt: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as values of JSON."""
        values = asdict(self) | {"filters": self.filters.as_json()}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def recipe_of(parameters: Mapping[str, Any]) -> Recipe:
    """Return the recipe that was stored with a dataset."""
    values = {name: parameters[name] for name in Recipe.__dataclass_fields__}
    filters: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in values["filters"].items()
    }
    return Recipe(**values | {"filters": Filters(**filters), "shares": tuple(values["shares"])})
