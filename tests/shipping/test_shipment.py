"""What a receiver does not take: halved, set aside with the reason, or sent again; the rest goes on."""

import json

import pytest

import otel_training
from otel_training.folder import DataFolder
from otel_training.shipping.state import read_state
from otel_training.spool.segments import read_backlog
from tests.receiving import Receiver, like, until, waiting_ids

pytestmark = pytest.mark.slow


def test_retry_after_is_kept(ships: Receiver) -> None:
    """For as long as the receiver asked it is left alone, even by a flush."""
    ships.be("429:4")
    like("a")
    assert not otel_training.flush(1)
    until(ships.requests)
    assert not otel_training.flush(0.3)

    assert 1 == len(ships.requests())
    ships.be("ok")
    assert otel_training.flush(30)


def test_what_is_too_large_is_halved(ships: Receiver) -> None:
    """Requests become small enough, and stay so."""
    ships.be("413:2000")
    like(*map(str, range(40)))
    assert otel_training.flush(30)
    first = len(ships.requests())
    like(*map(str, range(40)))
    assert otel_training.flush(30)

    assert 80 == len(ships.accepted())
    assert {1} == set(ships.accepted().values())
    assert len(ships.requests()) - first < first


def test_what_exhausts_the_receiver_is_halved(ships: Receiver) -> None:
    """RESOURCE_EXHAUSTED without Retry-After: smaller requests."""
    ships.be("exhausted:2000")
    like(*map(str, range(40)))

    assert otel_training.flush(30)
    assert 40 == len(ships.accepted())


def test_one_refused_record_is_set_aside_with_the_reason(ships: Receiver, folder: DataFolder) -> None:
    """Its neighbours arrive, it is kept, named and counted, and the count arrives, too."""
    ships.be("400:poison")
    like("a", "b", "poison", "c")

    assert not otel_training.flush(5)
    until(lambda: ships.losses() == {"rejected": 1})
    assert 3 == len(ships.accepted())
    (kept,) = folder.rejected.glob("*.jsonl")
    header, line = kept.read_bytes().splitlines()
    assert ["resource", "scope", "schemaUrl"] == list(json.loads(header))
    assert b"poison" in line
    (reason,) = folder.rejected.glob("*.reason")
    assert f"{ships.endpoint}: HTTP 400; I do not like it\n" == reason.read_text()
    assert 0o600 == kept.stat().st_mode & 0o777
    until(lambda: 1 == read_state(folder).rejected)


def test_a_refusal_of_everything_is_no_refusal(ships: Receiver, folder: DataFolder) -> None:
    """Who answers 400 to an empty request takes no OTLP: all waits."""
    ships.be("400")
    like("a")
    assert not otel_training.flush(1)

    until(lambda: "is this an OTLP receiver?" in read_state(folder).error)
    ships.be("ok")
    assert otel_training.flush(30)
    assert 1 == len(ships.accepted())


def test_one_record_too_large_is_set_aside(ships: Receiver, folder: DataFolder) -> None:
    """A single record that the receiver cannot take is kept here."""
    ships.be("413:3000")
    like("a", "x" * 200, "b")
    otel_training.record_correction("0" * 32, ["y" * 4000])

    assert not otel_training.flush(5)
    until(lambda: ships.losses() == {"rejected": 1})
    assert (3, 1) == (len(ships.accepted()), len(waiting_ids(folder.rejected)))


def test_partial_success_is_told_and_kept(
    ships: Receiver, folder: DataFolder, caplog: pytest.LogCaptureFixture
) -> None:
    """What the receiver left out is logged, counted and kept; nothing is sent twice, as the protocol asks."""
    ships.be("partial")
    like(*map(str, range(10)))

    assert not otel_training.flush(5)
    until(lambda: read_state(folder).rejected == 5)
    assert 10 == len(waiting_ids(folder.rejected))
    assert "refused records: 5 (" in caplog.text
    ships.be("ok")
    assert otel_training.flush(30)
    until(lambda: ships.losses() == {"rejected": 5})
    assert 5 == len(ships.accepted())
    assert {1} == set(ships.accepted().values())


def test_a_damaged_segment_stops_nobody(ships: Receiver, folder: DataFolder, caplog: pytest.LogCaptureFixture) -> None:
    """Without a header it is set aside and named; a broken line is; a torn one is counted; the rest arrives."""
    like("a")
    assert otel_training.flush(30)
    ships.be("refuse")
    like("b")
    assert not otel_training.flush(0.2)
    until(lambda: 1 == len(waiting_ids(folder.ship)))
    (good,) = folder.ship.glob("*.jsonl")
    header, line = good.read_bytes().splitlines(keepends=True)
    (folder.ship / "0-none.jsonl").write_bytes(b"\0\0\0\n" + line)
    (folder.ship / "1-broken.jsonl").write_bytes(header + b"no JSON\n" + line.replace(b'"b"', b'"c"') + b"{torn")
    (folder.ship / "2-empty.jsonl").write_bytes(b"")
    ships.be("ok")
    like("d")
    assert otel_training.flush(30)

    until(lambda: read_backlog(folder.ship).segments == 0)
    kept = {path.name: path.read_bytes() for path in folder.rejected.glob("*.jsonl")}
    assert {"0-none.jsonl": b"\0\0\0\n" + line, "1-broken.jsonl": header + b"no JSON\n", "2-empty.jsonl": b""} == kept
    assert "0-none.jsonl" in caplog.text
    until(lambda: ships.losses() == {"damaged": 1, "rejected": 1, "torn": 1})
    # The broken segment holds the event of `b` once more.
    assert 3 == len(ships.accepted())


def test_one_segment_that_breaks_the_receiver_stops_no_other(ships: Receiver, folder: DataFolder) -> None:
    """What always gives 500 waits, what comes after it arrives."""
    ships.be("500:poison")
    like("poison")
    assert not otel_training.flush(0.3)
    until(ships.requests)
    like("a")

    until(lambda: (1, 1) == (len(waiting_ids(folder.ship)), len(ships.accepted())))
