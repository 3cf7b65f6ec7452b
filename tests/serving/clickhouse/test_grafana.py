"""The requests that Grafana's ClickHouse data source sent when they were recorded: their shapes, not their tables."""

import json
import struct
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

RECORDED = [
    json.loads(line) for line in (Path(__file__).parent / "golden" / "grafana.jsonl").read_text("utf-8").splitlines()
]
TABLES = (
    "CREATE OR REPLACE TABLE training_drops (timestamp DateTime, reason String, count UInt32) ENGINE = Memory",
    "INSERT INTO training_drops FORMAT TSV\n1764000001\tfull\t2\n1764000002\tfull\t3\n1764100000\ttorn\t1\n",
    "CREATE OR REPLACE TABLE training_extractions (topic String) ENGINE = Memory",
    "INSERT INTO training_extractions VALUES ('ai'), ('ai'), ('chips')",
)


def block(*columns: tuple[str, str, bytes], rows: int = 1) -> bytes:
    """A Native block of revision 0."""
    data = bytes([len(columns), rows])
    for name, kind, values in columns:
        data += bytes([len(name)]) + name.encode() + bytes([len(kind)]) + kind.encode() + values
    return data


ANSWERS = {
    "ping": block(("1", "UInt8", b"\x01")),
    "time series panel": block(
        ("time", "DateTime", struct.pack("<II", 1764000000, 1764086400)),
        ("reason", "String", b"\x04full\x04torn"),
        ("n", "UInt64", struct.pack("<QQ", 5, 1)),
        rows=2,
    ),
    "ad-hoc filter": block(("n", "UInt64", struct.pack("<Q", 2))),
    "trailing semicolon": block(("x", "UInt8", b"\x01")),
    "stripped comment leaves leading blanks": block(("one", "UInt8", b"\x01")),
}
ERRORS = {
    "syntax error must reach the viewer as ClickHouse error": (400, "62"),
    "unknown macro passes through": (404, "46"),
}


def send(endpoint: Any, recorded: dict[str, Any]) -> Any:
    """Send a recorded request with this endpoint's password."""
    headers = {name: value for name, value in recorded["headers"].items() if name != "Authorization"}
    return endpoint.ask(
        recorded["body"], headers, recorded["path"], **recorded["query"] | {"database": "otel_training"}
    )


@pytest.fixture(scope="module")
def filled(endpoint: Any) -> Any:
    """The tables that the recorded panels ask."""
    for statement in TABLES:
        assert 200 == endpoint.ask(statement).status
    return endpoint


def test_every_recorded_request_is_tested() -> None:
    """None is left out."""
    assert {"on connect"} | ANSWERS.keys() | ERRORS.keys() == {recorded["why"] for recorded in RECORDED}


@pytest.mark.parametrize("recorded", RECORDED, ids=[recorded["why"] for recorded in RECORDED])
def test_answers_recorded_requests(filled: Any, recorded: dict[str, Any]) -> None:
    """Byte for byte what the data source's driver reads as revision 0, or ClickHouse's error."""
    answer = send(filled, recorded)

    if recorded["why"] in ERRORS:
        assert ERRORS[recorded["why"]] == (answer.status, answer.headers["X-ClickHouse-Exception-Code"])
    elif recorded["why"] in ANSWERS:
        assert (200, ANSWERS[recorded["why"]]) == (answer.status, answer.body)
    else:
        zone = filled.rows("SELECT timezone()")[0][0].encode()
        assert answer.body.startswith(b"\x01\x00\x02\xff\xff\xff\xff\x00\x04\x01\x0ddisplayName()\x06String\x00")
        assert answer.body.endswith(
            b"\x06UInt32\x00\x00\x00\x00\x00\x0atimezone()\x06String\x00%c%s" % (len(zone), zone)
        )
