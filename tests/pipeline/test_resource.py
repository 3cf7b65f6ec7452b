"""Who writes: how a program is named."""

import json
from pathlib import Path

import pytest

from tests.served import run

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
