"""The stamp on whatever a stand-in answered or judged."""

from collections.abc import Iterator

from rich.text import Text


def stamp(*, is_simulated: bool, who: str = "a stand-in answered or judged") -> Iterator[Text]:
    """Say first that nothing here was measured of a real model, and why; nothing where all of it was."""
    if is_simulated:
        yield Text(f"SIMULATED: {who}, and none of this says anything of a model.", style="bold red")
