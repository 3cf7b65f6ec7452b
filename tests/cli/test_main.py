"""The program itself: exit codes, and whatever ends a command."""

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from otel_training.cli.app import app
from otel_training.cli.main import main
from otel_training.folder import DataFolder, make_folder
from tests.cli.terminal import run_in_terminal
from tests.served import environment, run


@pytest.mark.parametrize(
    "argv",
    [
        ("--nosuch",), ("nosuch",), ("--json", "view"), ("view", "nosuch"), ("view", "--limit", "0"), ("view", "--csv"),
        ("view", "feedback", "--csv", "--json"), ("export",), ("export", "--out", "t", "--min-quality", "high"),
        ("import",), ("status", "more"),
    ],
)  # fmt: skip
def test_wrong_usage_is_exit_code_2(command: Any, argv: tuple[str, ...]) -> None:
    """A sentence on stderr, nothing on stdout, no traceback."""
    code, out, err = command(*argv)

    assert (2, "", True, False) == (code, out, "Error: " in err, "Traceback" in err)


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (KeyboardInterrupt(), 130, "nothing was lost"),
        (OSError(30, "Read-only file system", "/data"), 1, "/data: Read-only file system"),
        (BrokenPipeError(), 0, ""),
    ],
    ids=["Ctrl-C", "read-only", "broken pipe"],
)
def test_whatever_ends_a_command_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: BaseException, code: int, sentence: str
) -> None:
    """Ctrl-C, a read-only disk, a closed pipe: no traceback."""

    def ending(*_: object) -> None:
        raise error

    monkeypatch.setattr(app, "invoke", ending)
    monkeypatch.setattr("otel_training.cli.main.os.dup2", lambda *_: None)
    monkeypatch.setattr(sys, "stdout", Path("/dev/null").open("w"))  # noqa: SIM115 - closed by the fixture's end
    result = main(["status"])
    sys.stdout.close()

    assert (code, sentence != "") == (result, sentence in capsys.readouterr().err and sentence != "")


def test_says_which_libraries_are_missing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Without the extras the command says what to install."""
    monkeypatch.setitem(sys.modules, "otel_training.cli.app", None)

    assert (1, "Error: The command needs its libraries: pip install 'otel_training[cli,local]'.\n") == (
        main([]), capsys.readouterr().err,
    )  # fmt: skip


@pytest.mark.parametrize("library", ["click", "rich.console", "orjson", "otel_training.cli.app"])
def test_ctrl_c_is_answered_while_libraries_load(library: str, tmp_path: Path) -> None:
    """Whichever loads: one sentence, no traceback."""
    press = (
        "import os, signal, sys; from otel_training.cli.main import run\n"
        "class Press:\n"
        "    def find_spec(self, name, *_):\n"
        f"        if name == {library!r}: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Press()); sys.argv[1:] = []; run()"
    )
    ended = run("-c", press, cwd=tmp_path)

    assert (130, "Error: Interrupted: nothing was lost, run it again.\n") == (ended.returncode, ended.stderr)


def test_runs_as_a_module() -> None:
    """`python -m otel_training.cli` is the command."""
    done = subprocess.run(
        [sys.executable, "-m", "otel_training.cli", "--version"], capture_output=True, text=True, check=True
    )

    assert "otel-training, version 0.1.0\n" == done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_prints_the_completion_of_each_shell(tmp_path: Path, shell: str) -> None:
    """By the variable that click's own entry point would read."""
    done = run("-m", "otel_training.cli", cwd=tmp_path, _OTEL_TRAINING_COMPLETE=f"{shell}_source")

    assert (0, True) == (done.returncode, f"_OTEL_TRAINING_COMPLETE={shell}_complete" in done.stdout)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "darwin", reason="the bash of macOS is older than what click needs")
def test_completes_in_a_real_bash(tmp_path: Path) -> None:
    """The installed command, after the line of the README: a command, a kind, an option."""
    script = """
    eval "$(_OTEL_TRAINING_COMPLETE=bash_source otel-training)"
    complete() {
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
        _otel_training_completion otel-training
        echo "${COMPREPLY[@]}"
    }
    complete otel-training sch
    complete otel-training view f
    complete otel-training export --min
    """
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=environment(PATH=path), capture_output=True, text=True, check=False
    )

    completed = ["schema", "feedback", "--min-quality --min-bound --min-viewers"]
    assert (completed, "") == (done.stdout.splitlines(), done.stderr)


@pytest.mark.slow
def test_an_error_is_broken_between_words_in_a_terminal(tmp_path: Path) -> None:
    """And nowhere in a log, where it is one line."""
    argv = [sys.executable, "-m", "otel_training.cli", "view"]
    leader, follower = pty.openpty()
    environ = environment(COLUMNS="60")
    assert 1 == subprocess.run(argv, cwd=tmp_path, env=environ, stderr=follower, check=False).returncode
    shown = os.read(leader, 1 << 16).decode().splitlines()
    os.close(leader)
    os.close(follower)
    logged = run(*argv[1:], cwd=tmp_path).stderr.splitlines()

    assert (logged, True) == ([" ".join(shown)], len(shown) > 3)


@pytest.mark.slow
def test_a_usage_error_is_broken_between_words_in_a_terminal(folder: DataFolder, tmp_path: Path) -> None:
    """As every error is; its usage and its hint stay lines of their own."""
    make_folder(folder)
    argv = ["export", "--out", "training.jsonl", "--split", "train"]

    printed = run_in_terminal(argv, tmp_path, ["stderr"], width=40)
    logged = run_in_terminal(argv, tmp_path, [])

    lines = printed.screen.splitlines()
    assert (2, True) == (printed.code, all(len(line) <= 40 for line in lines))
    assert logged.err.split() == printed.screen.split()
    assert len(logged.err.splitlines()) < len(lines)
