"""`otel-training prices`: what models cost, and which calls have no price."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

import click

from otel_training.cli.exit_code import ExitCode
from otel_training.cli.output import Output, note, output_options, plural, table
from otel_training.cli.store import open_store
from otel_training.errors import StoreRefusedError
from otel_training.folder import find_folder
from otel_training.pipeline.settings import settings_in_force
from otel_training.pricing.call import Call, PricesError, Reason
from otel_training.pricing.overrides import read_overrides
from otel_training.pricing.price import CURES, no_price, prices_of, prices_version
from otel_training.store.client import read_query
from otel_training.store.costs import price_calls

_COLUMNS: Final = ("model", "provider", "calls", "reason", "cure")


@click.group()
def prices() -> None:
    """Show what models cost, and which calls have no price."""


@prices.command()
@click.argument("model")
@click.option("--provider", default="", metavar="NAME", help="Who serves it, such as anthropic or aws.bedrock.")
@click.option("--tier", default="", metavar="NAME", help="Of this service tier, such as priority.")
@click.option("--batch", is_flag=True, help="Of calls in a batch.")
@click.option("--at", type=click.DateTime(["%Y-%m-%d"]), help="On this day.  [default: today]")
@output_options(csv=True)
def show(  # noqa: PLR0913 - one for each option
    *, model: str, provider: str, tier: str, batch: bool, at: datetime | None, output: Output
) -> None:
    """Print the price of a model in USD; mtok is a million tokens."""
    overrides = read_overrides(find_folder(settings_in_force()))
    time = datetime.now(UTC) if at is None else at.replace(tzinfo=UTC)
    call = Call(model, provider=provider, time=time, is_batch=batch, service_tier=tier)
    quote, lines = prices_of(call, overrides)
    if not lines:
        raise PricesError(no_price(model, quote.reason))
    version = prices_version(overrides)
    common = {"source": quote.source, "version": version}
    rows = [
        {"model": quote.model, "price": name, "prompt_above": above, "usd": usd, **common}
        for (name, above), usd in lines.items()
    ]
    title = f"{quote.model}, by {next(part for part in version.split(', ') if part.startswith(quote.source))}"
    cells = [(row["price"], row["prompt_above"] or None, str(row["usd"])) for row in rows]
    output.emit(rows, lambda _: [table(title, ("price", "prompt above", "USD"), cells)])


@prices.command()
@click.option("--again", is_flag=True, help="Price anew what had a price before the prices changed.")
@output_options(csv=True)
def check(*, again: bool, output: Output) -> ExitCode:
    """List calls without a price, and what to do.

    Prices first what waits for it, on a server, too. The exit code is 1 if any answered call has no price.
    """
    with open_store() as (store, folder):
        # A user who only reads learns what waits.
        with suppress(StoreRefusedError):
            # Opening the store priced what waited: only those priced once more are news.
            if priced := price_calls(store, folder, again=again):
                note(f"{plural(priced, 'call')} priced.")
        rows = [{**row, "cure": CURES[row["reason"]]} for row in store.rows(read_query("costs_unknown"))]
    output.emit(rows, lambda _: [table("Calls without a price", _COLUMNS, [[r[c] for c in _COLUMNS] for r in rows])])
    return ExitCode.FAILED if any(row["reason"] != Reason.NO_ANSWER for row in rows) else ExitCode.OK
