"""The forms of keys, whichever engine searches for them."""

import json
import re
from importlib import import_module
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.privacy.key_forms import FORMS, NOTICE, OURS, Form, form

KEY_FORMS: list[Form] = json.loads(FORMS.read_text(encoding="utf-8"))
ASCII = st.characters(min_codepoint=32, max_codepoint=126)
PROSE = (
    "Ask the council (Tel. 1-2): 3.5 % of the 20,000 keys were lost, a cookie = one token; authorization: key words."
)


def compiled(pattern: str) -> list[Any]:
    """Compile for `re` and, where it is installed, for RE2."""
    try:
        compile_re2 = import_module("re2").compile
    except ImportError:
        return [re.compile(pattern, re.ASCII)]
    return [re.compile(pattern, re.ASCII), compile_re2(pattern)]


def secrets(pattern: str, text: str) -> list[str]:
    """Return what each engine finds."""
    matches = [engine.search(text) for engine in compiled(pattern)]
    return [match["secret"] if "secret" in match.re.groupindex else match[0] for match in matches if match]


@pytest.mark.parametrize("one", KEY_FORMS, ids=[one["id"] for one in KEY_FORMS])
def test_finds_its_own_keys(one: Form) -> None:
    """Every engine finds the same in a sentence, and a hint of the form occurs in it."""

    @settings(
        max_examples=1, derandomize=True, database=None, phases=[Phase.generate], deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.from_regex(re.compile(one["pattern"], re.ASCII), fullmatch=True, alphabet=ASCII))
    def check(key: str) -> None:
        text = f'By curl or in Discord: "{key}" there.'
        both = secrets(one["pattern"], text)

        assert len(compiled(one["pattern"])) == len(both)
        assert 1 == len(set(both))
        assert both[0] in key
        assert any(hint in text.lower() for hint in one["hints"])

    check()


def test_finds_nothing_in_prose() -> None:
    """Words that stand for keys are none."""
    assert [] == [one["id"] for one in KEY_FORMS if secrets(one["pattern"], PROSE)]


def test_holds_our_forms_as_they_are_listed() -> None:
    """The file is made anew after a change of the list; what is made of others' rules cannot be compared here."""
    ours = [form(name, pattern) for name, pattern in OURS]

    assert ours == KEY_FORMS[-len(ours) :]


def test_says_whose_rules_they_are() -> None:
    """Their licence demands its notice."""
    notice = NOTICE.read_text(encoding="utf-8")

    assert [True] * 3 == [said in notice for said in ("commit b58d3f10", "MIT License", "Zachary Rice")]
