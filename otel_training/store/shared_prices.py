"""Prices of the user's own for all who use a store: versions of their file in a table, the newest in force."""

from typing import Final

from otel_training.conventions import COMMAND
from otel_training.folder import DataFolder
from otel_training.pricing.call import PricesError
from otel_training.pricing.overrides import SOURCE, Overrides, parse_overrides, read_overrides
from otel_training.store.client import Store, read_query

_SHARED: Final = f"The {SOURCE} that the store shares"


def prices_in_force(store: Store, folder: DataFolder) -> Overrides:
    """Return the prices that the store shares, else those of the folder's file; raises `PricesError`.

    Never both together: a machine with a file of its own would price as no other does.
    """
    text = _newest(store)
    return read_overrides(folder) if text is None else parse_overrides(text, _SHARED)


def share_prices(store: Store, prices: Overrides) -> None:
    """Have the prices of a file hold for all who use the store; those without a price hold, too."""
    if _newest(store) != prices.text:
        store.insert("price_lists", ("digest", "text"), [(prices.digest, prices.text)])


def overruled(store: Store, folder: DataFolder) -> str:
    """Say that the folder's file is not in force, and what to do; empty where it is, or where there is none."""
    try:
        text = read_overrides(folder).text
    except PricesError as error:
        return str(error)
    if text is None or _newest(store) in {None, text}:
        return ""
    return (
        f"{folder.path / SOURCE} is not in force, since the store shares other prices: `{COMMAND} prices share` shares "
        "these, or delete it."
    )


def _newest(store: Store) -> str | None:
    return next((row["text"] for row in store.rows(read_query("price_lists"))), None)
