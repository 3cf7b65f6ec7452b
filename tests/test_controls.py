"""Control characters never get out raw."""

import json
import logging
from pathlib import Path
from typing import Any, Final

import pytest

from otel_training.controls import escaped, visible, without_controls
from otel_training.record.fields import as_id

CONTROLS: Final = [
    *map(
        chr, (*range(9), *range(0xB, 0x20), *range(0x7F, 0xA0), *range(0x2028, 0x202F), *range(0x2066, 0x206A), 0xD800)
    )
]
PLAIN: Final = "a\tb\nc é 半導体 \U0001f600 \u200d\u200e\u00ad"
"""What is no control, or must stay: some scripts and emoji need joiners and marks."""


def test_each_is_marked_escaped_or_left_out() -> None:
    """Of all of them, in texts, JSON and ids; anything else stays."""
    text = "".join(CONTROLS)
    marks = visible(text.replace("\r", "x"))

    assert "\ufffd" * (len(CONTROLS) - 1) == marks.replace("x", "")
    assert ("a\nb\ufffdc", PLAIN) == (visible("a\r\nb\rc"), visible(PLAIN))
    printed = escaped(json.dumps([text, PLAIN], ensure_ascii=False))
    assert ([text, PLAIN], [*" "]) == (
        json.loads(printed),
        [character for character in printed if character in {*CONTROLS, " "}][:1],
    )
    assert ("", "ab", PLAIN.replace("\t", "").replace("\n", "")) == tuple(
        map(without_controls, (text, f"a{text}\t\nb", PLAIN))
    )


@pytest.mark.parametrize(
    ("value", "identity"),
    [
        ("a\x1b[31mb", "a[31mb"),
        (b"a\x9b1m\x07", "a\ufffd1m"),
        ("\u202eab\u2028\n", "ab"),
        ("\x1b\x07", None),
        ("é-1", "é-1"),
    ],
)
def test_ids_have_none(value: object, identity: str | None) -> None:
    """The same id is the same id wherever it is read; of nothing else there is none."""
    assert (identity, identity) == (as_id(value), as_id(identity))


@pytest.mark.parametrize(
    "arguments",
    [
        ("a\x1b[2J\nb\x9b",),
        (ValueError("a\x1b[2J\nb\x9b"),),
        (Path("a\x1b[2J\nb\x9b"),),
        ({"text": "a\x1b[2J\nb\x9b"},),
    ],
)
def test_a_log_line_is_one_line(arguments: tuple[Any, ...], caplog: pytest.LogCaptureFixture) -> None:
    """Whatever it quotes, and whoever prints it; numbers stay numbers."""
    is_named = isinstance(arguments[0], dict)
    logging.getLogger("otel_training").warning("%(text)s" if is_named else "%s", *arguments)
    logging.getLogger("otel_training").warning("%d %.1f", 1, 2.0)

    assert ["a\ufffd[2J\ufffdb\ufffd", "1 2.0"] == caplog.messages
