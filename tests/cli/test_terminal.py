"""Every command in a terminal: the result is the same wherever it goes, and nothing else is in it."""

import signal
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE
from typing import Any, Final

import pytest
from rich.cells import cell_len

import otel_training
from otel_training.cli.output import progress, show, table
from tests.cli.terminal import SHOW_CURSOR, Printed, call_in_terminal, run_in_terminal
from tests.collector.process import until

EXPORT: Final = ("export", "--out", "t.jsonl", "--force", "--min-viewers", "0")
LISTINGS: Final = (("view", "extraction"), ("view", "llm_call"), ("schema", "status"))
REPORTS: Final = ((), ("view",), ("analyze",), ("doctor",), EXPORT, ("import", "old.jsonl"))
OTHERS: Final = (("view", "feedback"), ("view", "impression"), ("view", "query"), ("view", "correction"), ("savings",))
WIDE: Final = (("view", "llm_call"), ("analyze",), ("doctor",))
PROGRAMS: Final = [*((*argv, "--json") for argv in REPORTS), *((*argv, "--csv") for argv in LISTINGS)]

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("news")]


@pytest.fixture
def news(tmp_path: Path, gathered: None) -> None:
    """Records of every kind with long, wide and odd texts, more of them not drained yet, and an old log."""
    text = "Ein Satz über 半導体 mit https://news.example/a/very/long/path/that/nobody/breaks?at=all " * 4
    insight = {"text": text, "category": None}

    @otel_training.extraction
    def extract(topic: str, source_url: str, source_content: str) -> dict[str, Any]:
        otel_training.current().llm_call(
            model="claude-sonnet-4-5-20250929",
            input=source_content,
            output=text,
            input_tokens=1_234_567,
            output_tokens=9,
        )
        return {"insights": [insight], "quality_score": 8.25, "passed_filters": True}

    for number in range(12):
        extract(f"a topic with a long name {number}", "u", text)
        otel_training.record_correction(otel_training.current().id, [insight])
        otel_training.record_impressions([otel_training.insight_id("u", text)], user_id=number)
        otel_training.record_feedback(otel_training.insight_id("u", text), "like", user_id=number)
    otel_training.query(lambda query: [{"quality": 1}])(text)
    row = '{"stage":"extraction","timestamp":"2024-05-06T07:08:09Z","source_url":"u","extracted_insights":[]}\n'
    (tmp_path / "old.jsonl").write_text(row, encoding="utf-8")


def printed(argv: tuple[str, ...], work: Path, terminal: tuple[str, ...], width: int = 80) -> Printed:
    """Run a command that has something to drain, so that it shows a progress bar."""
    otel_training.record_feedback("one more", "share", user_id="r")
    assert otel_training.flush(30)
    return run_in_terminal(argv, work, terminal, width)


def test_a_program_reads_the_same_wherever_stderr_goes(tmp_path: Path) -> None:
    """JSON and CSV in a file are the same beside a progress bar, without one, and in the terminal itself."""
    for argv in PROGRAMS:
        # `doctor` ends with 1 where there is anything to do.
        code = int("doctor" in argv)
        beside = printed(argv, tmp_path, ("stderr",))
        alone = run_in_terminal(argv, tmp_path, ())

        assert (argv, code, alone.out, True) == (
            argv,
            beside.code,
            beside.out,
            SHOW_CURSOR in beside.screen or "schema" in argv,
        )
        assert (alone.code, True) == (code, alone.out != "")
    argv = ("view", "extraction", "--json")
    assert run_in_terminal(argv, tmp_path, ()).out == run_in_terminal(argv, tmp_path, ("stdout",)).screen


@pytest.mark.parametrize("width", [80, 120, 200])
def test_no_line_is_wider_than_the_terminal(tmp_path: Path, width: int) -> None:
    """Of tables and sentences at each usual width; a word alone, like a path, may be."""
    for argv in (*LISTINGS, *REPORTS, *OTHERS) if width == 80 else WIDE:
        shown = printed(argv, tmp_path, ("stdout", "stderr"), width).shown

        wide = [line for line in shown.splitlines() if cell_len(line.rstrip()) > width and " " in line.strip()]
        assert (argv, [], True) == (argv, wide, len(shown) > 40), shown


def test_a_table_keeps_its_columns_and_heads_at_80(tmp_path: Path) -> None:
    """However long texts and names are, each head stands whole, and what is last has room."""
    heads = {
        ("view", "llm_call"): ["timestamp", "model", "in", "out", "seconds", "USD", "answer"],
        ("analyze",): ["topic", "samples", "score", "good", "passed", "liked", "USD"],
    }
    for argv, columns in heads.items():
        lines = printed(argv, tmp_path, ("stdout", "stderr")).shown.splitlines()

        assert any(columns == line.split()[: len(columns)] for line in lines), "\n".join(lines)
    assert any(
        "Ein Satz" in line for line in run_in_terminal(("view", "llm_call"), tmp_path, ("stdout",)).shown.splitlines()
    )


