"""The embedded store behind `serve`, full, tiny or empty."""

from collections.abc import Iterator
from typing import Final

import pytest

from tests.dashboards import fortnight
from tests.dashboards.asking import Reader
from tests.served import run
from tests.serving.endpoint import PASSWORD, serving

DAYS: Final = {"full": 14, "tiny": 1, "empty": 0}
ANY: Final = ("--group-by", "url", "--net-above", "-99", "--min-viewers", "0", "--no-score")
OWN: Final = """
def answer(source_content):
    return [source_content]

def judge(source, insights, topic):
    return 8
"""
EVALUATE: Final = (
    "candidate own --provider callable --model own:answer --dataset v1",
    "eval own --dataset v1 --judge own:judge --yes",
)


@pytest.fixture(scope="module", params=DAYS)
def reader(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """One store and one `serve` for all tests of a module, for each amount of data."""
    home = tmp_path_factory.mktemp(request.param)
    chosen = {"OTEL_TRAINING_HOME": str(home / "data"), "OTEL_TRAINING_ENABLED": "true"}
    captured = run(fortnight.__file__, DAYS[request.param], cwd=home, **chosen)
    assert 0 == captured.returncode, captured.stderr
    if request.param == "full":
        frozen = run("-m", "otel_training.cli", "dataset", "create", "v1", *ANY, cwd=home, **chosen)
        assert 0 == frozen.returncode, frozen.stderr
        (home / "own.py").write_text(OWN, encoding="utf-8")
        for words in EVALUATE:
            evaluated = run("-m", "otel_training.cli", "experiment", *words.split(), cwd=home, **chosen)
            assert 0 == evaluated.returncode, evaluated.stderr
    with serving(home, password=PASSWORD, OTEL_TRAINING_SERVE_PASSWORD=PASSWORD, TZ="UTC") as endpoint:
        yield Reader(request.param, endpoint.as_user("reader"))
