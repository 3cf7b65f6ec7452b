"""Ids: readers' pseudonyms, and the id and digest of an insight that anyone can derive."""

import hashlib
import hmac
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from otel_training.errors import FolderError
from otel_training.ownership import read_or_make
from otel_training.privacy.normal import without_secrets
from otel_training.privacy.pattern import Pattern
from otel_training.privacy.url import clean_url
from otel_training.record.fields import FIELD_LIMIT, INSIGHT_LIMIT
from otel_training.record.values import clean_text, url_of

_KEY_BYTES: Final = 32
_INSIGHT: Final = b"otel_training.insight\0"

Custom: TypeAlias = tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """The key of readers' pseudonyms."""

    secret: bytes = field(repr=False)
    id: str = field(init=False, repr=False)
    """A short id, which does not reveal the key: records of two keys are told apart by it."""

    def __post_init__(self) -> None:
        """Derive the id once: it stands in every record of a reader."""
        object.__setattr__(self, "id", hmac.digest(self.secret, b"otel_training.key.id", "sha256").hex()[:8])


def pseudonym(key: Key, user_id: str) -> str:
    """Return the first 16 bytes of HMAC-SHA-256 as hex: the same reader, never the id."""
    return hmac.digest(key.secret, _encode(user_id), "sha256").hex()[:32]


def load_key(path: Path) -> Key:
    """Read a data folder's key file; where there is none, make it.

    Raises `OSError` when the folder cannot be written, `FolderError` when the file holds no key: an
    empty one would make pseudonyms that anyone can derive.
    """
    try:
        secret = bytes.fromhex(read_or_make(path, os.urandom(_KEY_BYTES).hex)[0])
    except ValueError:
        secret = b""
    if len(secret) != _KEY_BYTES:
        raise FolderError(f"The key file {path} is damaged: restore it, or delete it to begin new pseudonyms.")
    return Key(secret)


def text_sha256(text: str, custom: Custom = ()) -> str:
    """Return SHA-256 of a text's normal form, each secret in it replaced by its type, as hex."""
    return hashlib.sha256(_encode(without_secrets(text, custom))).hexdigest()


def insight_id(source_url: object, text: str) -> str:
    """Derive an insight's id from its source's URL and its text: 32 hex digits, the same anywhere.

    The first half of SHA-256 over `otel_training.insight`, URL and text, NUL between them; the
    URL without passwords and tokens, the text in NFC with white space collapsed, in both each secret
    replaced by its type, `<PHONE>`: an id gives away nothing that the record does not. Of both only
    what a record keeps counts: 4,096 and 16,384 characters, cleaned of NUL and lone surrogates.
    """
    url = without_secrets(url_in_id(url_of(source_url, FIELD_LIMIT) or ""))
    return digest_insight(url, without_secrets(clean_text(text, INSIGHT_LIMIT)))[0]


def digest_insight(url: str, text: str) -> tuple[str, str]:
    """Digest an insight's URL and text, both in normal form without secrets: its id, and the SHA-256 of its text.

    Secrets are those of the user's own patterns, too: without these such an insight has another id.
    """
    normal = _encode(text)
    whole = b"".join((_INSIGHT, _encode(url), b"\0", normal))
    return hashlib.sha256(whole).hexdigest()[:32], hashlib.sha256(normal).hexdigest()


def url_in_id(source_url: str) -> str:
    """Return what of a source's URL counts in the ids of its insights."""
    return clean_url(clean_text(source_url, FIELD_LIMIT).strip())


def insight_sha256(text: str, custom: Custom = ()) -> str:
    """Return `text_sha256` of what a record keeps of an insight's text."""
    return text_sha256(clean_text(text, INSIGHT_LIMIT), custom)


def _encode(text: str) -> bytes:
    # A lone surrogate is odd, and no reason to fail.
    return text.encode("utf-8", "surrogatepass")
