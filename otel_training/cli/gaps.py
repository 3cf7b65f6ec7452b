"""What is missing, for all commands that show it."""

from collections.abc import Iterable, Iterator
from typing import Final

from rich.console import RenderableType
from rich.text import Text

from otel_training.cli.output import to_text
from otel_training.cli.shipping_report import read_shipping_report
from otel_training.dataset.coverage import Gap, read_coverage, read_unpriced
from otel_training.errors import StoreError
from otel_training.folder import DataFolder
from otel_training.pipeline import process
from otel_training.store.client import Store

_UNREADABLE: Final = Gap(
    "rights", 0, 0, 0, "This user may not read what is needed to say what is missing",
    "use one with the role otel_training_exporter",
)  # fmt: skip


def read_gaps(store: Store, folder: DataFolder) -> list[Gap]:
    """Read what is missing; nothing is said where records are shipped to a store that is not read here.

    A dashboard's user reads no content: it gets all else, and is told.
    """
    if is_read_elsewhere(folder):
        return []
    try:
        return [*read_coverage(store), *read_unpriced(store)]
    except StoreError as error:
        if "(ACCESS_DENIED)" not in str(error):
            raise
        return [_UNREADABLE]


def is_read_elsewhere(folder: DataFolder) -> bool:
    """Return whether records are shipped, and the store that they reach is not the one that is read here."""
    settings = process.settings()
    return not settings.store and read_shipping_report(folder, settings) is not None


def draw_list(title: str, sentences: Iterable[str]) -> Iterator[RenderableType]:
    """Draw sentences under a title, nothing where there is none."""
    for number, sentence in enumerate(sentences):
        if number == 0:
            yield Text(title, style="bold")
        yield to_text(f"- {sentence}")
