"""Charts of the figures as SVG, which stands in a page, scales and prints, and takes the page's colour of text.

The libraries are those of the extra `analysis`. Blue is what the export takes, or the only kind; grey is the rest.
"""

from collections.abc import Callable
from itertools import islice
from typing import Any, Final, TypeAlias

import altair as alt
from vl_convert import vegalite_to_svg

from otel_training.analysis.figures import Figures, Group
from otel_training.dataset.funnel import Filters
from otel_training.dataset.share import Share

Points: TypeAlias = list[dict[str, Any]]
Chart: TypeAlias = Any
"""One of altair's, whose methods return what no type of theirs says; None where there is nothing to draw."""

_WIDTH, _HEIGHT, _ROW, _AXIS, _LEGEND = 440, 210, 26, 46, 28
_MOST, _LETTERS = 10, 22  # rows of a chart; letters of a name
_BLUE, _GREY = "#3b7dd8", "#9aa5b1"
_PADDING: Final = {"left": 14, "right": 14, "top": 5, "bottom": 5}
"""Room for letters of a font that is wider than the one they were measured by."""
_INK, _FONT = "currentColor", "Arial, Liberation Sans, sans-serif"
_TAKEN: Final = Filters()
_REACHED: Final = frozenset({"10 to 19", "20 and more"})


def draw_charts(figures: Figures) -> dict[str, str]:
    """Draw each chart that has anything to show."""
    charts = {name: draw(figures) for name, draw in _CHARTS.items()}
    return {name: _svg(chart) for name, chart in charts.items() if chart is not None}


def _scores(figures: Figures) -> Chart:
    good, kinds = _TAKEN.min_quality, (f"{_TAKEN.min_quality:g} and more", "less")
    return _bars(
        [
            {"name": score.name, "value": score.samples, "kind": kinds[int(score.name) < good]}
            for score in figures.scores
            if score.name
        ],
        ("quality score", "samples"),
        kinds,
    )


def _liked_by_score(figures: Figures) -> Chart:
    scored = [(score.name, score.liked) for score in figures.scores if score.name]
    return _shares(scored, ("quality score", "likes of all votes"))


def _groups(pick: Callable[[Figures], list[Group]], share: str, title: str, noun: str) -> Callable[[Figures], Chart]:
    def draw(figures: Figures) -> Chart:
        named = [(group.name or f"no {noun}", getattr(group, share)) for group in pick(figures)[:_MOST]]
        return _shares(named, ("", title), is_across=True) if len(named) > 1 else None

    return draw


def _exposure(figures: Figures) -> Chart:
    kinds = (f"{_TAKEN.min_viewers} readers or more", "fewer")
    points = [
        {"name": name, "value": count, "kind": kinds[name not in _REACHED]} for name, count in figures.exposure.items()
    ]
    return _bars(points, ("", "insights"), kinds, is_across=True)


def _costs(figures: Figures) -> Chart:
    spent = [(group.name or "no topic", group.costs.cost) for group in figures.topics if group.costs.cost is not None]
    points = [{"name": name, "value": cost} for name, cost in spent[:_MOST]]
    return _bars(points, ("", "USD"), is_across=True)


def _days(pick: Callable[[Group], float | None], title: str) -> Callable[[Figures], Chart]:
    def draw(figures: Figures) -> Chart:
        points = [{"name": day.name[5:], "value": pick(day)} for day in figures.days]
        return _bars(points, ("", title)) if any(point["value"] for point in points) else None

    return draw


_CHARTS: Final[dict[str, Callable[[Figures], Chart]]] = {
    "scores": _scores,
    "good_topics": _groups(lambda figures: figures.topics, "good", "good of those with a score", "topic"),
    "good_models": _groups(lambda figures: figures.models, "good", "good of those with a score", "model"),
    "good_prompts": _groups(lambda figures: figures.prompt_versions, "good", "good of those with a score", "prompt"),
    "liked_scores": _liked_by_score,
    "liked_topics": _groups(lambda figures: figures.topics, "liked", "likes of all votes", "topic"),
    "exposure": _exposure, "costs": _costs, "day_extractions": _days(lambda day: day.extractions, "extractions"),
    "day_quality": _days(lambda day: day.quality, "mean score"), "day_cost": _days(lambda day: day.costs.cost, "USD"),
}  # fmt: skip


