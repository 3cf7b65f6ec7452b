"""`otel-training prices`: what models cost, and which calls have no price."""

from datetime import UTC, datetime
from typing import Final

import click

from otel_training.cli.output import Output, output_options, table
from otel_training.folder import find_folder
from otel_training.pipeline import process
from otel_training.pricing.call import Call, PricesError, Reason
from otel_training.pricing.overrides import SOURCE, read_overrides
from otel_training.pricing.price import prices_of, prices_version

CURES: Final = {
    Reason.NO_ANSWER: "nothing to do: they failed before an answer came",
    Reason.NO_USAGE: "report them with `input_tokens` and `output_tokens`",
    Reason.NO_LIST: "pip install 'otel_training[prices]'",
    Reason.UNKNOWN_MODEL: f"pip install -U genai-prices, or give the model's price in {SOURCE} in the data folder",
    Reason.NO_TIER_PRICE: f"give the price of its service tier in {SOURCE} in the data folder",
    Reason.NO_BATCH_PRICE: f"give its price with `batch` in {SOURCE} in the data folder",
    Reason.NO_TOKEN_PRICE: f"give the model's price in {SOURCE} in the data folder",
    Reason.NO_DURATION: "time them by the client that is watched, or price tokens instead of hours",
}
"""What to do about calls whose cost is unknown."""


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
    overrides = read_overrides(find_folder(process.settings()))
    time = datetime.now(UTC) if at is None else at.replace(tzinfo=UTC)
    call = Call(model, provider=provider, time=time, is_batch=batch, service_tier=tier)
    quote, lines = prices_of(call, overrides)
    if not lines:
        raise PricesError(f"No price of {model} is known ({quote.reason}): {CURES[Reason(quote.reason)]}.")
    version = prices_version(overrides)
    rows = [
        {
            "model": quote.model,
            "price": name,
            "prompt_above": above,
            "usd": usd,
            "source": quote.source,
            "version": version,
        }
        for (name, above), usd in lines.items()
    ]
    title = f"{quote.model}, {quote.source} ({version})"
    cells = [(row["price"], row["prompt_above"] or None, str(row["usd"])) for row in rows]
    output.emit(rows, lambda _: [table(title, ("price", "prompt above", "USD"), cells)])
