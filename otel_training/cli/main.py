"""Entry point: runs a command and turns what went wrong into one sentence and an exit code."""

import os
import shutil
import signal
import sys
import textwrap
import threading
from collections.abc import Sequence
from types import FrameType
from typing import Final

from otel_training.cli.exit_code import ExitCode
from otel_training.conventions import COMMAND
from otel_training.errors import TrainingError

GRACE_SECONDS: Final = 5.0
_COMPLETE: Final = "_OTEL_TRAINING_COMPLETE"


def main(argv: Sequence[str] | None = None) -> int:  # noqa: PLR0911 - one exit code a way to end
    """Run the command line and return its exit code, of `ExitCode` or the command's own."""
    try:
        import click
        from click.shell_completion import shell_complete

        from otel_training.cli.app import app
    except ImportError:
        return _fail("The command needs its libraries: pip install 'otel_training[cli,local]'.")
    try:
        # Not `app.main`: it turns a closed pipe into exit code 1. So completion, which it does, too, is done here.
        if (instruction := os.environ.get(_COMPLETE)) is not None:
            return shell_complete(app, {}, COMMAND, _COMPLETE, instruction)
        with app.make_context(COMMAND, list(sys.argv[1:] if argv is None else argv)) as context:
            return app.invoke(context) or ExitCode.OK
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _fail("Interrupted: nothing was lost, run it again.", ExitCode.INTERRUPTED)
    except TrainingError as error:
        return _fail(str(error))
    except BrokenPipeError:
        # The reader of our output is gone (`| head`): not a failure, and nothing left to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
    except OSError as error:
        return _fail(_sentence(error))


def run() -> None:
    """Run as a program: after Ctrl-C end within seconds, even where the engine waits for itself.

    Whatever ends a command, nothing is lost: the segments and the ledger say how far it came.
    """
    signal.signal(signal.SIGINT, _interrupt)
    code = main()
    if code == ExitCode.INTERRUPTED:
        sys.stdout.flush()
        os._exit(code)
    sys.exit(code)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    watchdog = threading.Timer(GRACE_SECONDS, os._exit, (ExitCode.INTERRUPTED,))
    watchdog.daemon = True
    watchdog.start()
    raise KeyboardInterrupt


def _sentence(error: OSError) -> str:
    reason = error.strerror or type(error).__name__
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{reason}: make room or give this user access, and run it again; nothing was lost."


def _fail(sentence: str, code: ExitCode = ExitCode.FAILED) -> ExitCode:
    text = f"Error: {sentence}"
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns
        text = textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)
    sys.stderr.write(text + "\n")
    return code
