"""A file of pairs: a JSON object a line, each a pair or what is known of the whole."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from math import inf
from pathlib import Path
from typing import Any, Final

import orjson

from otel_training.errors import TrainingError
from otel_training.trial.conditions import Conditions
from otel_training.trial.engagement import Votes
from otel_training.trial.judging import Gold, Judging
from otel_training.trial.mismatch import Assigned
from otel_training.trial.pair import Observation, Pair
from otel_training.trial.verdict import Plan


class PairFileError(TrainingError):
    """A line of a file of pairs says nothing that can be compared."""


def read_pairs(path: Path) -> tuple[list[Pair], Plan]:
    """Read the pairs, and the plan with all that the other lines tell of them; the last of each counts."""
    pairs, conditions, whole = dict[str, Pair](), dict[Conditions, None](), dict[str, Any]()
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                row = orjson.loads(line) if line.strip() else {}
                if "example" in row:
                    conditions |= {Conditions(**row.pop("conditions")): None} if "conditions" in row else {}
                    pair = _pair(row)
                    if pair.example in pairs:
                        raise ValueError(f"example {pair.example} stands twice")  # noqa: TRY301 - named with its line
                    pairs[pair.example] = pair
                elif unknown := row.keys() - _WHOLE.keys():
                    raise ValueError(f"without `example`, and nobody knows {min(unknown)}")  # noqa: TRY301 - the same
                else:
                    whole |= {name: _WHOLE[name](value) for name, value in row.items()}
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                problem = f"{error} is missing" if isinstance(error, KeyError) else str(error)
                raise PairFileError(f"Line {number} of {path} is no pair ({problem}): correct it.") from error
    plan = Plan(whole.pop("judging", Judging("")))
    assigned = Assigned(whole.pop("weights", {}), whole.pop("assigned", {}))
    return list(pairs.values()), replace(plan, conditions=tuple(conditions), assigned=(assigned,), **whole)


def _pair(row: Mapping[str, Any]) -> Pair:
    sides = {name: _observation(row[name]) for name in ("baseline", "candidate")}
    slices = {name: str(value) for name, value in row.get("slices", {}).items()}
    return Pair(str(row["example"]), str(row["source"]), slices, **sides)


def _observation(values: Mapping[str, Any]) -> Observation:
    """Return an observation; a figure that cannot be is refused rather than compared."""
    fields = {name: _number(value, 1) for name, value in values.get("fields", {}).items()}
    cost = _number(values.get("cost"))
    known = {name: values[name] for name in ("error", "fallback") if name in values}
    if not all(isinstance(value, bool) for value in (*known.values(), values.get("passed") or False)):
        raise TypeError("passed, error and fallback are true or false")
    return Observation(
        score=_number(values.get("score"), 10),
        passed=values.get("passed"),
        fields=fields,
        cost=None if cost is None else Decimal(str(values["cost"])),
        seconds=_number(values.get("seconds")),
        **known,
    )


def _number(value: Any, most: float = inf) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not (0 <= float(value) <= most and float(value) < inf):
        raise ValueError(f"{value} is no number from 0 to {most:g}")
    return float(value)


def _judging(values: Mapping[str, Any]) -> Judging:
    gold = {arm: Gold(**labels) for arm, labels in values.get("gold", {}).items()}
    return Judging(**{**values, "gold": gold, "controls": tuple(values.get("controls", ()))})


def _votes(values: Mapping[str, Any]) -> dict[str, Votes]:
    return {side: Votes(**votes) for side, votes in values.items()}


_WHOLE: Final[dict[str, Callable[[Any], Any]]] = {
    "judging": _judging, "votes": _votes, "weights": dict, "assigned": dict, "data_until": str, "simulated": bool,
}  # fmt: skip
