"""Entry point: runs a command and turns what went wrong into one sentence and an exit code."""

import os
import select
import shutil
import signal
import sys
import textwrap
import threading
import time
from collections.abc import Sequence
from io import StringIO
from types import FrameType
from typing import Final

from otel_training.cli.exit_code import ExitCode
from otel_training.controls import visible
from otel_training.conventions import COMMAND
from otel_training.errors import TrainingError

ANSWER_SECONDS: Final = 1.0
GRACE_SECONDS: Final = 5.0  # what a command that heard of Ctrl-C has to end its children and close its files
_INTERRUPTED: Final = "Interrupted: nothing was lost, run it again."
_ANSWERED: Final = b"\0"
_COMPLETE: Final = "_OTEL_TRAINING_COMPLETE"


def main(argv: Sequence[str] | None = None) -> int:  # noqa: PLR0911 - one exit code a way to end
    """Run the command line and return its exit code, of `ExitCode` or the command's own."""
    try:
        import click
        from click.shell_completion import shell_complete

        from otel_training.cli.app import app
    except ImportError:
        return _fail("The command needs its libraries: pip install 'otel_training[cli,local]'.")
    except KeyboardInterrupt:
        return _fail(_INTERRUPTED, ExitCode.INTERRUPTED)
    try:
        # Not `app.main`: it turns a closed pipe into exit code 1. So completion, which it does, too, is done here.
        if (instruction := os.environ.get(_COMPLETE)) is not None:
            return shell_complete(app, {}, COMMAND, _COMPLETE, instruction)
        with app.make_context(COMMAND, list(sys.argv[1:] if argv is None else argv)) as context:
            return app.invoke(context) or ExitCode.OK
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        error.show(usage := StringIO())
        sys.stderr.write(_broken(usage.getvalue()))
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _fail(_INTERRUPTED, ExitCode.INTERRUPTED)
    except TrainingError as error:
        return _fail(str(error))
    except BrokenPipeError:
        # The reader of our output is gone (`| head`): not a failure, and nothing left to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
    except OSError as error:
        return _fail(_sentence(error))


def run() -> None:
    """Run as a program: Ctrl-C is answered in a second, even while the engine computes.

    Whatever ends a command, nothing is lost: the segments and the ledger say how far it came.
    """
    is_interrupted = _watch_for_interrupts()
    try:
        code = main()
    except Exception:
        # A library that loads meanwhile may make of it what it likes, such as an engine that is "not found".
        if not is_interrupted.is_set():
            raise
        code = _fail(_INTERRUPTED, ExitCode.INTERRUPTED)
    if code == ExitCode.INTERRUPTED:
        sys.stdout.flush()
        os._exit(code)
    sys.exit(code)


def _watch_for_interrupts() -> threading.Event:
    """Have a child answer Ctrl-C where Python cannot: the engine keeps the interpreter's lock while it computes.

    Returns what is set where Python did answer it.
    """
    reader, writer = os.pipe()
    program = os.getpid()
    if os.fork() == 0:
        os.close(writer)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _end_after_interrupt(reader, program)
        os._exit(0)
    os.close(reader)
    os.set_blocking(writer, False)

    is_interrupted = threading.Event()

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        is_interrupted.set()
        os.write(writer, _ANSWERED)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    return is_interrupted


def _end_after_interrupt(reader: int, program: int) -> None:
    """End a program that neither ends by itself after Ctrl-C nor says that it does."""
    while (byte := os.read(reader, 1)) != bytes([signal.SIGINT]):
        if not byte:
            return
    answer = _next_byte(reader, ANSWER_SECONDS)
    if answer == b"" or (answer is not None and _has_ended(reader, GRACE_SECONDS)):
        return
    _fail(_INTERRUPTED)
    os.kill(program, signal.SIGTERM)
    if not _has_ended(reader, ANSWER_SECONDS):
        os.kill(program, signal.SIGKILL)


def _has_ended(reader: int, seconds: float) -> bool:
    """Wait for the program's end: only then is every other end of the pipe closed; further signals are bytes."""
    deadline = time.monotonic() + seconds
    while (byte := _next_byte(reader, deadline - time.monotonic())) is not None:
        if not byte:
            return True
    return False


def _next_byte(reader: int, seconds: float) -> bytes | None:
    is_readable = select.select([reader], [], [], max(0.0, seconds))[0]
    return os.read(reader, 1) if is_readable else None


def _sentence(error: OSError) -> str:
    reason = error.strerror or type(error).__name__
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{reason}: make room or give this user access, and run it again; nothing was lost."


def _fail(sentence: str, code: ExitCode = ExitCode.FAILED) -> ExitCode:
    sys.stderr.write(_broken(f"Error: {sentence}\n"))
    return code


def _broken(text: str) -> str:
    """Break lines between words for a terminal; elsewhere a line is a line."""
    lines = visible(text).splitlines(keepends=True)
    if not sys.stderr.isatty():
        return "".join(lines)
    wrapper = textwrap.TextWrapper(shutil.get_terminal_size().columns, break_long_words=False, break_on_hyphens=False)
    return "".join(f"{wrapper.fill(line)}\n" for line in lines)
