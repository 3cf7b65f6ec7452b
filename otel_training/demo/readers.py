"""The feed's scripted readers, and the person at the review page."""

import json
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any, Final
from urllib.parse import urlsplit

from otel_training.demo.sources import read_all

# Nine read to the end: what stands on the last pages stays one reader below the ten that the export asks for.
PATIENCE: Final = {**dict.fromkeys(range(9), 99), **dict.fromkeys(range(9, 12), 3), **dict.fromkeys(range(12, 14), 2)}
"""Readers, and how many pages each opens."""
SEED: Final = 4

_ENGAGES: Final = 0.5
_BOOKMARKS: Final = 0.2
_SHARES: Final = 0.1
_REGRETS: Final = 0.1
_APPEAL: Final = (0.3, 1.0)


@dataclass(slots=True)
class Visit:
    """The readers' requests to a feed, and a count of their actions."""

    connection: HTTPConnection
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311 - a script, no secret
    actions: Counter[str] = field(default_factory=Counter)

    def read(self, reader: int, patience: int) -> list[str]:
        """Open up to `patience` pages and react to their cards; return the cards that the reader liked."""
        number, pages, liked = 1, 1, []
        while number <= min(pages, patience):
            page = self._request("GET", f"/api/feed?user_id={reader}&page={number}")
            liked += [card["id"] for card in page["items"] if self._react(reader, card)]
            number, pages = number + 1, page["pages"]
        return liked

    def regret(self, reader: int, liked: list[str]) -> None:
        """Open the feed again: dismiss some of the liked cards, the likes taken back."""
        for card in liked:
            if self.chance.random() < _REGRETS:
                self._engage(reader, card, "unlike")
                self._engage(reader, card, "x")
        self._request("GET", f"/api/feed?user_id={reader}")

    def _react(self, reader: int, card: dict[str, str]) -> bool:
        if self.chance.random() > _ENGAGES:
            return False
        liked = self.chance.random() < appeal(card["text"])
        self._engage(reader, card["id"], "like" if liked else "x")
        for action, odds in (("bookmark", _BOOKMARKS), ("share", _SHARES)):
            if liked and self.chance.random() < odds:
                self._engage(reader, card["id"], action)
        return liked

    def _engage(self, reader: int, card: str, action: str) -> None:
        self._request("POST", "/api/feed/engage", insight_id=card, action=action, metadata={"user_id": reader})
        self.actions[action] += 1

    def _request(self, method: str, path: str, **body: object) -> Any:
        return ask(self.connection, method, path, {"content-type": "application/json"}, **body)


def ask(connection: HTTPConnection, method: str, path: str, headers: Mapping[str, str], /, **body: object) -> Any:
    """Send a request and read the JSON that is answered."""
    connection.request(method, path, json.dumps(body) if body else None, headers)
    with connection.getresponse() as response:
        if response.status != 200:  # noqa: PLR2004 - HTTP's own number
            raise RuntimeError(f"{method} {path} answered {response.status}")
        return json.load(response)


def appeal(text: str) -> float:
    """Return the share of readers who will like a card; the same text always has the same."""
    return random.Random(text).uniform(*_APPEAL)  # noqa: S311 - a script, no secret


def visit(url: str, patience: Mapping[int, int] = PATIENCE) -> Counter[str]:
    """Send every reader through the feed, and each once more; return how often each action was taken."""
    address = urlsplit(url)
    connection = HTTPConnection(str(address.hostname), address.port, timeout=10)
    try:
        readers = Visit(connection)
        liked = {reader: readers.read(reader, pages) for reader, pages in patience.items()}
        for reader, cards in liked.items():
            readers.regret(reader, cards)
    finally:
        connection.close()
    return readers.actions


def review(address: str) -> tuple[int, int]:
    """Accept each answer that says all of its source, on a review page, and reject the others; return how many."""
    url, decisions = urlsplit(address), list[bool]()
    right = {source.url: {fact.text for fact in source.facts} for source in read_all()}
    connection = HTTPConnection(url.netloc, timeout=30)
    try:
        connection.request("GET", f"/?{url.query}")
        with connection.getresponse() as page:
            headers = {"Cookie": page.headers["Set-Cookie"].split(";")[0], "Origin": f"http://{url.netloc}"}
        for item in ask(connection, "GET", "/queue", headers)["items"]:
            decisions.append({insight["text"] for insight in item["insights"]} == right[item["source_url"]])
            verdict = "accept" if decisions[-1] else "reject"
            ask(connection, "POST", "/decisions", headers, extraction_id=item["extraction_id"], verdict=verdict)
    finally:
        connection.close()
    return decisions.count(True), decisions.count(False)
