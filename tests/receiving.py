"""A real receiver in a process of its own, for tests and fault runs."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import otel_training
from tests.ports import free_port

PROGRAM = Path(__file__).parent / "programs" / "receiver.py"


class Addressed(Protocol):
    """What an app ships to."""

    @property
    def endpoint(self) -> str:
        """The base URL."""


@dataclass
class Receiver:
    """A receiver whose behaviour can be changed while it runs, and which can be killed and started again."""

    folder: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def endpoint(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it listens, where its mode lets it."""
        self.process = subprocess.Popen([sys.executable, str(PROGRAM), str(self.port), str(self.folder)])
        self._wait()

    def kill(self) -> None:
        """Kill it as `kill -9` does."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def be(self, mode: str) -> None:
        """Behave so from the next request on."""
        fresh = self.folder / "mode.new"
        fresh.write_text(mode, encoding="utf-8")
        fresh.replace(self.folder / "mode")
        if self.process is not None:
            self._wait()

    def accepted(self) -> Counter[str]:
        """The event ids that it accepted, and how often."""
        return Counter(event for event, _ in self._pairs())

    def named(self) -> Counter[str]:
        """The insights of the events that it accepted, each event once."""
        return Counter(insight for _, insight in set(self._pairs()))

    def _pairs(self) -> list[tuple[str, str]]:
        try:
            lines = (self.folder / "accepted").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        return [(event, insight) for event, _, insight in (line.partition(" ") for line in lines)]

    def losses(self) -> dict[str, int]:
        """Records lost by reason, as it was told, each time once."""
        losses: Counter[str] = Counter()
        with contextlib.suppress(FileNotFoundError):
            for line in set((self.folder / "losses").read_text(encoding="utf-8").splitlines()):
                *_, reason, count = line.split()
                losses[reason] += int(count)
        return dict(losses)

    def requests(self, path: str = "/v1/logs") -> list[dict[str, Any]]:
        """What it was asked."""
        return [request for request in self._lines("requests") if request["path"] == path]

    def spans(self) -> list[dict[str, Any]]:
        """The spans that it accepted."""
        return [
            span
            for asked in self._lines("spans")
            for resource in asked["resourceSpans"]
            for scope in resource["scopeSpans"]
            for span in scope["spans"]
        ]

    def _lines(self, name: str) -> list[dict[str, Any]]:
        with contextlib.suppress(FileNotFoundError):
            return [json.loads(line) for line in (self.folder / name).read_text(encoding="utf-8").splitlines()]
        return []

    def _wait(self) -> None:
        """Wait until it listens, or does not any more."""
        quiet = (self.folder / "mode").read_text(encoding="utf-8") in ("refuse", "backlog")
        for _ in range(1500):
            with socket.socket() as asking:
                asking.settimeout(0.2)
                if (asking.connect_ex(("127.0.0.1", self.port)) == 0) != quiet:
                    return
            time.sleep(0.02)
        raise TimeoutError(self.endpoint)


@contextlib.contextmanager
def receiving(folder: Path, mode: str = "ok") -> Iterator[Receiver]:
    """Run a receiver."""
    folder.mkdir()
    receiver = Receiver(folder, free_port())
    receiver.be(mode)
    receiver.start()
    try:
        yield receiver
    finally:
        receiver.kill()


def waiting(folder: Path) -> set[tuple[str, str]]:
    """The event ids in the segments of a folder, each with its insight's."""
    ids = set()
    for path in folder.glob("*.jsonl"):
        with contextlib.suppress(FileNotFoundError):
            for line in path.read_bytes().splitlines()[1:]:
                with contextlib.suppress(ValueError, KeyError):
                    attributes = {
                        attribute["key"]: attribute["value"].get("stringValue")
                        for attribute in json.loads(line)["attributes"]
                    }
                    ids.add((attributes["training.event.id"], attributes.get("training.insight.id", "-")))
    return ids


def waiting_ids(folder: Path) -> set[str]:
    """The event ids in the segments of a folder."""
    return {event for event, _ in waiting(folder)}


def environment(receiver: Addressed, home: Path, **extra: str) -> dict[str, str]:
    """The environment of an app that ships to a receiver."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "PYTEST_"))}
    return {
        **clean,
        "OTEL_TRAINING_HOME": str(home),
        "OTEL_TRAINING_OTLP_ENDPOINT": receiver.endpoint,
        "OTEL_TRAINING_USER_KEY": "k",
        **extra,
    }


def like(*names: str) -> None:
    """Capture an action for each name."""
    for name in names:
        otel_training.record_feedback(name, "like")


def until(condition: Any, seconds: float = 30) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
