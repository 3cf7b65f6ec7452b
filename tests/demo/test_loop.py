"""The whole loop, as `make demo-loop` goes it, and as the README tells it."""

import re
from pathlib import Path

import pytest

from otel_training.cli.main import main

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

README = Path(__file__).parents[2] / "otel_training" / "trial" / "README.md"


def test_from_traffic_to_a_candidate_that_serves_and_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every step ends as planned, each heading has the stamp, and each command of the README's walk was run."""
    # A narrower screen breaks the commands.
    monkeypatch.setenv("COLUMNS", "100")
    assert main(["demo", "--loop", "--size", "160", "--out", str(tmp_path / "loop")]) == 0

    story = capsys.readouterr().out
    heads = re.findall(r"^── (\d+) .*$", story, re.MULTILINE)
    assert [str(number) for number in range(1, 12)] == heads
    assert len(heads) == len(re.findall(r"^── .* SIMULATED ──$", story, re.MULTILINE))
    commands = re.findall(r"^  \$ (.*)$", story, re.MULTILINE)
    plain = [command.replace(" --simulated", "").replace(" --force", "") for command in commands]
    walk = README.read_text(encoding="utf-8").partition("## The whole way")[2].partition("\n## ")[0]
    steps = re.findall(r"^\$ (.*)$", walk, re.MULTILINE)
    assert len(steps) >= 10
    assert [] == [line for line in steps if not any(f"{command} ".startswith(f"{line} ") for command in plain)]
