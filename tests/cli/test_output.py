"""What all commands print, on stdout and beside it."""

import contextlib
import csv
import io
import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

import otel_training
from otel_training import TrainingMiddleware
from otel_training.folder import DataFolder
from tests.cli.news import extract
from tests.cli.terminal import run_in_terminal
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


@pytest.mark.parametrize(
    "argv", [("view",), ("analyze",), ("doctor",), ("export", "--out", "t.jsonl"), ("forget", "--user", "u", "--show")]
)
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
    assert (1, "What to do") == (code, heading)
    assert len(finding) > 80


def test_nothing_is_cut_in_a_file(gathered: None, rows: Any, tmp_path: Path) -> None:
    """Whose lines are as long as they must be, without spaces at their ends; times have room in 80 columns."""
    (key,) = rows("keys", "list")

    printed = run_in_terminal(["keys", "list"], tmp_path, [])

    cells = [key["user_key_id"], "3", key["first"][:19], key["last"][:19], "in", "force"]
    assert cells == printed.out.splitlines()[-1].split()
    assert [] == [line for line in printed.out.splitlines() if line != line.rstrip()]
    assert cells == run_in_terminal(["keys", "list"], tmp_path, ["stdout"], width=80).screen.splitlines()[-1].split()


def test_progress_is_gone_before_the_result(folder: DataFolder, tmp_path: Path) -> None:
    """In a terminal, where both share a line."""
    extract("chips", "u", "text")
    assert otel_training.flush(30)
    before, _, after = screen(folder, tmp_path, "-m", "otel_training.cli", "view").partition("timestamp")

    assert (True, True, False) == ("Settling" in before, SHOW_CURSOR in before, "Settling" in after)


PARTS: Final = """
import time
from otel_training.cli.output import stages

with stages() as begin:
    for name in ("Draining", "Pricing", "Settling"):
        begin(name)(1, 2 * (name != "Pricing"))
        time.sleep(0.5)
"""


def test_each_part_of_the_work_has_its_bar(folder: DataFolder, tmp_path: Path) -> None:
    """One after the other, under its own name; one that has nothing to do shows none."""
    first, _, second = screen(folder, tmp_path, "-c", PARTS).partition("Settling")

    assert (True, False, False) == ("Draining" in first, "Pricing" in first + second, "Draining" in second)


def screen(folder: DataFolder, work: Path, *argv: str) -> str:
    """Run a program of Python in a terminal; return all that it printed there."""
    leader, follower = pty.openpty()
    environ = environment(OTEL_TRAINING_HOME=str(folder.path), TERM="xterm")
    process = subprocess.Popen([sys.executable, *argv], cwd=work, env=environ, stdout=follower, stderr=follower)
    os.close(follower)
    printed = b""
    # A terminal whose program has ended cannot be read.
    with contextlib.suppress(OSError):
        while chunk := os.read(leader, 1 << 16):
            printed += chunk
    os.close(leader)
    assert process.wait() == 0
    return printed.decode()


def test_a_server_that_is_away_is_one_sentence(tmp_path: Path) -> None:
    """It names the address, and nothing of the driver's own words."""
    done = run("-m", "otel_training.cli", "view", cwd=tmp_path, OTEL_TRAINING_STORE="http://127.0.0.1:9")

    sentence = "Error: No ClickHouse answers at 127.0.0.1:9: start it, or correct OTEL_TRAINING_STORE.\n"
    assert (1, "", sentence) == (done.returncode, done.stdout, done.stderr)


NASTY: Final = "\x1b]0;x\x07\x1b[31m\x9b31m\x7f\x08\r\x85\u202e\u2066\u2028\u2029x"
"""What drives a terminal, ends lines, or turns a text round."""


