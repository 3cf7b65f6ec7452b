"""When models end: the days on which providers turn them off."""

import re
import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

DATE: Final = r"[-@]\d{8}|-\d{4}-\d\d-\d\d"  # of a version of a model, behind its name


class End(NamedTuple):
    """The end of a model."""

    on: date
    source: str  # the provider's page


def end_of(model: str) -> End | None:
    """Return when a model ends, also of a region or date, or what was tuned from it; None where no day is known."""
    return next((end for pattern, end in _ends() if pattern.search(model)), None)


def read_ends() -> dict[str, End]:
    """Read the table: models, each with its end."""
    table = tomllib.loads(files(__package__).joinpath("model_ends.toml").read_text(encoding="utf-8"))
    return {model: End(entry["on"], entry["source"]) for entry in table["end"] for model in entry["models"]}


@cache
def _ends() -> list[tuple[re.Pattern[str], End]]:
    return [(re.compile(rf"(?:^|[./:]){re.escape(model)}(?=$|:|{DATE})"), end) for model, end in read_ends().items()]