def test_a_table_without_room_is_a_line_a_cell(tmp_path: Path) -> None:
    """In a narrow terminal nothing is cut off: each row is a paragraph, each value under its name."""
    columns, values = (
        ("experiment", "arm", "", "standing"),
        ("a-name-of-length", "candidate", "", "promoted, SIMULATED"),
    )

    def shown(width: int) -> list[str]:
        def draw() -> int:
            show(table("Title", columns, [values, values]))
            return 0

        return call_in_terminal(draw, tmp_path, ("stdout",), width).shown.splitlines()

    row = ["experiment: a-name-of-length", "arm: candidate", "standing: promoted, SIMULATED"]
    assert ["Title", *row, "", *row] == shown(38)
    assert ["Title", ["experiment", "arm", "standing"]] == [shown(39)[0], shown(39)[1].split()]
    assert "promoted, SIMULATED" in shown(80)[2]


def test_a_list_hangs_behind_its_dashes(tmp_path: Path) -> None:
    """A sentence's second line is not mistaken for the next sentence."""
    shown = printed(("doctor",), tmp_path, ("stdout",)).shown
    lines = shown.partition("What to do")[2].split("\n")[1:-1]

    assert {"- ", "  "} == {line[:2] for line in lines if line.strip()}, shown


def test_five_at_once_wait_for_each_other(tmp_path: Path) -> None:
    """Each has the store for itself, one after another; none fails, and all say the same."""
    assert otel_training.flush(30)
    assert 0 == run_in_terminal(("status",), tmp_path, ()).code
    argv = [sys.executable, "-m", "otel_training.cli", "status", "--json"]
    commands = [subprocess.Popen(argv, stdout=PIPE) for _ in range(5)]
    printed = [(command.communicate()[0], command.returncode) for command in commands]

    assert [(printed[0][0], 0)] * 5 == printed


COMPUTE: Final = """
import signal
from pathlib import Path
import otel_training.cli.main as cli
from otel_training.store.client import Store, embedded_dsn
def compute():
    store = Store(embedded_dsn(Path("engine")))
    store.row("SELECT 1 AS opened")
    print("begun", flush=True)
    print(store.row("SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1 SETTINGS max_threads = 1"))
cli.main = compute
signal.signal(signal.SIGTERM, lambda *_: None)
cli.run()
"""


def cpu_seconds(process: "subprocess.Popen[bytes]") -> float:
    """How long a program has computed."""
    listed = subprocess.run(
        ["ps", "-o", "cputime=", "-p", str(process.pid)], capture_output=True, text=True, check=True
    )
    seconds = 0.0
    for part in listed.stdout.replace("-", ":").split(":"):
        seconds = 60 * seconds + float(part)
    return seconds


def test_ctrl_c_is_answered_while_the_engine_computes(tmp_path: Path) -> None:
    """Soon and by a sentence, though Python's own handler runs only after the engine's call."""
    with subprocess.Popen([sys.executable, "-c", COMPUTE], stderr=PIPE, stdout=PIPE, cwd=tmp_path) as process:
        assert process.stdout is not None
        process.stdout.readline()
        # Until it is deep in the query: before, Python's own handler runs.
        begun = cpu_seconds(process)
        until(lambda: cpu_seconds(process) >= begun + 2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)

    # A handler in Python does not hear of SIGTERM either.
    assert process.returncode in (-signal.SIGTERM, -signal.SIGKILL)
    assert (b"", b"Error: Interrupted: nothing was lost, run it again.\n") == (out, err)


LOAD: Final = """
import os, signal
import otel_training.cli.main as cli
def load():
    try:
        os.kill(os.getpid(), signal.SIGINT)
    except KeyboardInterrupt:
        raise ImportError("engine not found") from None
cli.main = load
cli.run()
"""


def test_ctrl_c_is_no_missing_library(tmp_path: Path) -> None:
    """A library that is interrupted while it loads says that it is not there: that is not what is said."""
    done = subprocess.run([sys.executable, "-c", LOAD], capture_output=True, cwd=tmp_path, check=False)

    assert (130, b"Error: Interrupted: nothing was lost, run it again.\n") == (done.returncode, done.stderr)


def test_a_pager_holds_nothing(tmp_path: Path) -> None:
    """While `view` waits for who reads it, the store is free for other commands."""
    for number in range(100):
        otel_training.record_correction(str(number), ["a long text " * 200])
    assert otel_training.flush(30)
    argv = [sys.executable, "-c", "from otel_training.cli.main import run; run()", "view", "--json"]
    with subprocess.Popen(argv, stdout=PIPE) as pager:
        assert pager.stdout is not None
        first = pager.stdout.readline()

        assert (True, 0) == (first.startswith(b"{"), run_in_terminal(("--json",), tmp_path, ()).code)
        assert pager.poll() is None
        pager.kill()


def test_a_progress_bar_leaves_stdout_alone(tmp_path: Path) -> None:
    """What is printed while it is shown is in the file, and not in the terminal."""

    def work() -> int:
        with progress("Working") as step:
            step(1, 2)
            print("a row")  # noqa: T201 - what a command prints meanwhile
        return 0

    printed = call_in_terminal(work, tmp_path, ("stderr",))

    assert ("a row\n", True, False) == (printed.out, SHOW_CURSOR in printed.screen, "a row" in printed.screen)