def _bars(points: Points, titles: tuple[str, str], kinds: tuple[str, ...] = (), *, is_across: bool = False) -> Chart:
    if not points:
        return None
    thickness = min(18, 0.7 * _WIDTH / len(points))
    amount = {"format": "~g"} if titles[1] == "USD" else {"tickMinStep": 1}
    axis = alt.Axis(tickCount=4, labelOverlap="greedy", labelSeparation=8, **amount)
    chart = _chart(points, is_across=is_across, above=_LEGEND if kinds else 0)
    chart = chart.encode(**_axes(titles, axis, is_across=is_across))
    if not kinds:
        return chart.mark_bar(size=thickness, color=_BLUE)
    legend = alt.Legend(title=None, orient="top", symbolType="square", columnPadding=28)
    colour = alt.Color("kind:N", scale=alt.Scale(domain=list(kinds), range=[_BLUE, _GREY]), legend=legend)
    return chart.mark_bar(size=thickness).encode(color=colour)


def _shares(named: list[tuple[str, Share]], titles: tuple[str, str], *, is_across: bool = False) -> Chart:
    """Draw shares as points, each on the line of what is certain of it."""
    points = [{"name": name, "value": has.share, "low": has.low, "high": has.high} for name, has in named if has.total]
    if not points:
        return None
    axis, scale = alt.Axis(format=".0%", tickCount=5), alt.Scale(domain=[0, 1])
    chart = _chart(points, is_across=is_across)
    ends = {"x2" if is_across else "y2": "high:Q"}
    lines = chart.mark_rule(color=_BLUE, strokeWidth=4, opacity=0.4).encode(
        **_axes(titles, axis, is_across=is_across, field="low", scale=scale), **ends
    )
    dots = chart.mark_point(color=_BLUE, filled=True, size=70, opacity=1).encode(
        **_axes(titles, axis, is_across=is_across, scale=scale)
    )
    return alt.layer(lines, dots)


def _chart(points: Points, *, is_across: bool, above: int = 0) -> Chart:
    height = _AXIS + _ROW * max(2, len(points)) if is_across else _HEIGHT
    names = [_label(point["name"]) for point in points]
    # Rows of the same name are kept apart by spaces that nobody sees.
    shown = [
        {**point, "name": name + " " * names[:at].count(name)}
        for at, (point, name) in enumerate(zip(points, names, strict=True))
    ]
    return alt.Chart({"values": shown}).properties(width=_WIDTH, height=height + above)


def _label(name: str) -> str:
    """Cut a name; a control character in a label kills the process, and a letter that Vega cuts in two the chart."""
    letters = (letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name)
    return "".join(islice(letters, _LETTERS)) + ("…" if len(name) > _LETTERS else "")


def _axes(
    titles: tuple[str, str], axis: alt.Axis, *, is_across: bool, field: str = "value", **options: Any
) -> dict[str, Any]:
    """Put the names on one axis, in the order that they have, and a figure on the other."""
    names = alt.Axis(labelAngle=0, labelOverlap="greedy", labelLimit=0, labelPadding=6, ticks=False, grid=False)
    first, second = (alt.Y, alt.X) if is_across else (alt.X, alt.Y)
    name = first("name:N", sort=None, title=titles[0] or None, axis=names)
    figure = second(f"{field}:Q", title=titles[1], axis=axis, **options)
    return {"y": name, "x": figure} if is_across else {"x": name, "y": figure}


def _svg(chart: Chart) -> str:
    ink = {"labelColor": _INK, "titleColor": _INK, "labelFontSize": 12, "titleFontSize": 12}
    themed = (
        chart.configure(
            background="transparent",
            font=_FONT,
            padding=_PADDING,
            autosize=alt.AutoSizeParams(type="fit", contains="padding"),
        )
        .configure_view(stroke=None)
        .configure_axis(
            **ink, titleFontWeight="normal", domainColor=_GREY, gridColor=_GREY, gridOpacity=0.25, tickColor=_GREY
        )
        .configure_legend(**ink)
    )
    return vegalite_to_svg(themed.to_dict())
