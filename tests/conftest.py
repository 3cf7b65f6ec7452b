"""Every test has a data folder of its own, and our guard raises."""

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import settings

from otel_training._guard import guard
from otel_training.cli.main import main
from otel_training.folder import DataFolder
from otel_training.pipeline import process
from otel_training.warning import given
from tests.engine import end_engine, keep_engine
from tests.receiving import Receiver, receiving
from tests.served import TRACED
from tests.stores import lay_store

# Hypothesis fails an example that takes 200 ms: a speed of the machine, not a fault of ours.
settings.register_profile("unhurried", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=20)
settings.load_profile("unhurried")

keep_engine()

_ALL_SLOW: Final = re.compile(r"^pytestmark = \[?pytest\.mark\.slow\b", re.MULTILINE)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even import a file whose tests are all slow where these are left out: that takes a third of the time."""
    is_file = collection_path.suffix == ".py" and config.getoption("markexpr") == "not slow"
    return True if is_file and _ALL_SLOW.search(collection_path.read_text(encoding="utf-8")) else None


@pytest.fixture(autouse=True)
def quick_programs() -> None:
    """Programs that tests start keep what they compile, and coverage follows only those that alone run code of ours."""
    # Each time: coverage sets it again wherever a test starts it again.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if config := os.environ.pop("COVERAGE_PROCESS_CONFIG", ""):
        TRACED["COVERAGE_PROCESS_CONFIG"] = config


@pytest.fixture
def traced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have coverage follow what is started."""
    for name, value in TRACED.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DataFolder]:
    """A fresh data folder; the writer starts anew, warnings are given anew, and the guard raises."""
    home = tmp_path / "data"
    monkeypatch.setenv("OTEL_TRAINING_HOME", str(home))
    monkeypatch.setenv("OTEL_TRAINING_ENABLED", "true")
    monkeypatch.chdir(tmp_path)
    process.reset()
    given.clear()
    guard.raising = True
    yield DataFolder(home)
    guard.raising = False
    process.reset()
    end_engine()


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    """A receiver that takes everything."""
    with receiving(tmp_path / "receiver") as running_receiver:
        yield running_receiver


@pytest.fixture
def migrated(folder: DataFolder) -> None:
    """An empty embedded store whose migrations have run."""
    lay_store(folder)


@pytest.fixture
def lines(folder: DataFolder) -> Callable[[], list[dict[str, Any]]]:
    """Read what is on disk: every record's attributes, its body under `body`."""
    return lambda: [flat(record) for record in log_records(folder)]


@pytest.fixture
def contexts(folder: DataFolder) -> Callable[[], list[tuple[str, str, int]]]:
    """Read trace id, span id and flags of every record on disk."""
    return lambda: [(record["traceId"], record["spanId"], record["flags"]) for record in log_records(folder)]


def log_records(folder: DataFolder) -> list[dict[str, Any]]:
    """Read the OTLP/JSON log records that are on disk."""
    assert process.flush(30)
    records = []
    for path in sorted(folder.local.glob("*.jsonl")):
        records += [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    return records


def flat(record: dict[str, Any]) -> dict[str, Any]:
    """Flatten an OTLP/JSON log record."""
    attributes = {attribute["key"]: _value(attribute["value"]) for attribute in record["attributes"]}
    body = record["body"]["stringValue"]
    return {**attributes, "body": json.loads(body) if body else None}


def _value(value: dict[str, Any]) -> Any:
    ((kind, content),) = value.items()
    return int(content) if kind == "intValue" else content


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], folder: DataFolder) -> Callable[..., tuple[int, str, str]]:
    """Run `otel-training` in this process; returns exit code, stdout and stderr."""

    def run(*argv: object) -> tuple[int, str, str]:
        assert process.flush(30)
        capsys.readouterr()
        if folder.local.exists() and not folder.store.exists():
            lay_store(folder)
        code = main([str(argument) for argument in argv])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture
def rows(command: Callable[..., tuple[int, str, str]]) -> Callable[..., list[dict[str, Any]]]:
    """Run a command with `--json` and return its objects."""

    def run(*argv: object) -> list[dict[str, Any]]:
        code, out, err = command(*argv, "--json")
        # `doctor` ends with 1 where there is anything to do.
        assert code <= (argv[:1] == ("doctor",)), err
        return [json.loads(line) for line in out.splitlines()]

    return run
