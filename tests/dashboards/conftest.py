"""The embedded store behind `serve`, full, tiny or empty, asked by its reader as Grafana's backend asks."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pytest

from tests.dashboards import fortnight
from tests.served import run
from tests.serving.endpoint import PASSWORD, Endpoint, serving

DAYS: Final = {"full": 14, "tiny": 1, "empty": 0}
GRAFANA: Final = {"User-Agent": "grafana/0.0.0 clickhouse-go/2.47.0 (lv:go/1.26.8; os:linux)"}


@dataclass(frozen=True)
class Frame:
    """What a query answers."""

    names: Sequence[str]
    types: Sequence[str]
    rows: Sequence[Sequence[Any]]
    """Figures as floats, NULL as None, else texts."""


@dataclass(frozen=True)
class Reader:
    """Grafana's backend: it knows the reader's password alone."""

    days: str
    endpoint: Endpoint

    def ask(self, statement: str) -> Frame:
        """Send an expanded statement."""
        answer = self.endpoint.ask(
            statement, GRAFANA, client_protocol_version=54460, database="otel_training", max_execution_time=64,
            default_format="TabSeparatedWithNamesAndTypes",
        )  # fmt: skip
        assert 200 == answer.status, f"{statement}\n{answer.body.decode()}"
        names, types, *rows = [line.split("\t") for line in answer.body.decode().splitlines()]
        return Frame(names, types, [[_value(*pair) for pair in zip(types, row, strict=True)] for row in rows])


def _value(kind: str, text: str) -> object:
    if text == "\\N":
        return None
    if any(word in kind for word in ("Int", "Float", "Decimal", "Bool")):
        number = float({"true": "1", "false": "0"}.get(text, text))
        assert math.isfinite(number), f"{text} reaches a panel"
        return number
    return text


@pytest.fixture(scope="module", params=DAYS)
def reader(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """One store and one `serve` for all tests of a module, for each amount of data."""
    home = tmp_path_factory.mktemp(request.param)
    chosen = {"OTEL_TRAINING_HOME": str(home / "data"), "OTEL_TRAINING_ENABLED": "true"}
    captured = run(fortnight.__file__, DAYS[request.param], cwd=home, **chosen)
    assert 0 == captured.returncode, captured.stderr
    with serving(home, password=PASSWORD, OTEL_TRAINING_SERVE_PASSWORD=PASSWORD, TZ="UTC") as endpoint:
        yield Reader(request.param, endpoint.as_user("reader"))
