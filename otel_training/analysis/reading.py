"""Reading the figures from the store."""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from otel_training.analysis.figures import BlindSpot, Costs, Figures, Group, Progress, Reactions
from otel_training.analysis.prediction import judge_prediction
from otel_training.analysis.worth import judge_worth
from otel_training.dataset.coverage import Gap
from otel_training.dataset.funnel import Filters
from otel_training.dataset.share import Share, share_of
from otel_training.store.client import Row, Store, read_query

TARGETS: Final = (500, 1000)  # enough for a first model, and for a good one
_WEEK: Final = 7
_DAYS: Final = 60
_BEST: Final = 10
_DEFAULT: Final = Filters()


def read_figures(store: Store, gaps: list[Gap], filters: Filters = _DEFAULT) -> Figures:
    """Read all figures; what is missing is read by the caller, who knows where records are shipped.

    `filters` are the export's, as whose votes are counted now.
    """
    parameters = filters.parameters()
    spots = store.rows(read_query("analyze_blind_spots"), good=filters.min_quality, **parameters)
    groups = _by_kind(store, filters.query("analyze_groups"), **parameters)
    costs = _by_kind(store, read_query("analyze_costs"))
    ((whole,), (spent,)) = groups[""], costs[""]
    reactions = _take(Reactions, store.row(read_query("analyze_reactions")))
    days, month = _days_seen(whole["first"]), spent["recent"]
    a_day = whole["recent"] / days
    checkable = share_of(whole["checkable"], whole["samples"])
    return Figures(
        date=datetime.now(UTC).date().isoformat(),
        first=whole["first"],
        last=whole["last"],
        totals=_group(whole, spent),
        coverage=_coverage(whole, spent, reactions),
        gaps=gaps,
        scores=_groups("score", groups, costs, _scores(groups["score"])),
        topics=_groups("topic", groups, costs),
        models=_groups("model", groups, costs),
        prompt_versions=_groups("prompt_version", groups, costs),
        days=_groups("day", groups, costs, _days([row["name"] for row in groups["day"]])),
        reactions=reactions,
        exposure={row["readers"]: row["insights"] for row in store.rows(read_query("analyze_exposure"))},
        prediction=judge_prediction(whole["voted"], whole["correlation"]),
        blind_spots=[_take(BlindSpot, row) for row in spots],
        costs={row["name"]: _take(Costs, row) for row in costs["called"]},
        prices={row["name"]: row["priced"] for row in costs["version"] if row["priced"]},
        progress=[_progress(name, whole, days) for name in ("samples", "examples")],
        worth=judge_worth(a_day, None if month is None else 30 * month / days, checkable),
    )


def _by_kind(store: Store, query: str, **parameters: Any) -> dict[str, list[Row]]:
    kinds = defaultdict(list)
    for row in store.rows(query, **parameters):
        kinds[row["kind"]].append(row)
    return kinds


def _take(kind: type[Any], row: Row, **others: Any) -> Any:
    """Make a dataclass of the columns of a row that have the names of its fields."""
    return kind(**{field.name: row[field.name] for field in fields(kind) if field.name not in others}, **others)


def _groups(
    kind: str, groups: dict[str, list[Row]], costs: dict[str, list[Row]], names: Iterable[str] | None = None
) -> list[Group]:
    """Return the groups of a kind, of the names where these are given; one of which nothing came is empty."""
    rows, spent = ({row["name"]: row for row in each[kind]} for each in (groups, costs))
    names = {**rows, **spent} if names is None else names
    nothing = dict.fromkeys(groups[""][0], 0) | {"quality": None, "mean_viewers": None}
    return [_group({**rows.get(name, nothing), "name": name}, spent.get(name)) for name in names]


def _group(row: Row, spent: Row | None) -> Group:
    group: Group = _take(
        Group,
        row,
        good=share_of(row["good"], row["scored"]),
        passed=share_of(row["passed"], row["judged"]),
        liked=share_of(row["likes"], row["likes"] + row["dismissals"]),
        viewers=row["mean_viewers"],
        costs=_take(Costs, spent) if spent else Costs(0, 0, None, 0, None),
    )
    return group


def _coverage(whole: Row, spent: Row, reactions: Reactions) -> dict[str, Share]:
    samples = whole["samples"]
    known = reactions.ids - reactions.orphan_ids - reactions.shared_ids
    return {
        "samples with a score": share_of(whole["scored"], samples),
        "samples with a captured prompt": share_of(whole["prompted"], samples),
        "samples with a reader": share_of(whole["reached"], samples),
        "readers' ids that name an insight": share_of(known, reactions.ids),
        "calls with a price": share_of(spent["priced"], spent["priced"] + spent["unpriced"]),
    }


def _scores(rows: list[Row]) -> list[str]:
    """Name the whole scores from the lowest that a sample has to ten, then what has none."""
    names = [row["name"] for row in rows if row["samples"]]
    lowest = min((int(name) for name in names if name), default=_BEST + 1)
    return [str(score) for score in range(lowest, _BEST + 1)] + [""] * ("" in names)


def _days(names: list[str]) -> list[str]:
    """Name the last sixty days up to the last extraction, those on which nothing came, too."""
    if not names:
        return []
    first, last = date.fromisoformat(min(names)), date.fromisoformat(max(names))
    return [(last - timedelta(ago)).isoformat() for ago in reversed(range(min(_DAYS, (last - first).days + 1)))]


def _days_seen(first: str | None) -> int:
    """Return over how many of the last seven days the pace is taken: of what began yesterday, two."""
    began = datetime.now(UTC).date() if first is None else date.fromisoformat(first)
    return min(_WEEK, max(1, (datetime.now(UTC).date() - began).days + 1))


def _progress(name: str, whole: Row, days: int) -> Progress:
    count, a_day = whole[name], whole[f"recent_{name}"] / days
    return Progress(name, count, a_day, {str(target): _days_to(target - count, a_day) for target in TARGETS})


def _days_to(lacking: int, a_day: float) -> int | None:
    if lacking <= 0:
        return 0
    return math.ceil(lacking / a_day) if a_day else None
