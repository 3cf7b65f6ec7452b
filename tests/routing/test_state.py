"""The state file."""

import json
import os
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from otel_training.folder import DataFolder, make_folder
from otel_training.routing import state as module
from otel_training.routing.state import (
    Complexity,
    Definition,
    Experiment,
    Message,
    State,
    StateError,
    StateWatch,
    changing,
    experiment_of,
    read_state,
    write_state,
)

WHOLE: dict[str, Any] = {
    "version": 1,
    "experiments": {
        "insights": {
            "salt": "s", "weights": {"claude": 50, "candidate": 50.5}, "holdout": 0.05, "shadow": False,
            "killed": False, "frozen": None,
            "complex": {"max_length": 8000, "topics": ["chips"], "slices": ["topic=oil"]},
            "timeout": 20, "candidates": {"candidate": "few-shot-v1"},
        }
    },
    "candidates": {
        "few-shot-v1": {
            "provider": "openai", "base_url": "http://127.0.0.1:1/v1", "model": "m", "key_env": "KEY", "system": "s",
            "messages": [{"role": "user", "content": "q"}], "template": "{source_content}", "temperature": 0,
            "max_tokens": 2000, "simulated": False,
        }
    },
}  # fmt: skip
STATE = State(
    {
        "insights": Experiment(
            "s", {"claude": 50.0, "candidate": 50.5}, 0.05, complex=Complexity(8000, ("chips",), ("topic=oil",)),
            candidates={"candidate": "few-shot-v1"},
        )
    },
    {
        "few-shot-v1": Definition(
            "openai", "m", "http://127.0.0.1:1/v1", "KEY", "s", (Message("user", "q"),), temperature=0.0
        )
    },
)  # fmt: skip
SMALL = State({"a": Experiment("s", {"claude": 1.0})})


def put(folder: DataFolder, content: Any) -> Path:
    """Write a file by hand."""
    path = make_folder(folder).experiments
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    path.chmod(0o600)
    return path


def test_reads_the_whole_file(folder: DataFolder) -> None:
    """Every field; whole numbers where any may stand, too."""
    put(folder, WHOLE)

    assert STATE == read_state(folder)


def test_reads_what_is_left_out_as_its_default(folder: DataFolder) -> None:
    """And what a later version may have written besides."""
    put(folder, {"version": 1, "later": 1, "experiments": {"a": {"salt": "s", "weights": {"claude": 1}, "later": 1}}})

    assert SMALL == read_state(folder)


def test_reads_back_what_it_writes(folder: DataFolder) -> None:
    """For this user's eyes alone, and in git's ignored folder."""
    write_state(make_folder(folder), STATE)

    assert (STATE, 0o600) == (read_state(folder), folder.experiments.stat().st_mode & 0o777)
    assert ["experiments.json"] == [path.name for path in folder.path.glob("experiments*")]


def test_is_empty_without_a_file(folder: DataFolder) -> None:
    """No experiment was begun."""
    assert State() == read_state(folder)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "it is no JSON"),
        ([], "its version is not 1"),
        ({**WHOLE, "version": 2}, "its version is not 1"),
        ({"version": 1, "experiments": []}, "experiments is []"),
        ({"version": 1, "experiments": {"a": {"weights": {}}}}, ".experiments.a has no salt"),
        (
            {"version": 1, "experiments": {"a": {"salt": "s", "weights": {"b": "50"}}}},
            'experiments.a.weights.b is "50"',
        ),
        ({"version": 1, "candidates": {"a": {"provider": "x", "max_tokens": True}}}, "candidates.a.max_tokens is true"),
        ({"version": 1, "candidates": {"a": {"provider": "x", "messages": [1]}}}, "candidates.a.messages[0] is 1"),
    ],
)
def test_says_what_is_wrong(folder: DataFolder, content: Any, reason: str) -> None:
    """With the place, and what to do."""
    path = put(folder, content)
    with pytest.raises(StateError) as raised:
        read_state(folder)

    assert f"{path} cannot be read ({reason}): mend it, or delete it and begin the experiments anew." == str(
        raised.value
    )


def test_reads_no_strangers_file(folder: DataFolder, tmp_path: Path) -> None:
    """A link could lead anywhere."""
    (tmp_path / "other.json").write_text(json.dumps(WHOLE), encoding="utf-8")
    make_folder(folder).experiments.symlink_to(tmp_path / "other.json")

    with pytest.raises(StateError):
        read_state(folder)


def test_an_experiment_that_is_not_there_is_named(folder: DataFolder) -> None:
    """With the command that begins it."""
    with pytest.raises(StateError, match=r"There is no experiment b: begin it by otel-training experiment start b\."):
        experiment_of(SMALL, "b")


def test_two_who_change_it_wait_for_each_other(folder: DataFolder) -> None:
    """Neither change is lost."""

    def change(name: str) -> None:
        with changing(make_folder(folder)) as write:
            state = read_state(folder)
            time.sleep(0.05)
            write(replace(state, experiments={**state.experiments, name: SMALL.experiments["a"]}))

    threads = [threading.Thread(target=change, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {"a", "b", "c"} == set(read_state(folder).experiments)


def test_gives_up_when_another_changes_it_for_long(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """And says so."""
    monkeypatch.setattr(module, "_WAIT_SECONDS", 0.05)
    with changing(make_folder(folder)), pytest.raises(StateError, match="Another command changes"), changing(folder):
        pass


def test_a_watch_sees_changes_within_a_second(folder: DataFolder) -> None:
    """It looks at the file once a second at most, whatever happens to that: also a change that leaves its size."""
    watch = StateWatch(make_folder(folder))
    same_size = State({"a": Experiment("t", {"claude": 1.0})})
    steps: list[Any] = [
        lambda: None, lambda: write_state(folder, SMALL), lambda: write_state(folder, same_size),
        lambda: put(folder, "{"), lambda: write_state(folder, STATE), folder.experiments.unlink,
    ]  # fmt: skip
    seen, faults = [], []
    for step in steps:
        step()
        watch._next = min(watch._next, time.monotonic())
        seen.append(watch.state())
        faults.append(bool(watch.fault))

    assert ([State(), SMALL, same_size, State(), STATE, State()], [True, False, False, True, False, True]) == (
        seen, faults,
    )  # fmt: skip
    assert module._SECONDS == 1.0


def test_a_watch_asks_the_disk_once_a_second(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand calls cost one look."""
    looks = []
    watch = StateWatch(make_folder(folder))

    def stat(path: Path) -> os.stat_result:
        looks.append(path)
        return os.stat(path)  # noqa: PTH116 - what it stands in for

    monkeypatch.setattr(Path, "stat", stat)
    for _ in range(1_000):
        watch.state()

    assert 1 == len(looks)
