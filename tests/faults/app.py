"""Apps that capture in processes of their own, and what became of what they captured."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from tests.receiving import Addressed, Receiver, environment, receiving, waiting

PROGRAM = Path(__file__).parent.parent / "programs" / "steady.py"
SHIP = "import sys; from otel_training.cli.main import main; sys.exit(main(['ship', '--json']))"
GRACE = 0.05
"""Seconds within which a record reaches the disk."""


class End(Addressed, Protocol):
    """What an app ships to, and which fails as it is told."""

    def be(self, mode: str) -> None:
        """Behave so from now on."""

    def named(self) -> Counter[str]:
        """The insights of the events that arrived, each event once."""


Receiving = TypeVar("Receiving", bound=End)


@dataclass
class Field(Generic[Receiving]):
    """A receiver, a data folder, and the names of what was certainly or possibly captured."""

    receiver: Receiving
    home: Path
    headers: str = ""
    certain: set[str] = field(default_factory=set)
    possible: set[str] = field(default_factory=set)

    def start(self, prefix: str, seconds: float, rate: float = 50, mode: str = "plain") -> "subprocess.Popen[str]":
        """Start an app that captures at a rate."""
        return self.run(str(PROGRAM), prefix, str(seconds), str(rate), mode)

    def run(self, *argv: str) -> "subprocess.Popen[str]":
        """Start a Python program; what it prints goes to a file, so that no full pipe stops it."""
        with self.output.open("w", encoding="utf-8") as file, self.output.with_name("errors").open("a") as errors:
            return subprocess.Popen(
                [sys.executable, *argv],
                env=self.environment(),
                stdout=file,
                stderr=errors,
                text=True,
                start_new_session=True,
            )

    @property
    def output(self) -> Path:
        """What the last program printed."""
        return self.home.with_name("output")

    def environment(self) -> dict[str, str]:
        """The environment of the apps."""
        return environment(
            self.receiver, self.home, OTEL_TRAINING_OTLP_TIMEOUT="2000", OTEL_TRAINING_OTLP_HEADERS=self.headers
        )

    def captures(self, app: "subprocess.Popen[str]", records: int, seconds: float = 60) -> None:
        """Wait until an app has captured so many records: a busy machine is slow to start it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and app.poll() is None:
            if self.output.read_bytes().count(b"\n") >= records:
                return
            time.sleep(0.05)

    def read(self, app: "subprocess.Popen[str]", death: float | None = None) -> None:
        """Read what an app captured, and wait for its end."""
        app.wait()
        for line in self.output.read_text(encoding="utf-8").splitlines():
            name, _, moment = line.partition(" ")
            if moment.endswith("."):
                self.possible.add(name)
                if death is None or float(moment[:-1]) < death - GRACE:
                    self.certain.add(name)

    def kill(self, app: "subprocess.Popen[str]", number: int = signal.SIGKILL) -> None:
        """End an app and its children by a signal, and read what it captured."""
        death = time.time()
        os.killpg(app.pid, number)
        try:
            app.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(app.pid, signal.SIGKILL)
        self.read(app, death)

    def settle(self, seconds: float = 60) -> None:
        """Ship what is left, once nothing fails any more."""
        self.receiver.be("ok")
        end = time.monotonic() + seconds
        while waiting(self.home / "ship") and time.monotonic() < end:
            subprocess.run([sys.executable, "-c", SHIP], env=self.environment(), stdout=subprocess.DEVNULL, check=False)
            time.sleep(0.5)

    def lost(self) -> int:
        """How many records of the certain ones are nowhere."""
        return len(self.certain - set(self.receiver.named()) - {name for _, name in waiting(self.home / "ship")})

    def doubled(self) -> int:
        """How many captured records became more than one event."""
        return sum(count - 1 for name, count in self.receiver.named().items() if name != "-")


@contextlib.contextmanager
def field_of(mode: str = "ok") -> Iterator[Field[Receiver]]:
    """Set up a receiver and a data folder."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place,
        receiving(Path(place) / "receiver", mode) as receiver,
    ):
        yield Field(receiver, Path(place) / "data")
