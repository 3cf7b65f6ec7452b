"""The options that say which examples are taken, for every command that takes any."""

import math
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click

from otel_training.cli.opt_outs import read_opt_outs
from otel_training.dataset.funnel import Filters

_DEFAULT: Final = Filters()
_DAY: Final = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])
_OPTIONS: Final = (
    click.option(
        "--min-quality", type=float, default=_DEFAULT.min_quality, show_default=True, help="Least quality score."
    ),
    click.option("--no-score", is_flag=True, help="Ask for no quality score, where the app has none."),
    click.option(
        "--net-above",
        type=float,
        default=_DEFAULT.net_above,
        show_default=True,
        help="What likes - dismissals, over all insights of an extraction, must exceed.",
    ),
    click.option(
        "--min-bound",
        type=click.FloatRange(0, 1),
        help="Instead: what share of likes, over all insights, must be certain at 95 %.",
    ),
    click.option(
        "--min-viewers",
        type=click.IntRange(min=0),
        default=_DEFAULT.min_viewers,
        show_default=True,
        help="Least number of readers that one of its insights reached.",
    ),
    click.option("--topic", "topics", multiple=True, help="Of this topic; may be repeated."),
    click.option("--model", "models", multiple=True, help="Answered by this model; may be repeated."),
    click.option("--prompt-version", "prompt_versions", multiple=True, help="Asked by this prompt; may be repeated."),
    click.option("--since", type=_DAY, help="From this day or time on, in UTC."),
    click.option("--until", type=_DAY, help="Before this day or time."),
    click.option("--whole", is_flag=True, help="Leave out templates whose source was cut."),
    click.option(
        "--grounded",
        type=click.FloatRange(0, 1),
        default=_DEFAULT.grounded,
        help="What share of an insight's words a passage of its source must hold, such as 0.5.",
    ),
    click.option(
        "--trim", is_flag=True, help="Leave single insights that readers surely dismissed out of an answer in JSON."
    ),
    click.option(
        "--count-lockstep", is_flag=True, help="Count the votes of readers in lockstep, or of one source alone, too."
    ),
    click.option("--only-shown", is_flag=True, help="Leave out votes on what was not shown to who voted."),
    click.option(
        "--opt-outs",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="File of the sources and readers that are never used.  [default: opt_outs.txt in the data folder]",
    ),
)


def selection_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of `Filters`; it takes them as `filters`."""

    @wraps(command)
    def choose(*arguments: Any, opt_outs: Path | None, **options: Any) -> Any:
        doubts = read_opt_outs(opt_outs)
        values = {name: options.pop(name) for name in Filters.__dataclass_fields__ if name != "doubts"}
        for name in ("min_quality", "net_above"):
            if not math.isfinite(values[name]):
                raise click.UsageError(f"--{name.replace('_', '-')} must be a number, not {values[name]}.")
        values |= {name: _seconds(values[name]) for name in ("since", "until")}
        return command(*arguments, filters=Filters(**values, doubts=doubts), **options)

    for option in reversed(_OPTIONS):
        choose = option(choose)
    return choose


def _seconds(time: datetime | None) -> int | None:
    return None if time is None else int(time.replace(tzinfo=UTC).timestamp())
