"""`otel-training analyze`: what is covered, how good it is, what readers made of it, what it costs, how far it is."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

import click
from rich.console import RenderableType

from otel_training.analysis.figures import Figures, Group, Progress
from otel_training.analysis.reading import read_figures
from otel_training.analysis.report import write_report
from otel_training.analysis.writing import interval, percent, usd
from otel_training.cli.gaps import draw_list, read_gaps
from otel_training.cli.opt_outs import read_opt_outs
from otel_training.cli.output import Output, note, output_options, plural, table
from otel_training.cli.store import open_store
from otel_training.dataset.funnel import Filters
from otel_training.dataset.share import Share
from otel_training.dataset.trust import Influence, read_influence, with_doubts

_BAR: Final = 24
_ROWS: Final = 12
_LEVELS: Final = "▁▂▃▄▅▆▇█"
_GROUP: Final = ("samples", "score", "good", "passed", "liked", "USD")
_SPENT: Final = ("cost of", "calls", "unpriced", "USD", "USD each")


@click.command()
@click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a report with charts into this file, too."
)
@output_options()
def analyze(html: Path | None, output: Output) -> None:
    """Show coverage, quality, what readers did, costs and progress."""
    with open_store() as (store, folder):
        filters = with_doubts(store, Filters(doubts=read_opt_outs()))
        figures = read_figures(store, read_gaps(store, folder), filters)
        influence = read_influence(store, filters.doubts)
    if html is not None:
        write_report(figures, html)
        note(f"The report is {html}.")
    row = asdict(figures) | {"influence": list(map(asdict, influence))}
    output.emit([row], lambda _: [*draw_figures(figures), *_draw_influence(influence)])


def draw_figures(figures: Figures) -> Iterator[RenderableType]:
    """Draw the figures as tables."""
    if not figures.totals.extractions:
        note("No extraction yet: there is nothing to analyze.")
        return
    yield _about(figures)
    yield _draw_coverage(figures.coverage)
    yield from draw_list("What is missing", (gap.sentence for gap in figures.gaps))
    if figures.scores:
        yield _draw_scores(figures.scores)
    yield _draw_groups("topic", figures.topics, figures.totals)
    yield _draw_groups("model", figures.models, figures.totals)
    yield _draw_groups("prompt version", figures.prompt_versions, figures.totals)
    yield from _draw_readers(figures)
    if figures.totals.costs.calls:
        yield _draw_costs(figures)
    yield _draw_days(figures.days)
    yield _draw_progress(figures.progress)
    yield f"Worth it? {figures.worth.sentence}"


def _about(figures: Figures) -> str:
    count = f"{plural(figures.totals.extractions, 'extraction')}, {figures.totals.failed:,} failed"
    prices = ", ".join(figures.prices) or "none"
    basis = f"of {figures.first} to {figures.last}; read on {figures.date}; prices: {prices}"
    return f"{count}, {basis}. Shares are percent, with their bounds at 95 %; USD is what one extraction costs."


def _draw_coverage(coverage: dict[str, Share]) -> RenderableType:
    rows = [
        (name, has.count, has.total, percent(has.share), _bar(has.share or 0))
        for name, has in coverage.items()
        if has.total
    ]
    return table("", ("coverage", "have", "of", "share", ""), rows)


def _draw_scores(scores: list[Group]) -> RenderableType:
    most = max(score.samples for score in scores)
    rows = [
        (score.name or "none", score.samples, _bar(score.samples / most), interval(score.liked)) for score in scores
    ]
    return table("", ("score", "samples", "", "liked"), rows)


def _draw_groups(noun: str, groups: list[Group], totals: Group) -> RenderableType:
    rows = [_group(group.name or f"no {noun}", group) for group in groups[:_ROWS]]
    if len(groups) > _ROWS:
        rows.append((f"{len(groups) - _ROWS:,} more", *[None] * len(_GROUP)))
    return table("", (noun, *_GROUP), [*rows, _group("all", totals)])


def _group(name: str, group: Group) -> tuple[object, ...]:
    shares = map(interval, (group.good, group.passed, group.liked))
    return name, group.samples, group.quality, *shares, usd(group.costs.per_source)


def _draw_readers(figures: Figures) -> Iterator[RenderableType]:
    reactions = figures.reactions
    actions = ", ".join(f"{count:,} {action}" for action, count in reactions.actions.items())
    rows = [
        ("actions", actions or "none"),
        ("readers", f"{reactions.readers:,}, who were shown {reactions.impressions:,} feeds"),
        ("votes that are likes", interval(figures.totals.liked)),
        ("score predicts likes?", figures.prediction.sentence),
        ("of no known insight", reactions.sentence or "none"),
    ]
    yield table("", ("what readers did", ""), rows)
    if figures.exposure:
        most = max(figures.exposure.values())
        reach = [(readers, count, _bar(count / most)) for readers, count in figures.exposure.items()]
        yield table("", ("readers reached", "insights", ""), reach)
    if figures.blind_spots:
        spots = [
            (of.kind, of.samples, round(of.score, 2), of.likes, of.dismissals, of.viewers, of.extraction_id)
            for of in figures.blind_spots
        ]
        # Narrow enough for an id, which is copied.
        yield table("", ("by readers", "of", "score", "likes", "x", "readers", "extraction"), spots)


def _draw_influence(influence: Sequence[Influence]) -> Iterator[RenderableType]:
    """Draw on whose votes the most insights hang."""
    if influence:
        rows = [
            (reader.pseudonym, reader.votes, reader.likes, reader.dismissals, reader.decided, reader.lockstep or "-")
            for reader in influence
        ]
        yield table("", ("reader", "votes", "likes", "x", "decides", "in lockstep"), rows)


def _draw_costs(figures: Figures) -> RenderableType:
    models = [(name or "unknown model", costs) for name, costs in figures.costs.items()]
    topics = [(group.name or "no topic", group.costs) for group in figures.topics if group.costs.calls]
    rows = [
        (name, costs.calls, costs.unpriced, usd(costs.cost), usd(costs.per_source))
        for name, costs in [("all", figures.totals.costs), *models[:_ROWS], *topics[:_ROWS]]
    ]
    return table("", _SPENT, rows)


def _draw_days(days: list[Group]) -> RenderableType:
    lines: dict[str, list[float | None]] = {
        "extractions": [day.extractions for day in days],
        "mean score": [day.quality for day in days],
        "likes of votes": [day.liked.share for day in days],
        "USD": [day.costs.cost for day in days],
    }
    rows = [(name, _line(values)) for name, values in lines.items()]
    return table("", ("each day", f"{days[0].name} to {days[-1].name}"), rows)


def _draw_progress(progress: list[Progress]) -> RenderableType:
    targets = list(progress[0].days_to)
    rows = [
        (step.name, step.count, round(step.a_day, 1), *(_days_to(days) for days in step.days_to.values()))
        for step in progress
    ]
    return table("", ("progress", "now", "a day", *(f"{int(target):,} in" for target in targets)), rows)


def _days_to(days: int | None) -> str:
    if days is None:
        return "none came"
    return f"{days:,} days" if days else "reached"


def _bar(share: float) -> str:
    return "█" * (max(1, round(_BAR * share)) if share else 0)


def _line(values: Sequence[float | None]) -> str:
    """Draw a sparkline from 0 to the greatest; a day without a value is left blank."""
    most = max((value for value in values if value is not None), default=0) or 1
    top = len(_LEVELS) - 1
    return "".join(" " if value is None else _LEVELS[round(top * value / most)] for value in values)
