"""An evaluation over the records of `fortnight.py`, by functions for candidate and judge, for what shows its bounds."""

from pathlib import Path
from typing import Final

from tests.served import run

ANY: Final = ("--group-by", "url", "--net-above", "-99", "--min-viewers", "0", "--no-score")
OWN: Final = """
def answer(source_content):
    return [source_content]

def judge(source, insights, topic):
    return 8
"""
COMMANDS: Final = (
    ("dataset", "create", "v1", *ANY),
    ("experiment", "candidate", "own", "--provider", "callable", "--model", "own:answer", "--dataset", "v1"),
    ("experiment", "eval", "own", "--dataset", "v1", "--judge", "own:judge", "--yes"),
)


def evaluate(home: Path, **chosen: str) -> None:
    """Freeze a dataset, and evaluate a candidate on it."""
    (home / "own.py").write_text(OWN, encoding="utf-8")
    for words in COMMANDS:
        done = run("-m", "otel_training.cli", *words, cwd=home, **chosen)
        assert 0 == done.returncode, done.stderr
