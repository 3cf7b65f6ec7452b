"""Entry point: runs a command and turns what went wrong into one sentence and an exit code."""

import os
import sys
from collections.abc import Sequence

from otel_training.errors import TrainingError

OK, FAILED, INTERRUPTED = 0, 1, 130


def main(argv: Sequence[str] | None = None) -> int:  # noqa: PLR0911 - one exit code a way to end
    """Run the command line and return its exit code: 0 good, 1 failed, 2 wrong usage."""
    try:
        import click

        from otel_training.cli.app import app
    except ImportError:
        _say("The command needs its libraries: pip install 'otel_training[cli,local]'.")
        return FAILED
    try:
        result = app.main(args=None if argv is None else list(argv), prog_name="otel-training", standalone_mode=False)
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


def _sentence(error: OSError) -> str:
    reason = error.strerror or type(error).__name__
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{reason}: make room or give this user access, and run it again; nothing was lost."


def _say(sentence: str) -> None:
    sys.stderr.write(f"Error: {sentence}\n")
