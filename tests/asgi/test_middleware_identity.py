"""The middleware, unnoticed: one app twice, bare and wrapped, and 2,000 raw requests to both."""

import contextlib
import json
import re
import socket
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.exchanges import JSON, Exchange, exchanges, head
from tests.served import request, served

pytestmark = pytest.mark.slow

CLIENTS = 8
HELD = 48
PEAK_KIB = 24 << 10


def talk(port: int, exchange: Exchange) -> bytes:
    """Have an exchange with a server; returns all that it answered, the date masked."""
    got = bytearray()
    with (
        contextlib.suppress(ConnectionError),
        socket.create_connection(("127.0.0.1", port), timeout=20) as peer,
    ):
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for sent, awaited in exchange.steps:
            start = len(got)
            peer.sendall(sent)
            while awaited not in got[start:] and (piece := peer.recv(1 << 20)):
                got += piece
        while not exchange.leaves and (piece := peer.recv(1 << 20)):
            got += piece
    return re.sub(rb"(?i)\r\ndate: [^\r]*", b"\r\ndate: -", got)


def hold(port: int) -> None:
    """Keep many actions of 1 MB half said at the same time, then leave."""
    block = b" " * (1 << 20)
    opening = head("POST", "/api/feed/engage?as=lenient", JSON, f"Content-Length: {2 * len(block)}")
    with contextlib.ExitStack() as held:
        peers = [held.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20)) for _ in range(HELD)]
        for peer in peers:
            peer.sendall(opening + block)


@dataclass(frozen=True)
class Server:
    """What one server answered, what its app saw, and the memory that it took at most."""

    answers: list[bytes]
    seen: dict[str, Any]
    peak: int
    folder: Path


def serve(folder: Path, conversations: list[Exchange], **extra: str) -> Server:
    """Have all exchanges with a server of its own."""
    # Traced for coverage, either would take twice as long: what it runs is covered elsewhere.
    with (
        served("zoo:app", folder, PYTHONHASHSEED="0", **extra) as url,
        ThreadPoolExecutor(CLIENTS) as clients,
    ):
        port = int(url.rpartition(":")[2])
        answers = list(clients.map(lambda exchange: talk(port, exchange), conversations))
        hold(port)
        seen, peak = request(f"{url}/zoo/log"), request(f"{url}/zoo/peak")
    assert (200, 200) == (seen[0], peak[0])
    return Server(answers, seen[1], peak[1], folder)


@pytest.fixture(scope="module")
def traffic() -> list[Exchange]:
    """What both servers are asked."""
    return exchanges()


@pytest.fixture(scope="module")
def servers(traffic: list[Exchange], tmp_path_factory: pytest.TempPathFactory) -> tuple[Server, Server]:
    """The bare app and the wrapped one, after the same requests."""
    bare, wrapped = tmp_path_factory.mktemp("bare"), tmp_path_factory.mktemp("wrapped")
    with ThreadPoolExecutor(2) as both:
        job = both.submit(serve, bare, traffic)
        other = both.submit(serve, wrapped, traffic, ZOO_WRAPPED="1", OTEL_TRAINING_HOME=str(wrapped / "data"))
        return job.result(), other.result()


@pytest.fixture(scope="module")
def recorded(servers: tuple[Server, Server]) -> list[dict[str, Any]]:
    """All records of the wrapped server."""
    segments = (servers[1].folder / "data" / "local").glob("*.jsonl")
    lines = [line for segment in segments for line in segment.read_text(encoding="utf-8").splitlines()[1:]]
    return [
        {attribute["key"]: next(iter(attribute["value"].values())) for attribute in json.loads(line)["attributes"]}
        for line in lines
    ]


def test_answers_the_same_bytes(traffic: list[Exchange], servers: tuple[Server, Server]) -> None:
    """Every byte of every answer is the bare app's, in every odd way to ask and to answer."""
    bare, wrapped = servers
    asked = [exchange.steps[0][0][:200] for exchange in traffic]
    differing = [row for row in zip(asked, bare.answers, wrapped.answers, strict=True) if row[1] != row[2]]

    assert [] == differing[:5]


def test_the_app_sees_the_same(servers: tuple[Server, Server]) -> None:
    """Bodies, disconnects, errors and background tasks are those of the bare app."""
    bare, wrapped = servers
    differing = {number for number in {*bare.seen, *wrapped.seen} if bare.seen.get(number) != wrapped.seen.get(number)}

    assert {} == {number: (bare.seen.get(number), wrapped.seen.get(number)) for number in differing}


def test_records_exactly_the_valid_actions(traffic: list[Exchange], recorded: list[dict[str, Any]]) -> None:
    """Each valid action that the app answered with success is one record, and nothing else is."""
    feedback = [record for record in recorded if record["training.kind"] == "feedback"]
    actions = [(record["training.insight.id"], record["training.feedback.action"]) for record in feedback]

    assert sorted(action for exchange in traffic for action in exchange.actions) == sorted(actions)


def test_records_exactly_what_was_shown(traffic: list[Exchange], recorded: list[dict[str, Any]]) -> None:
    """Each feed that was answered with success is one impression, and nothing else is."""
    shown = [record["training.insight.ids"] for record in recorded if record["training.kind"] == "impression"]

    assert sorted(ids for exchange in traffic for ids in exchange.shown) == sorted(shown)


def test_counts_exactly_what_it_could_not_read(traffic: list[Exchange], recorded: list[dict[str, Any]]) -> None:
    """What the app took and the middleware could not read is counted, by reason."""
    losses: Counter[str] = Counter()
    for record in recorded:
        if record["training.kind"] == "loss":
            losses[record["training.loss.reason"]] += int(record["training.loss.count"])

    assert Counter(loss for exchange in traffic for loss in exchange.losses) == losses


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from Linux's /proc")
def test_keeps_no_large_body(servers: tuple[Server, Server]) -> None:
    """An upload of 100 MB, many of 1 MB and a feed of 64 MB cost the wrapped app less than 24 MB more."""
    bare, wrapped = servers

    assert 0 == max(0, wrapped.peak - bare.peak - PEAK_KIB)


def test_has_nothing_to_say(servers: tuple[Server, Server]) -> None:
    """No error of ours was swallowed, no warning logged."""
    assert [False, False] == [(server.folder / "otel_training.log").exists() for server in servers]
