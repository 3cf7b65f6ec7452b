"""Starting and stopping the demo's programs."""

import os
import signal
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from otel_training.demo.programs import run_program, serve
from otel_training.errors import TrainingError

pytestmark = pytest.mark.slow

STAND_IN = "otel_training.demo.messages_api:app"


def answers(url: str) -> bool:
    """Tell whether anything listens there."""
    address = urlsplit(url)
    with socket.socket() as asking:
        return asking.connect_ex((str(address.hostname), int(address.port or 0))) == 0


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, ValueError])
def test_stops_a_server_whatever_happens(error: type[BaseException], tmp_path: Path) -> None:
    """A server has ended when its block is left, however that is."""
    seen: list[str] = []

    def interrupt() -> None:
        with serve(STAND_IN, tmp_path, os.environ) as url:
            seen.append(url)
            assert answers(url)
            raise error

    with pytest.raises(error):
        interrupt()

    assert [False] == [answers(url) for url in seen]


def test_says_which_server_does_not_start(tmp_path: Path) -> None:
    """A server that ends at once is an error that names it."""
    with pytest.raises(TrainingError, match="no_such_module:app"), serve("no_such_module:app", tmp_path, os.environ):
        pass


def test_passes_on_what_a_program_prints(tmp_path: Path) -> None:
    """Every line of a program that ran well is said."""
    (tmp_path / "speaker.py").write_text("print('one'); print('two')", encoding="utf-8")
    printed: list[str] = []

    run_program("speaker", tmp_path, os.environ, printed.append)

    assert ["one", "two"] == printed


def test_a_program_leaves_interrupts_to_us(tmp_path: Path) -> None:
    """Ctrl-C reaches all programs of a terminal: whoever started them ends them, and they print no traceback."""
    (tmp_path / "speaker.py").write_text("import os; os.kill(os.getpid(), 2); print('goes on')", encoding="utf-8")
    printed: list[str] = []
    # Who runs tests on several cores has its workers ignore it, too.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    run_program("speaker", tmp_path, os.environ, printed.append)

    assert ["goes on"] == printed
    assert signal.default_int_handler is signal.signal(signal.SIGINT, before)


def test_says_which_program_failed(tmp_path: Path) -> None:
    """A program that fails is an error that names it and its exit code."""
    (tmp_path / "failing.py").write_text("raise SystemExit(3)", encoding="utf-8")

    with pytest.raises(TrainingError, match="failing failed with exit code 3"):
        run_program("failing", tmp_path, os.environ, print)
