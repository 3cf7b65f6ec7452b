"""When models end: the days on which providers turn them off."""

import re
import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

_DATED: Final = r"(?:^|[./:]){}(?=$|:|[-@]\d{{8}}|-\d{{4}}-\d\d-\d\d)"
"""A model's name, also of a provider's region (`us.anthropic.`), of a dated version, of what was fine-tuned from it."""


class End(NamedTuple):
    """The end of a model."""

    on: date
    source: str  # the provider's page


def end_of(model: str) -> End | None:
    """Return when a model ends, by the table that came with this version; None where it names no day."""
    return next((end for pattern, end in _ends() if pattern.search(model)), None)


def read_ends() -> dict[str, End]:
    """Read the table: models, each with its end."""
    table = tomllib.loads(files(__package__).joinpath("model_ends.toml").read_text(encoding="utf-8"))
    return {model: End(entry["on"], entry["source"]) for entry in table["end"] for model in entry["models"]}


@cache
def _ends() -> list[tuple[re.Pattern[str], End]]:
    return [(re.compile(_DATED.format(re.escape(model))), end) for model, end in read_ends().items()]
