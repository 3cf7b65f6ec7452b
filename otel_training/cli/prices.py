"""`otel-training prices`: what models cost, which calls have no price, and prices that all share."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

import click

from otel_training.cli.exit_code import ExitCode
from otel_training.cli.output import Output, note, output_options, plural, table, warn
from otel_training.cli.store import open_store
from otel_training.conventions import COMMAND
from otel_training.errors import StoreRefusedError
from otel_training.folder import find_folder
from otel_training.pipeline.settings import settings_in_force
from otel_training.pricing.call import Call, PricesError, Reason
from otel_training.pricing.overrides import SOURCE, Overrides, read_overrides
from otel_training.pricing.price import CURES, no_price, prices_of, prices_version
from otel_training.store.client import read_query
from otel_training.store.costs import price_calls
from otel_training.store.migrate import migrate
from otel_training.store.session import open_as_is
from otel_training.store.shared_prices import overruled, prices_in_force, share_prices

_COLUMNS: Final = ("model", "provider", "calls", "reason", "cure")


@click.group()
def prices() -> None:
    """Show what models cost, which calls have no price; share prices."""


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
    overrides = _overrides()
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
    title += "; mtok is a million tokens" * any(name.endswith("mtok") for name, _ in lines)
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
        if sentence := overruled(store, folder):
            warn(sentence)
        # A user who only reads learns what waits.
        with suppress(StoreRefusedError):
            # Opening the store priced what waited: only those priced once more are news.
            if priced := price_calls(store, folder, again=again):
                note(f"{plural(priced, 'call')} priced.")
        rows = [{**row, "cure": CURES[row["reason"]]} for row in store.rows(read_query("costs_unknown"))]
    output.emit(rows, lambda _: [table("Calls without a price", _COLUMNS, [[r[c] for c in _COLUMNS] for r in rows])])
    return ExitCode.FAILED if any(row["reason"] != Reason.NO_ANSWER for row in rows) else ExitCode.OK


@prices.command()
@output_options()
def share(output: Output) -> None:
    """Have this folder's prices.toml hold for all.

    For whoever uses the store that OTEL_TRAINING_STORE names, or this folder's, and before a file of their own. The
    last that was shared holds; one without prices, too.
    """
    settings = settings_in_force()
    folder = find_folder(settings)
    own = read_overrides(folder)
    if own.text is None:
        raise PricesError(f"There is no {folder.path / SOURCE}: write it, for no prices of your own an empty one.")
    with open_as_is(settings) as store:
        migrate(store)
        share_prices(store, own)
    row = {"prices": len(own.prices), "digest": own.digest}
    output.emit([row], lambda _: [f"{plural(len(own.prices), 'price')} of your own in force for all of this store."])
    note(f"What has a cost keeps it: `{COMMAND} prices check --again` prices all anew.")


def _overrides() -> Overrides:
    """Return the prices in force: without a store, those of the folder."""
    settings = settings_in_force()
    folder = find_folder(settings)
    if not settings.store and not folder.store.exists():
        return read_overrides(folder)
    with open_store() as (store, folder):
        if sentence := overruled(store, folder):
            warn(sentence)
        return prices_in_force(store, folder)
