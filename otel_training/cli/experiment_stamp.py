"""The stamp on whatever a stand-in answered or judged."""

from collections.abc import Iterator

from rich.text import Text


def stamp(*, is_simulated: bool) -> Iterator[Text]:
    """Say first that nothing here was measured of a real model; nothing where all of it was."""
    if is_simulated:
        yield Text(
            "SIMULATED: a stand-in answered or judged, and none of this says anything of a model.", style="bold red"
        )
