"""The demo's run: both programs of the feed and its readers, one after another."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from otel_training.demo.cards import DATABASE
from otel_training.demo.programs import run_program, serve
from otel_training.demo.readers import PATIENCE, visit
from otel_training.folder import NAME

_KEY: Final = "ANTHROPIC_API_KEY"


def run(work: Path, *, say: Callable[[str], None]) -> None:
    """Run the feed application in a folder, which becomes a project with the data folder in it.

    Claude answers when `ANTHROPIC_API_KEY` is set, else a stand-in. Every program that is started
    has ended on return or raise. Raises `TrainingError` when a program fails.
    """
    automation, backend = make_project(work)
    environment = environment_of(work)
    with exit_on_sigterm():
        with _reach_model(work, say) as access:
            run_program("otel_training.demo.automation", automation, {**environment, **access}, say)
        with serve("otel_training.demo.backend:app", backend, environment) as url:
            say(f"The backend serves the feed at {url}; {len(PATIENCE)} readers look at it.")
            actions = visit(url)
    say("The readers did: " + ", ".join(f"{count} {action}" for action, count in actions.most_common()) + ".")


def make_project(work: Path) -> tuple[Path, Path]:
    """Make the folders of both programs."""
    folders = work / "automation", work / "backend"
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    (work / "pyproject.toml").write_text('[project]\nname = "feed"\nversion = "1"\n', encoding="utf-8")
    (work / "feed.sqlite").unlink(missing_ok=True)
    return folders


def environment_of(work: Path) -> dict[str, str]:
    """Return the environment of both programs: no setting of ours but that, and where, data is kept.

    Without it, a run inside another project would write into that project's data folder.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "ANTHROPIC_"))}
    return {
        **inherited, "OTEL_TRAINING_ENABLED": "true", "OTEL_TRAINING_HOME": str(work.absolute() / NAME),
        DATABASE: str(work.absolute() / "feed.sqlite"),
    }  # fmt: skip


@contextmanager
def _reach_model(work: Path, say: Callable[[str], None]) -> Iterator[Mapping[str, str]]:
    """Yield the environment variables by which a program reaches Claude or the stand-in."""
    if os.environ.get(_KEY):
        say(f"Claude itself answers: {_KEY} is set, so the extractions of this run are paid calls.")
        yield {name: value for name, value in os.environ.items() if name.startswith("ANTHROPIC_")}
        return
    with serve("otel_training.demo.messages_api:app", work, environment_of(work)) as url:
        say(f"A stand-in on this machine answers in Claude's place; set {_KEY} to have Claude itself answer.")
        yield access_to(url)


def access_to(url: str) -> dict[str, str]:
    """Return the environment variables by which a program reaches a stand-in."""
    return {_KEY: "stand-in", "ANTHROPIC_BASE_URL": url, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


@contextmanager
def exit_on_sigterm() -> Iterator[None]:
    """Turn SIGTERM into `SystemExit`, which stops the programs on its way out."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
