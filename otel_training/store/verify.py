"""Verifying a store: its live tables, columns and views against those that the files make."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from otel_training.conventions import DATABASE
from otel_training.store.client import Store, query
from otel_training.store.form import live_form
from otel_training.store.migrate import migrations

_Shape: TypeAlias = dict[tuple[str, str], str]

_SCRATCH: Final = f"{DATABASE}_verify"
_COPIED: Final = re.compile(r"^(?:Replicated|Shared)(\w+)\('[^']*', '[^']*'(?:, )?")


@dataclass(frozen=True, slots=True)
class Difference:
    """What a store has otherwise; '' where it is not there at all."""

    object: str
    property: str
    live: str
    wanted: str


def differences(store: Store) -> list[Difference]:
    """Compare with an empty database of the same engine, made from the files and dropped again.

    What else is in the store's database, and the tables' TTL and settings, are the operator's.
    """
    form = replace(live_form(store), replicated=False, everywhere=False)
    store.run(f"DROP DATABASE IF EXISTS {_SCRATCH}")
    with closing(store.another(_SCRATCH)) as scratch:
        try:
            for one in migrations():
                for statement in form.render(one.statement):
                    scratch.run(statement)
            wanted = _shape(scratch)
        finally:
            store.run(f"DROP DATABASE IF EXISTS {_SCRATCH}")
    return list(_compared(_shape(store), wanted))


def _compared(live: _Shape, wanted: _Shape) -> Iterator[Difference]:
    there, ours = {_table(name) for name, _ in live}, {_table(name) for name, _ in wanted}
    for key in sorted(live.keys() | wanted.keys()):
        name, (is_live, is_wanted) = key[0], (live.get(key, ""), wanted.get(key, ""))
        # Of a missing table one line, of a table that is not ours none.
        if is_live != is_wanted and _table(name) in ours and ("." not in name or _table(name) in there):
            yield Difference(*key, is_live, is_wanted)


def _table(name: str) -> str:
    return name.partition(".")[0]


def _shape(store: Store) -> _Shape:
    rows = store.rows(query("schema_shape"))
    return {(row["object"], row["property"]): _plain(row["text"]) for row in rows}


def _plain(text: str) -> str:
    """Leave out what may differ: copies, TTL and settings."""
    return re.split(r" (?:TTL|SETTINGS) ", _COPIED.sub(r"\1(", text).replace("()", "", 1))[0]