def _plant(folder: DataFolder, tmp_path: Path) -> None:
    """Have an app capture such texts wherever texts come from elsewhere: its readers', a model's, a receiver's."""
    app = FastAPI()

    @app.post("/api/feed/engage")
    async def engage(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @app.get("/api/feed")
    def feed() -> list[dict[str, str]]:
        return [{"id": f"shown{NASTY}", "text": f"=text{NASTY}"}]

    TestClient(TrainingMiddleware(app, feed=f"GET /api/{NASTY}")).get("/api/feed")
    client = TestClient(TrainingMiddleware(app))
    for action in ("like", f"odd{NASTY}"):
        client.post(
            "/api/feed/engage", json={"insight_id": f"posted{NASTY}", "action": action, "metadata": {"user_id": NASTY}}
        )
    client.post("/api/feed/engage", content=b'{"' + NASTY.encode() + b'": 1}')
    client.get("/api/feed")

    @otel_training.extraction
    def extracting(topic: str, source_url: str, source_content: str) -> dict[str, Any]:
        otel_training.current().llm_call(model=f"model{NASTY}", input=f"in{NASTY}", output=f"out{NASTY}")
        return {"insights": [{"text": f"=cmd{NASTY}", "category": f"c{NASTY}"}], "quality_score": -8}

    @otel_training.extraction
    def failing(topic: str) -> None:
        raise type(f"Error{NASTY}", (Exception,), {})(NASTY)

    extracting(f"@topic{NASTY}", f"https://x.example/{NASTY}", f"content{NASTY}")
    with pytest.raises(Exception, match="x"):
        failing(f"topic{NASTY}")
    otel_training.query(lambda query: [])(f"+query{NASTY}")
    otel_training.record_correction(f"corrected{NASTY}", [f"text{NASTY}"])
    assert otel_training.flush(20)
    state = {"endpoint": f"http://x{NASTY}", "error": f"refused{NASTY}", "error_at": 1.0, "rejected": 1}
    folder.shipping.write_text(json.dumps(state), "utf-8")
    (tmp_path / f"old{NASTY}.jsonl").write_text(f'{{"stage": "{NASTY}"}}\n', "utf-8")


REPORTS: Final = (
    (),
    ("doctor",),
    ("analyze",),
    ("export", "--out", "t.jsonl", "--force", "--min-viewers", "0"),
    ("view",),
)
LISTINGS: Final = tuple(
    ("view", kind) for kind in ("extraction", "feedback", "impression", "query", "llm_call", "correction")
)
MISTAKES: Final = (
    ("view", f"no{NASTY}"), (f"no{NASTY}",), ("export", f"--no{NASTY}"), ("export", "--out", f"no{NASTY}/t.jsonl"),
    ("import", f"old{NASTY}.jsonl"), ("import", f"none{NASTY}.jsonl"),
)  # fmt: skip
TO_FILES: Final = (
    *REPORTS, *LISTINGS, *MISTAKES, ("export", "--print-sql"), ("schema", "verify"), ("ship",),
    *((*command, "--json") for command in REPORTS), *((*command, "--csv") for command in LISTINGS),
)  # fmt: skip
RAW: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
OURS: Final = re.compile(r"\x1b\[[\d;]*m|\x1b\[\?25[hl]|\x1b\[1A|\x1b\[2K|\r")
"""Colours, and what a progress bar does."""


@pytest.mark.slow
def test_no_stored_text_drives_the_terminal(folder: DataFolder, tmp_path: Path) -> None:
    """Of whatever command, in whatever form, to a terminal or a file, with whatever was captured."""
    _plant(folder, tmp_path)
    printed = {}
    for command in TO_FILES:
        shown = run_in_terminal(command, tmp_path, ())
        printed[command] = shown.out.replace("\r\n", "\n") + shown.err
    for command in (*REPORTS, MISTAKES[0], LISTINGS[0]):
        shown = run_in_terminal(command, tmp_path, ("stdout", "stderr"))
        printed[(*command, "terminal")] = OURS.sub("", shown.screen)

    assert {} == {command: characters for command, text in printed.items() if (characters := RAW.findall(text))}
    assert '"posted]0;x[31m' in printed["view", "--json"]


@pytest.mark.slow
def test_a_spreadsheet_runs_nothing(folder: DataFolder, tmp_path: Path) -> None:
    """Texts that begin as a formula does get a mark; numbers are numbers, and ends of lines stay in their cells."""
    _plant(folder, tmp_path)
    cells = [
        (column, cell)
        for kind in ("extraction", "feedback", "impression", "query", "llm_call", "correction")
        for row in csv.DictReader(io.StringIO(run_in_terminal(["view", kind, "--csv"], tmp_path, ()).out))
        for column, cell in row.items()
    ]

    assert {("quality_score", "-8")} == {cell for cell in cells if re.match(r"[=+\-@\t\r\n]", cell[1])}
    assert {"topic", "query"} == {column for column, cell in cells if cell.startswith("'") and column != "service"}
