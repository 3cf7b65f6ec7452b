"""The normal form of a text, without secrets: what ids and digests are made of."""

import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from otel_training.privacy.pattern import PLACEHOLDER, Pattern, Secret
from otel_training.privacy.rules import Rules
from otel_training.privacy.search import find_secrets

_REMEMBERED: Final = 1_024
"""Texts without their secrets that are kept: a feed shows again what it showed, and prompts are of a few kinds."""


def normal_text(text: str) -> str:
    """Return a text in Unicode's NFC with white space collapsed: the same for all its copies."""
    # ASCII is in NFC.
    return " ".join((text if text.isascii() else unicodedata.normalize("NFC", text)).split())


@lru_cache(maxsize=_REMEMBERED)
def without_secrets(text: str, custom: tuple[Pattern, ...] = ()) -> str:
    """Return a text's normal form with secrets replaced by their types, those of `redact_allow`, too."""
    return normal_form(text, lambda text: find_secrets(text, Rules(custom)))


def normal_form(text: str, find: Callable[[str], Sequence[Secret]]) -> str:
    """Return a text's normal form without secrets: those in the text, and those that only the normal form shows.

    Each is replaced by its type, `<PHONE>`: whoever has no more than this cannot try which it was. A text
    that was redacted before, as a row of ours that is imported, is the same text.
    """
    masked = _mask(text, find(text))
    normal = normal_text(masked)
    if normal != masked:
        normal = _mask(normal, find(normal))
    return PLACEHOLDER.sub(r"<\1>", normal) if "<" in normal else normal


def _mask(text: str, secrets: Sequence[Secret]) -> str:
    if not secrets:
        return text
    pieces: list[str] = []
    end = 0
    for secret in secrets:
        pieces += (text[end : secret.start], f"<{secret.type}>")
        end = secret.end
    return "".join((*pieces, text[end:]))
