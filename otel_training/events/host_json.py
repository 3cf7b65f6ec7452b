"""The content of a record: JSON of the host's, read on the writer thread."""

import zlib
from typing import Final

import orjson

from otel_training.privacy.redact import Redactor
from otel_training.privacy.rules import Rules
from otel_training.privacy.url import clean_url
from otel_training.record.record import JSON
from otel_training.record.values import clean

UNZIPPED_LIMIT: Final = 8 << 20
_GZIP: Final = b"\x1f\x8b"


class MalformedError(ValueError):
    """The content is not JSON of the expected shape."""


def read_json(content: bytes | dict[str, JSON]) -> JSON:
    """Parse JSON, gzipped or not, where it is not yet parsed; raises `MalformedError` for anything else."""
    if isinstance(content, dict):
        return content
    try:
        parsed: JSON = orjson.loads(_unzip(content))
    except (orjson.JSONDecodeError, zlib.error) as error:
        raise MalformedError from error
    return parsed


def read_object(content: bytes | dict[str, JSON]) -> dict[str, JSON]:
    """Parse a JSON object; raises `MalformedError` for anything else."""
    parsed = read_json(content)
    if not isinstance(parsed, dict):
        raise MalformedError
    return parsed


def as_text(value: JSON) -> str | None:
    """Return a text, cleaned of what JSON or ClickHouse cannot hold; None for anything else."""
    return clean(value) if isinstance(value, str) else None


def stored_url(url: str, rules: Rules | None = None) -> str:
    """Return a URL as it is kept, under `content=none`, too: the same for an extraction and what links to it."""
    return Redactor(rules or Rules()).replace_secrets(clean_url(url.strip()))


def _unzip(content: bytes) -> bytes:
    """Undo what a host's gzip middleware did below ours; no JSON text begins like gzip."""
    if not content.startswith(_GZIP):
        return content
    return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(content, UNZIPPED_LIMIT)
