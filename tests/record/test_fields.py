"""Ids, numbers and names of fields as apps have them."""

import uuid
from decimal import Decimal
from enum import Enum, IntEnum
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from otel_training.record.fields import as_id, flag, number, text_key


class Level(IntEnum):
    """A score as an enumeration."""

    GOOD = 8


class Plain(Enum):
    """A score as an enumeration that is no number itself."""

    GOOD = 8


@pytest.mark.parametrize(
    ("value", "figure"),
    [
        *((value, 8.0) for value in (8, 8.0, np.int64(8), np.float32(8), np.float64(8), np.array(8), Decimal(8))),
        *((value, 8.0) for value in ("8", " 8.0 ", np.str_("8"), Level.GOOD, Plain.GOOD, Fraction(8))),
        *((value, 8.5) for value in (Decimal("8.5"), Fraction(17, 2), "8.5")),
        *((value, None) for value in (None, True, np.bool_(True), "", "good", "nan", "1e999", float("inf"), 10**400)),
        *(
            (value, None)
            for value in (Decimal("NaN"), Decimal("sNaN"), np.float64("nan"), [8], np.array([8]), object())
        ),
    ],
)
def test_reads_numbers(value: object, figure: float | None) -> None:
    """Whatever class a finite number is of, it is one; true is none."""
    assert figure == number(value)


@pytest.mark.parametrize(
    ("value", "known"),
    [
        *((value, True) for value in (True, np.bool_(True), 1, 1.0, np.int8(1), "true", "True ", "1")),
        *((value, False) for value in (False, np.False_, 0, "false", "0")),
        *((value, None) for value in (None, 2, "yes", "", object(), float("nan"))),
    ],
)
def test_reads_flags(value: object, *, known: bool | None) -> None:
    """True and false come as numbers and as texts, too."""
    assert known is flag(value)


@pytest.mark.parametrize(
    ("value", "identity"),
    [
        *((value, "3") for value in (3, "3", " 3 ", np.int64(3), np.str_("3"), Decimal(3), b"3", 3.0, np.float32(3))),
        (Level.GOOD, "8"),
        (uuid.UUID(int=3), "00000000-0000-0000-0000-000000000003"),
        (1 << 128, str(1 << 128)),
        *((value, None) for value in (float("nan"), float("inf"), float(1 << 53))),
        *((value, None) for value in (None, True, np.bool_(True), 1.5, np.float64(1.5), "", " ", object(), [3])),
    ],
)
def test_reads_ids(value: object, identity: str | None) -> None:
    """A number of any library is the id that its digits are."""
    assert identity == as_id(value)


@pytest.mark.parametrize("kind", [str, np.str_, str.encode, lambda text: f" {text}\n"])
@pytest.mark.parametrize("length", [256, 257, 5000])
def test_long_ids_stay_apart(kind: Any, length: int) -> None:
    """However long two are that begin alike, they stay two, of a bounded length; and an id stays the one it is."""
    ids = [as_id(kind("\u00e4" * (length - 1) + end)) for end in "ab"]

    assert (256, 256, 2) == (*map(len, filter(None, ids)), len({*ids}))
    assert ids == [as_id(identity) for identity in ids]


@pytest.mark.parametrize(
    ("items", "key"),
    [
        ([{"text": "a", "title": "b"}], "text"),
        *(([{key: "a", "id": "1", "type": "c", "url": "u"}], key) for key in ("headline", "title", "content", "claim")),
        ([{"aussage": "a", "category": "c"}, {"aussage": "b"}], "aussage"),
        ([{"headline": "a", "summary": "b"}], None),
        ([{"foo": "a", "bar": "b"}], None),
        ([{"headline": " "}], None),
        ([{"score": 1}], None),
        ([], None),
    ],
)
def test_finds_the_texts_of_insights_where_there_is_no_doubt(items: list[dict[Any, Any]], key: str | None) -> None:
    """`text` wins, else the only key that can be meant."""
    assert key == text_key(items)
