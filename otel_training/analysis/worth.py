"""Whether a model of one's own is worth it: the task must be frequent, costly and checkable."""

from dataclasses import dataclass
from typing import Final

from otel_training.analysis.writing import percent, usd
from otel_training.dataset.share import Share

_LEAST_A_DAY: Final = 6  # 500 samples in three months
_LEAST_A_MONTH: Final = 50  # USD: what training, hosting and looking after a model take, at the least
_LEAST_CHECKABLE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Worth:
    """The verdict `yes`, `not yet`, `no` or `unknown` by the last seven days; the sentence says why."""

    verdict: str
    a_day: float
    usd_a_month: float | None
    checkable: Share
    sentence: str


def judge_worth(a_day: float, usd_a_month: float | None, checkable: Share) -> Worth:
    """Judge by how many extractions come, what they cost, and how many can be told good from bad."""
    verdict, reason = _judge(a_day, usd_a_month, checkable.share or 0)
    cost = "at an unknown cost" if usd_a_month is None else f"for {usd(usd_a_month)} USD a month"
    figures = f"{a_day:.3g} extractions a day {cost}, {percent(checkable.share)} of the samples can be checked"
    return Worth(verdict, a_day, usd_a_month, checkable, f"{verdict.capitalize()}: {figures}{reason}.")


def _judge(a_day: float, a_month: float | None, checkable: float) -> tuple[str, str]:
    if not a_day:
        return "unknown", "; nothing was extracted in the last seven days"
    if checkable < _LEAST_CHECKABLE:
        return "not yet", "; without a score, a filter or votes nobody can tell whether a cheaper model is as good"
    if a_month is None:
        return "unknown", "; no call of the last seven days has a price"
    if a_month < _LEAST_A_MONTH:
        return "no", f"; below some {_LEAST_A_MONTH} USD a month no model of your own pays for its work"
    if a_day < _LEAST_A_DAY:
        return "not yet", "; 500 samples would take over three months"
    return "yes", ""
