"""`otel-training savings`: what calls cost today, and what a cheaper model would save."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, astuple
from datetime import UTC, datetime
from decimal import Decimal
from math import ceil
from pathlib import Path
from typing import Any, Final

import click
from rich.console import RenderableType

from otel_training.analysis.savings import Savings, is_same, read_savings
from otel_training.analysis.savings_pace import BreakEven
from otel_training.analysis.savings_rate import Plan
from otel_training.analysis.savings_scenario import Costs, Scenario, tenths
from otel_training.analysis.savings_stamp import Stamp, read_former, stale
from otel_training.analysis.writing import usd
from otel_training.cli.exit_code import ExitCode
from otel_training.cli.output import Output, note, output_options, plural, table, warn
from otel_training.cli.shadow_costs import draw_shadows
from otel_training.cli.store import open_store
from otel_training.store.shared_prices import prices_in_force

_ONCE: Final = ("USD", "shadow", "judge", "training", "pays from", "between")
_MOST: Final = 10**9
_NAMES: Final[dict[Callable[[str], Any], str]] = {int: "whole number", Decimal: "number"}


def _figure(kind: Callable[[str], Any], metavar: str, least: int = 0, most: int = _MOST) -> dict[str, Any]:
    """Take a figure within bounds as an option."""

    def read(text: str) -> Any:
        try:
            if least <= float(text) <= most:
                return kind(text)
        except ValueError:
            pass
        raise click.BadParameter(f"{text} is no {_NAMES[kind]} from {least} to {most:,}.")

    return {"type": read, "metavar": metavar}


_USD: Final = _figure(Decimal, "USD")
_COUNT: Final = _figure(int, "N")


@click.command()
@click.option("--candidate", default="", metavar="MODEL",
              help="The cheaper model.  [default: claude-haiku-5-5; gpt-5.4-nano, where that is today's]")  # fmt: skip
@click.option("--provider", default="", metavar="NAME", help="Who serves it, such as openai.")
@click.option("--tuned", default="", metavar="MODEL", help="Its name once it is fine-tuned, if that has another price.")
@click.option("--baseline", default="", metavar="MODEL", help="Today's model.  [default: the costliest]")
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, 3650), metavar="N",
              help="Of traffic, until now.")  # fmt: skip
@click.option("--fallback", default="0.03", show_default=True, **_figure(Decimal, "SHARE", most=1),
              help="Of sources that today's model still answers; both calls are paid.")  # fmt: skip
@click.option("--batch", "is_batch", is_flag=True, help="The candidate answers in batches.")
@click.option("--few-shot-tokens", **_COUNT, help="Of examples in a prompt.  [default: three calls]")
@click.option("--shadow", default=200, show_default=True, **_COUNT, help="Sources that both answer first.")
@click.option("--judge", default="", metavar="MODEL", help="Who compares these answers.  [default: today's model]")
@click.option("--training", **_USD, help="What the fine-tuning costs.")
@click.option("--hosting", **_USD, help="What a machine for the tuned model costs an hour, instead of tokens.")
@click.option("--sources-per-topic", default=40, show_default=True, **_figure(int, "N", 1), help="In a topic.")
@click.option("--check", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Say whether a former --json still holds; exit code 1 if not.")  # fmt: skip
@output_options()
def savings(check: Path | None, output: Output, **options: Any) -> ExitCode:
    """Show what calls cost, and what a cheaper model would save."""
    plan = Plan(**options)
    now = datetime.now(UTC)
    with open_store() as (store, folder):
        overrides = prices_in_force(store, folder)
        if check is not None:
            reasons = stale(store, overrides, read_former(check.read_bytes()), now)
        else:
            projected = read_savings(store, overrides, plan, now)
    if check is not None:
        output.emit(
            [{"is_stale": bool(reasons), "reasons": reasons}],
            lambda _: [f"Stale: {reason}." for reason in reasons] or ["It holds."],
        )
        return ExitCode.FAILED if reasons else ExitCode.OK
    output.emit([asdict(projected)], lambda _: _draw(projected))
    unknown = dict.fromkeys(scenario.unknown for scenario in projected.scenarios if scenario.unknown)
    for sentence in unknown:
        warn(sentence)
    return ExitCode.FAILED if unknown else ExitCode.OK


def _draw(savings: Savings) -> Iterator[RenderableType]:
    stamp = savings.stamp
    if savings.simulated_answers:
        yield f"SIMULATED: {plural(savings.simulated_answers, 'answer')} of stand-ins among what this stands on."
    if stamp is None or savings.today is None:
        which = "No call of a model in an extraction has a known cost: `prices check` says why."
        note(which if savings.models else f"No call of a model in {plural(savings.plan.days, 'day')}: nothing to save.")
        yield from draw_shadows(savings.shadows)
        return
    columns = ("USD", "a source", f"{savings.plan.sources_per_topic} of them", "100 topics", "a month", "saved")
    rows = [_row("today", savings.today), _row("all models, today", savings.all_models)]
    rows += [
        _row(f"rule of thumb, {name.replace('_', ' ')}", costs) for name, costs in (savings.rule_of_thumb or {}).items()
    ]
    rows += [_row(way.name, way.costs or Costs(), way.saving) for way in savings.scenarios]
    # Models stand above: no name is too long for that.
    models = " or ".join(dict.fromkeys(way.model for way in savings.scenarios))
    yield table(f"What sources cost: {stamp.baseline} today, {models} instead", columns, rows)
    yield table("What is paid first, and from when on it pays", _ONCE, [_row_once(way) for way in savings.scenarios])
    yield from _sentences(savings, stamp)


def _row(name: str, costs: Costs, saving: Decimal | None = None) -> tuple[str | None, ...]:
    return name, *map(usd, astuple(costs)), None if saving is None else tenths(saving)


def _row_once(way: Scenario) -> tuple[str | None, ...]:
    even = way.break_even or BreakEven()
    between = f"{even.earliest} to {even.latest or 'maybe never'}" if even.earliest else even.reason or None
    once = way.once or dict.fromkeys(_ONCE[1:4])
    return way.name, *map(usd, once.values()), str(even.on) if even.on else None, between


def _sentences(savings: Savings, stamp: Stamp) -> Iterator[str]:
    """Say what the figures stand on, and what they leave out."""
    base = f"{plural(stamp.calls, 'call')} for {plural(savings.sources, 'source')} in {plural(savings.days, 'day')}"
    candidate = f"a candidate by the prices of {stamp.date} ({stamp.prices}), for as many tokens, uncached"
    yield f"Of {base}, at what they cost then; {candidate}."
    if is_same(savings.plan.candidate, stamp.baseline):
        yield f"The candidate is today's model, {stamp.baseline}: name another by --candidate."
    if savings.left_out:
        left_out = plural(savings.left_out, "call")
        yield f"Left out: {left_out} of {stamp.baseline} without a known cost or tokens, or in no extraction."
    if unpriced := [
        row["name"] or "no name" for row in savings.models if row["unpriced"] and row["name"] != stamp.baseline
    ]:
        yield f"Unknown, and in no figure: what calls of {', '.join(unpriced)} cost; `prices check` says why."
    yield from draw_shadows(savings.shadows)
    for reason in dict.fromkeys(way.out_of_reach for way in savings.scenarios if way.out_of_reach):
        ways = " and ".join(way.name for way in savings.scenarios if way.out_of_reach == reason)
        yield f"97 % is out of reach ({ways}): {reason}."
    for model, day in {way.model: way.ends for way in savings.scenarios if way.ends}.items():
        verb = "ends" if day.isoformat() >= stamp.date else "ended"
        yield f"{model} {verb} on {day}, and what it saves with it: choose another."
    for way in savings.scenarios:
        if way.worth_from is not None:
            yield f"A machine is worth it from {ceil(way.worth_from):,} sources a day on ({way.name})."
