"""The feed's cards: one SQLite file, which the two programs share."""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

DATABASE: Final = "FEED_DATABASE"  # the environment variable that names the file
PAGE: Final = 20

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS cards (id TEXT PRIMARY KEY, rank INTEGER, text TEXT, category TEXT);
CREATE TABLE IF NOT EXISTS dismissed (reader INTEGER, card TEXT, PRIMARY KEY (reader, card));
"""
# A page is cut before the dismissed cards are left out: else the next page would skip as many.
_SELECT_PAGE: Final = """
SELECT id, text, category
FROM (SELECT rowid, * FROM cards ORDER BY rank, rowid LIMIT ? OFFSET ?)
WHERE id NOT IN (SELECT card FROM dismissed WHERE reader = ?)
ORDER BY rank, rowid
"""


@dataclass(frozen=True, slots=True)
class Cards:
    """The stored cards, and who dismissed which."""

    path: Path

    def add(self, text: str, category: str, rank: int) -> str:
        """Store a card and return the id that it gets here; low ranks are shown first."""
        identity = secrets.token_hex(4)
        with self._open_database() as database:
            database.execute("INSERT INTO cards VALUES (?, ?, ?, ?)", (identity, rank, text, category))
        return identity

    def page(self, reader: int, number: int) -> list[dict[str, str]]:
        """Return a page of the feed without the cards that this reader dismissed; pages count from 1."""
        with self._open_database() as database:
            rows = database.execute(_SELECT_PAGE, (PAGE, (number - 1) * PAGE, reader)).fetchall()
        return [{"id": identity, "text": text, "category": category} for identity, text, category in rows]

    def pages(self) -> int:
        """Return how many pages the feed has."""
        with self._open_database() as database:
            (count,) = database.execute("SELECT count(*) FROM cards").fetchone()
        return -(-int(count) // PAGE)

    def has(self, identity: str) -> bool:
        """Return whether there is a card of this id."""
        with self._open_database() as database:
            return database.execute("SELECT 1 FROM cards WHERE id = ?", (identity,)).fetchone() is not None

    def engage(self, reader: int, identity: str, action: str) -> None:
        """Take the card out of the reader's feed on `x`, and back in on `unx` and `like`."""
        with self._open_database() as database:
            if action == "x":
                database.execute("INSERT OR IGNORE INTO dismissed VALUES (?, ?)", (reader, identity))
            elif action in {"unx", "like"}:
                database.execute("DELETE FROM dismissed WHERE reader = ? AND card = ?", (reader, identity))

    @contextmanager
    def _open_database(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path)) as database, database:
            database.executescript(_TABLES)
            yield database


def read_cards() -> Cards:
    """Return the cards of the file that the environment names."""
    return Cards(Path(os.environ[DATABASE]))
