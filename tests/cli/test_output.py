"""What all commands print, on stdout and beside it."""

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import otel_training
from otel_training.folder import DataFolder
from tests.cli.news import extract
from tests.served import environment, run

pytestmark = pytest.mark.slow

SHOW_CURSOR = "\x1b[?25h"


@pytest.mark.parametrize(
    "argv", [(), ("view",), ("view", "extraction"), ("view", "impression"), ("view", "feedback"), ("analyze",)]
)
def test_tables_show_a_stored_escape_sequence_as_text(gathered: None, command: Any, argv: tuple[str, ...]) -> None:
    """What was captured cannot drive the terminal, and markup in it is text."""
    extract("\x1b[2J[bold]t[/bold]", "u2", "text")
    otel_training.record_feedback("\x1b]0;x\x07", "like", user_id=1)
    otel_training.record_impressions(["\x1b[31m"], user_id=1)
    code, out, err = command(*argv)

    assert (0, False) == (code, "\x1b" in out + err)


@pytest.mark.parametrize("argv", [("view",), ("view", "extraction"), ("analyze",)])
def test_an_empty_store_is_no_failure(folder: DataFolder, command: Any, argv: tuple[str, ...]) -> None:
    """Where nothing was gathered yet, a sentence says so."""
    folder.path.mkdir()
    code, out, err = command(*argv)

    assert (0, "", True) == (code, out, "yet" in err)


@pytest.mark.parametrize("argv", [("view",), ("analyze",), ("doctor",), ("export", "--out", "t.jsonl")])
def test_a_missing_store_is_one_sentence(folder: DataFolder, command: Any, argv: tuple[str, ...]) -> None:
    """Where no app ever ran, the command says what to do, and makes nothing."""
    code, out, err = command(*argv)

    assert (1, "", 1, False) == (code, out, len(err.splitlines()), folder.path.exists())
    assert "OTEL_TRAINING_HOME" in err


def test_a_hint_is_one_line_in_a_log(command: Any) -> None:
    """It is broken between words for a terminal alone."""
    otel_training.record_feedback("nosuch", "like", user_id=1)
    code, out, _ = command("doctor")

    *_, heading, finding = out.splitlines()
    assert (0, "What to do") == (code, heading)
    assert len(finding) > 80


def test_progress_is_gone_before_the_result(folder: DataFolder, tmp_path: Path) -> None:
    """In a terminal, where both share a line."""
    extract("chips", "u", "text")
    assert otel_training.flush(2)
    leader, follower = pty.openpty()
    environ = environment(OTEL_TRAINING_HOME=str(folder.path), TERM="xterm")
    argv = [sys.executable, "-m", "otel_training.cli", "view"]
    subprocess.run(argv, cwd=tmp_path, env=environ, stdout=follower, stderr=follower, check=True)
    printed = os.read(leader, 1 << 16).decode()
    os.close(leader)
    os.close(follower)

    before, _, after = printed.partition("timestamp")
    assert (True, True, False) == ("Draining" in before, SHOW_CURSOR in before, "Draining" in after)


def test_a_server_that_is_away_is_one_sentence(tmp_path: Path) -> None:
    """It names the address, and nothing of the driver's own words."""
    done = run("-m", "otel_training.cli", "view", cwd=tmp_path, OTEL_TRAINING_STORE="http://127.0.0.1:9")

    sentence = "Error: No ClickHouse answers at 127.0.0.1:9: start it, or correct OTEL_TRAINING_STORE.\n"
    assert (1, "", sentence) == (done.returncode, done.stdout, done.stderr)
