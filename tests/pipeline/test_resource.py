"""Who writes: how a program is named."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.served import environment, run

pytestmark = pytest.mark.slow

CAPTURE = "import otel_training; otel_training.record_feedback('a', 'like')\n"


def name_of(home: Path) -> str:
    """The name of the one program that gathered in a folder."""
    (segment,) = (home / "local").glob("*.jsonl")
    header = json.loads(segment.read_text("utf-8").splitlines()[0])
    (name,) = (
        attribute["value"]["stringValue"]
        for attribute in header["resource"]["attributes"]
        if attribute["key"] == "service.name"
    )
    return str(name)


@pytest.mark.parametrize(
    ("argv", "name"),
    [
        (["-m", "uvicorn", "cron:app", "--factory"], "uvicorn"),
        (["-m", "feed"], "feed"),
        (["feed"], "feed"),
        (["-m", "feed.cron"], "cron"),
        (["cron.py"], "cron"),
    ],
)
def test_names_a_program_by_its_script(argv: list[str], name: str, tmp_path: Path) -> None:
    """A module that was started as a program has the name of its package, never `__main__`."""
    (tmp_path / "feed").mkdir()
    for file in ("cron.py", "feed/__init__.py", "feed/__main__.py", "feed/cron.py"):
        (tmp_path / file).write_text("" if file.endswith("_init__.py") else CAPTURE, "utf-8")
    done = run(*argv, cwd=tmp_path)
    homes = [path.parent for path in tmp_path.rglob("user.key")]

    assert [name] == [name_of(home) for home in homes], done.stderr


@pytest.mark.parametrize(
    ("cwd", "script", "variables", "name"),
    [
        (b"jobs\xff", "cron.py", {}, "jobs?"),
        (b"", "cron\udcff.py", {}, "cron?"),
        (b"", "cron.py", {"OTEL_SERVICE_NAME": "feed\udcff"}, "feed?"),
        (b"", "cron.py", {"OTEL_RESOURCE_ATTRIBUTES": "team=\udcff,\udcfe=a"}, "cron"),
        (b"", "cron.py", {"OTEL_TRAINING_USER_KEY": "\udcff"}, "cron"),
        (b"", "cron.py", {"OTEL_TRAINING_HOME": "data\udcff"}, "cron"),
    ],
)
def test_names_that_are_no_utf8_cost_no_record(
    cwd: bytes, script: str, variables: dict[str, str], name: str, tmp_path: Path
) -> None:
    """Folders, scripts and variables hold whatever bytes the system allows; in records they are clean."""
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / script).write_text(CAPTURE.replace("'like'", "'like', user_id=1"), "utf-8")
    place = os.path.join(os.fsencode(tmp_path), cwd)  # noqa: PTH118 - bytes
    os.makedirs(place, exist_ok=True)  # noqa: PTH103
    program = [sys.executable, str(tmp_path / script)]
    done = subprocess.run(program, cwd=place, env=environment(**variables), capture_output=True, text=True, check=True)
    (segment,) = tmp_path.rglob("*.jsonl")

    assert ("", name, 2) == (done.stderr, name_of(segment.parent.parent), len(segment.read_bytes().splitlines()))


def test_a_program_without_a_name_and_in_no_folder_loses_nothing(tmp_path: Path) -> None:
    """An embedding program has no `argv`; the working directory was deleted meanwhile."""
    program = f"import os, sys; sys.argv[:] = []; os.mkdir('x'); os.chdir('x'); os.rmdir('../x'); {CAPTURE}"
    run("-c", program, cwd=tmp_path, XDG_STATE_HOME=str(tmp_path))

    assert name_of(tmp_path / "otel_training").startswith("python-")


def test_says_that_the_engine_opens_no_such_folder(tmp_path: Path) -> None:
    """Capture goes on there; the command says what to do."""
    place = tmp_path / "project\udcff"
    place.mkdir()
    captured = run("-c", CAPTURE, cwd=place)
    done = run("-m", "otel_training.cli", "status", cwd=place)

    assert (0, 1, "", True) == (captured.returncode, done.returncode, done.stdout, "is no UTF-8" in done.stderr)
