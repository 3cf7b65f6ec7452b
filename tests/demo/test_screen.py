"""The screen of the loop: what it shows of a command, and what it takes for a broken loop."""

import os
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from otel_training.demo.screen import Screen
from otel_training.errors import TrainingError

pytestmark = pytest.mark.slow


@pytest.fixture
def screen(tmp_path: Path) -> Screen:
    return Screen(tmp_path, {**os.environ, "COLUMNS": "60"}, Console(file=StringIO(), width=60))


def shown(screen: Screen) -> list[str]:
    """Return the lines that were printed."""
    file = screen.console.file
    assert isinstance(file, StringIO)
    return file.getvalue().splitlines()


def test_a_heading_fills_the_line_and_has_its_stamp(screen: Screen) -> None:
    """Whatever the width."""
    screen.head("1  Traffic")

    assert ["", f"── 1  Traffic {'─' * 33} SIMULATED ──"] == [line.strip() for line in shown(screen)]


def test_shows_a_command_with_what_matters_of_its_output(screen: Screen) -> None:
    """Its exit code, too, where it is not 0; and says how much is left out."""
    screen.run("experiment", "--help", until="Options", says="Try a cheaper model beside Claude.")
    screen.run("nothing", code=2)

    lines = shown(screen)
    assert ["", "  $ otel-training experiment --help", "    Usage: otel-training experiment [OPTIONS] COMMAND"] == [
        line.rstrip() for line in lines[:3]
    ]
    cut = next(number for number, line in enumerate(lines) if "lines more" in line)
    assert (False, True) == ("Options" in "".join(lines[:cut]), "  $ otel-training nothing" in lines[cut:])
    assert "    exit code 2" == lines[-1]


@pytest.mark.parametrize(("plan", "words"), [({"code": 0}, "exit code 0"), ({"code": 2, "says": "PASS"}, "'PASS'")])
def test_a_command_that_ends_otherwise_breaks_the_loop(screen: Screen, plan: dict[str, object], words: str) -> None:
    """The error names command and plan, and all of its output stands above."""
    with pytest.raises(TrainingError, match=rf"`otel-training nothing` was to end with .*{words}"):
        screen.run("nothing", until="Usage", **plan)  # type: ignore[arg-type]

    assert "    Error: No such command 'nothing'." in shown(screen)
