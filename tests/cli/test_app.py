"""The group of commands."""

import click
from click.testing import CliRunner

from otel_training.cli.app import app

NAMES = app.list_commands(click.Context(app))


def test_every_command_has_help() -> None:
    """`--help` of each command says what it does."""
    texts = {name: CliRunner().invoke(app, [name, "--help"]).output for name in NAMES}

    names = {
        "status",
        "view",
        "review",
        "analyze",
        "prices",
        "savings",
        "dataset",
        "export",
        "validate",
        "finetune",
        "import",
        "ship",
        "doctor",
        "serve",
        "settle",
        "schema",
        "forget",
        "retention",
        "keys",
        "backup",
        "restore",
        "demo",
        "experiment",
    }
    assert sorted(names) == NAMES
    assert [] == [name for name, text in texts.items() if "Usage: " not in text or len(text.splitlines()) < 4]


def test_no_summary_is_cut() -> None:
    """The list of commands has room for each of them at 80 columns."""
    _, _, listing = CliRunner().invoke(app, ["--help"], terminal_width=80).output.partition("Commands:")

    assert (len(NAMES), False) == (len(listing.split("\n  ")) - 1, "..." in listing)
    groups = [name for name in NAMES if isinstance(app.get_command(click.Context(app), name), click.Group)]
    listings = {name: CliRunner().invoke(app, [name, "--help"], terminal_width=80).output for name in groups}
    assert ["dataset", "experiment", "finetune", "keys", "prices", "schema"] == groups
    assert [] == [name for name, text in listings.items() if "..." in text.partition("Commands:")[2]]


def test_a_slip_of_the_hand_is_named() -> None:
    """A word that is no command brings up the one that is near."""
    assert "'export'" in CliRunner().invoke(app, ["exprot"]).output
