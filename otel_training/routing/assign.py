"""Assignment: which arm a source belongs to, by a keyed hash: the same in every program, at any time."""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from otel_training.conventions import CLAUDE
from otel_training.routing.state import Experiment

CANDIDATE: Final = "candidate"
_BYTES: Final = 8
_WHOLE: Final = 1 << 8 * _BYTES


@dataclass(frozen=True, slots=True)
class Assignment:
    """Which arm a source belongs to."""

    arm: str
    unit: str
    """The source as the experiment knows it: a pseudonym, the same wherever the salt is."""
    is_held_out: bool


def assign(name: str, experiment: Experiment, source: str) -> Assignment:
    """Assign a source of an experiment to an arm.

    Of the line from 0 to 1 the candidate has the beginning and further arms the end, so that a growing share of
    the candidate takes sources from Claude alone, and gives none back.
    """
    key = experiment.salt.encode()[:64]
    text = f"{name}\0{source}".encode("utf-8", "surrogatepass")
    digest = blake2b(text, key=key, digest_size=3 * _BYTES).digest()
    place, held, unit = (digest[at : at + _BYTES] for at in range(0, 3 * _BYTES, _BYTES))
    is_held_out = int.from_bytes(held) < experiment.holdout * _WHOLE
    arm = CLAUDE if is_held_out else _arm_at(int.from_bytes(place) / _WHOLE, experiment)
    return Assignment(arm, unit.hex(), is_held_out)


def _arm_at(place: float, experiment: Experiment) -> str:
    weights = {arm: weight for arm, weight in experiment.weights.items() if weight > 0}
    total = sum(weights.values())
    if place * total < weights.pop(CANDIDATE, 0.0):
        return CANDIDATE
    end = total
    for arm in sorted(weights.keys() - {CLAUDE}):
        end -= weights[arm]
        if place * total >= end:
            return arm
    return CLAUDE
