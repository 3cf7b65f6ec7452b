"""The keys of a host's JSON."""

from typing import Any

import pytest

from otel_training.events.host_json import keys_of


@pytest.mark.parametrize(
    ("content", "keys"),
    [
        ({"data": {"cards": [{"uid": 1, "headline": "One"}, {"uid": 2, "tags": []}]}},
         "data.cards[].uid, data.cards[].headline, data.cards[].tags[]"),
        ([{"kicker": "One"}], "[].kicker"),
        ({"bob@news.example": 1, "7": 2, "e3b0c442": {"text": "One"}}, "*, *.text"),
        ({f"key_{chr(97 + number)}": 1 for number in range(26)}, ", ".join(f"key_{chr(97 + n)}" for n in range(24))),
        ("text", ""),
        ([], "[]"),
    ],
)  # fmt: skip
def test_names_keys_and_no_value(content: Any, keys: str) -> None:
    """Each path once; a key that may be a value, such as an id or an address, is a star."""
    assert keys == keys_of(content)


def test_ends_at_a_depth() -> None:
    """Content nested in any depth is named by its first levels."""
    nested: Any = 1
    for _ in range(900):
        nested = [{"a": nested}]

    assert "[].a[].a[].a" == keys_of(nested)
