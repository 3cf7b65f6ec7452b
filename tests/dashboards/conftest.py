"""The embedded store behind `serve`, full, tiny or empty."""

from collections.abc import Iterator
from typing import Final

import pytest

from tests.dashboards import fortnight
from tests.dashboards.asking import Reader
from tests.dashboards.evaluating import evaluate
from tests.served import run
from tests.serving.endpoint import PASSWORD, serving

DAYS: Final = {"full": 14, "tiny": 1, "empty": 0}


@pytest.fixture(scope="module", params=DAYS)
def reader(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """One store and one `serve` for all tests of a module, for each amount of data."""
    home = tmp_path_factory.mktemp(request.param)
    chosen = {"OTEL_TRAINING_HOME": str(home / "data"), "OTEL_TRAINING_ENABLED": "true"}
    captured = run(fortnight.__file__, DAYS[request.param], cwd=home, **chosen)
    assert 0 == captured.returncode, captured.stderr
    if request.param == "full":
        evaluate(home, **chosen)
    with serving(home, password=PASSWORD, OTEL_TRAINING_SERVE_PASSWORD=PASSWORD, TZ="UTC") as endpoint:
        yield Reader(request.param, endpoint.as_user("reader"))
