"""What is missing, for all commands that show it."""

from collections.abc import Iterable, Iterator

from rich.console import RenderableType
from rich.text import Text

from otel_training.cli.output import ITEM, to_text
from otel_training.cli.shipping_report import read_shipping_report
from otel_training.dataset.coverage import Gap, read_coverage, read_unpriced
from otel_training.folder import DataFolder
from otel_training.pipeline.settings import settings_in_force
from otel_training.store.client import Store


def read_gaps(store: Store, folder: DataFolder) -> list[Gap]:
    """Read what is missing; nothing is said where records are shipped to a store that is not read here."""
    return [] if is_read_elsewhere(folder) else [*read_coverage(store), *read_unpriced(store)]


def is_read_elsewhere(folder: DataFolder) -> bool:
    """Return whether records are shipped, and the store that they reach is not the one that is read here."""
    settings = settings_in_force()
    return not settings.store and read_shipping_report(folder, settings) is not None


def draw_list(title: str, sentences: Iterable[str]) -> Iterator[RenderableType]:
    """Draw sentences under a title, nothing where there is none."""
    for number, sentence in enumerate(sentences):
        if number == 0:
            yield Text(title, style="bold")
        yield to_text(f"{ITEM}{sentence}")
