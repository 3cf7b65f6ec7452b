"""The forms of keys, whichever engine searches for them."""

import contextlib
import json
import random
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest

from tests.privacy.key_forms import FORMS, NOTICE, OURS, Form, form

KEY_FORMS: list[Form] = json.loads(FORMS.read_text(encoding="utf-8"))
PROSE = (
    "Ask the council (Tel. 1-2): 3.5 % of the 20,000 keys were lost, a cookie = one token; authorization: key words."
)


def engines() -> Iterator[Callable[[str], Any]]:
    """Name `re`, and RE2 where it is installed."""
    yield lambda pattern: re.compile(pattern, re.ASCII)
    with contextlib.suppress(ImportError):
        yield import_module("re2").compile


ENGINES = list(engines())


def secrets(pattern: str, text: str) -> list[str]:
    """Return what each engine finds."""
    matches = [compile_by(pattern).search(text) for compile_by in ENGINES]
    return [match["secret"] if "secret" in match.re.groupindex else match[0] for match in matches if match]


def drawn(chance: random.Random, tree: Any) -> str:
    """Draw a text that a parsed pattern matches, each repetition as short as it may be."""
    return "".join(_drawn(chance, str(name), value) for name, value in tree)


def _drawn(chance: random.Random, name: str, value: Any) -> str:
    if name == "IN":
        signs = [chr(code) for code in range(32, 127) if _is_in(code, value)]
        return chance.choice(signs)
    return {
        "AT": lambda: "",
        "BRANCH": lambda: drawn(chance, chance.choice(value[1])),
        "LITERAL": lambda: chr(value),
        "MAX_REPEAT": lambda: "".join(drawn(chance, value[2]) for _ in range(value[0])),
        "SUBPATTERN": lambda: drawn(chance, value[3]),
    }[name]()


def _is_in(code: int, members: Any) -> bool:
    negated = str(members[0][0]) == "NEGATE"
    ranges = [(value, value) if str(kind) == "LITERAL" else value for kind, value in members[negated:]]
    return any(first <= code <= last for first, last in ranges) != negated


@pytest.mark.slow
def test_finds_its_own_keys() -> None:
    """Every engine finds the same in a sentence, and a hint of the form occurs in it."""
    chance, parser = random.Random(7), import_module("re._parser")
    keys = {entry["id"]: drawn(chance, parser.parse(entry["pattern"])) for entry in KEY_FORMS}
    texts = {name: f'By curl or in Discord: "{key}" there.' for name, key in keys.items()}
    results = {entry["id"]: secrets(entry["pattern"], texts[entry["id"]]) for entry in KEY_FORMS}

    assert {} == {
        name: keys[name] for name, both in results.items() if len(set(both)) != 1 or both[0] not in keys[name]
    }
    assert {name: len(ENGINES) for name in keys} == {name: len(both) for name, both in results.items()}
    assert [] == [
        entry["id"] for entry in KEY_FORMS if not any(hint in texts[entry["id"]].lower() for hint in entry["hints"])
    ]


def test_finds_nothing_in_prose() -> None:
    """Words that stand for keys are none."""
    assert [] == [entry["id"] for entry in KEY_FORMS if secrets(entry["pattern"], PROSE)]


def test_holds_our_forms_as_they_are_listed() -> None:
    """The file is made anew after a change of the list; what is made of others' rules cannot be compared here."""
    ours = [form(name, pattern) for name, pattern in OURS]

    assert ours == KEY_FORMS[-len(ours) :]


def test_says_whose_rules_they_are() -> None:
    """Their licence demands its notice."""
    notice = NOTICE.read_text(encoding="utf-8")

    assert [True] * 3 == [phrase in notice for phrase in ("commit b58d3f10", "MIT License", "Zachary Rice")]
