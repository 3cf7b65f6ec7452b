"""Entry point: runs a command and turns what went wrong into one sentence and an exit code."""

import os
import signal
import sys
import threading
from collections.abc import Sequence
from types import FrameType
from typing import Final

from otel_training.errors import TrainingError

OK, FAILED, INTERRUPTED = 0, 1, 130
GRACE_SECONDS: Final = 5.0


def main(argv: Sequence[str] | None = None) -> int:  # noqa: PLR0911 - one exit code a way to end
    """Run the command line and return its exit code: 0 good, 1 failed, 2 wrong usage."""
    try:
        import click

        from otel_training.cli.app import app
    except ImportError:
        _say("The command needs its libraries: pip install 'otel_training[cli,local]'.")
        return FAILED
    try:
        # Not `app.main`: it turns a closed pipe into exit code 1.
        with app.make_context("otel-training", list(sys.argv[1:] if argv is None else argv)) as context:
            result = app.invoke(context)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        _say("Interrupted: nothing was lost, run it again.")
        return INTERRUPTED
    except TrainingError as error:
        _say(str(error))
        return FAILED
    except BrokenPipeError:
        # The reader of our output is gone (`| head`): not a failure, and nothing left to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except OSError as error:
        _say(_sentence(error))
        return FAILED
    return result if isinstance(result, int) else OK


def run() -> None:
    """Run as a program: after Ctrl-C end within seconds, even where the engine waits for itself.

    Whatever ends a command, nothing is lost: the segments and the ledger say how far it came.
    """
    signal.signal(signal.SIGINT, _interrupt)
    code = main()
    if code == INTERRUPTED:
        sys.stdout.flush()
        os._exit(code)
    sys.exit(code)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    watchdog = threading.Timer(GRACE_SECONDS, os._exit, (INTERRUPTED,))
    watchdog.daemon = True
    watchdog.start()
    raise KeyboardInterrupt


def _sentence(error: OSError) -> str:
    reason = error.strerror or type(error).__name__
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{reason}: make room or give this user access, and run it again; nothing was lost."


def _say(sentence: str) -> None:
    sys.stderr.write(f"Error: {sentence}\n")
