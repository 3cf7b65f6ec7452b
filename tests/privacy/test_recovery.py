"""Bringing back from what is stored what redaction took out of it: by guessing the secret, with the key at hand."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pytest

import otel_training
from otel_training.folder import DataFolder
from otel_training.pipeline import process

URL: Final = "https://news.example/1"
SECRETS: Final = {
    "phone": "+44 20 7946 0958", "e-mail": "bob.miller@paper.test", "card": "4111 1111 1111 1111",
    "IBAN": "DE89 3704 0044 0532 0130 00", "address": "203.0.113.77", "key": "sk-ant-api03-Zk3vQ9pLw2xY",
}  # fmt: skip
OPEN: Final = "the north gate"
"""In the place of a secret, what is none: each way to guess finds it, or the test would prove nothing."""


@dataclass(frozen=True)
class Stored:
    """What lies in the data folder but the key, and the key."""

    data: bytes
    key: bytes


def capture(secret: str, folder: Path) -> Stored:
    """Put a secret into each place of an app's records, through its own doors, and read what is on disk."""
    otel_training.configure(home=folder)

    @otel_training.extraction(task="extract")
    def extract(topic: str, source_url: str, source_content: str) -> dict[str, Any]:
        otel_training.current().llm_call(
            model="m", provider="p", output=json.dumps([text(secret)]),
            input=[{"role": "system", "content": text(secret)}, {"role": "user", "content": source_content}],
        )  # fmt: skip
        return {"insights": [{"text": text(secret), "category": text(secret)}], "quality_score": 8}

    extract(text(secret), f"{URL}?q={quote(secret)}", f"{text(secret)}\n" * 3)
    identity = otel_training.current().id
    otel_training.record_feedback("i", secret, user_id=secret)
    otel_training.record_score(identity, "quality_score", 1)
    otel_training.record_correction(identity, [text(secret)])
    search(text(secret))
    assert otel_training.flush(30)
    where = DataFolder(folder)
    files = [path for path in folder.rglob("*") if path.is_file() and path != where.key]
    return Stored(b"".join(path.read_bytes() for path in files), bytes.fromhex(where.key.read_text()))


@otel_training.query
def search(query: str) -> list[str]:
    """Find nothing."""
    return []


def text(secret: str) -> str:
    """A sentence with the secret; whoever guesses knows the rest of it."""
    return f"Reach {secret} now"


def digest(function: Callable[[bytes], Any]) -> Callable[[str, bytes], list[str]]:
    """Guess by a digest of the secret, of the sentence and of the whole source, however it is cut."""
    return lambda secret, _: [
        function(whole.encode()).hexdigest()[:12] for whole in (secret, text(secret), f"{text(secret)}\n" * 3)
    ]


def keyed(secret: str, key: bytes) -> list[str]:
    """Guess the digests by which answers are compared, with the user's key."""
    whole = text(secret).casefold()
    return [hashlib.blake2b(part.encode(), key=key, digest_size=4).hexdigest() for part in (whole, whole[:24].strip())]


def derived(secret: str, _: bytes) -> list[str]:
    """Guess the insight's id by its published formula."""
    parts = (f"{URL}?q={quote(secret)}", text(secret))
    return [hashlib.sha256(b"otel_training.insight\0" + "\0".join(parts).encode()).hexdigest()[:32]]


GUESSES: Final[dict[str, Callable[[str, bytes], list[str]]]] = {
    "as it is": lambda secret, _: [secret],
    "lower case": lambda secret, _: [secret.lower()],
    "without blanks": lambda secret, _: [secret.replace(" ", "")],
    "its last part": lambda secret, _: [secret[-6:]],
    "percent-encoded": lambda secret, _: [quote(secret), quote(secret, safe="")],
    "plus for blank": lambda secret, _: [secret.replace(" ", "+")],
    "in base64": lambda secret, _: [base64.b64encode(secret.encode()).decode()[:-4]],
    "in base64, within its sentence": lambda secret, _: [base64.b64encode(text(secret).encode()).decode()[8:20]],
    "in hex": lambda secret, _: [secret.encode().hex()],
    "in UTF-16": lambda secret, _: [secret.encode("utf-16-le").decode("latin-1")],
    "backwards": lambda secret, _: [secret[::-1]],
    "as JSON's escapes": lambda secret, _: ["".join(f"\\u{ord(letter):04x}" for letter in secret)],
    "MD5": digest(hashlib.md5),
    "SHA-1": digest(hashlib.sha1),
    "SHA-256": digest(hashlib.sha256),
    "SHA-512": digest(hashlib.sha512),
    "BLAKE2b": digest(hashlib.blake2b),
    "SHA-256 of the prompt as JSON": lambda secret, _: [
        hashlib.sha256(json.dumps(text(secret)).encode()).hexdigest()[:12]
    ],
    "HMAC without a key": lambda secret, _: [hmac.digest(b"\0", secret.encode(), "sha256").hex()[:32]],
    "the keyed digests of answers": keyed,
    "the insight's own id": derived,
}
NEVER_THERE: Final = {
    "in base64", "in base64, within its sentence", "in hex", "in UTF-16", "backwards", "as JSON's escapes", "MD5",
    "SHA-1", "SHA-512", "BLAKE2b", "HMAC without a key", "plus for blank", "without blanks",
}  # fmt: skip
"""Ways by which nothing is written: tried all the same."""


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Stored]:
    """Capture each secret once, into a folder of its own."""
    known: dict[str, Stored] = {}

    def capture_once(secret: str) -> Stored:
        if secret not in known:
            known[secret] = capture(secret, tmp_path_factory.mktemp("stored"))
            process.reset()
        return known[secret]

    return capture_once


@pytest.mark.parametrize("way", GUESSES)
def test_no_guess_is_found(stored: Callable[[str], Stored], way: str) -> None:
    """Who has the folder, the key and the right guess cannot see that it is right; of what is no secret they can."""
    kept = {name: stored(secret) for name, secret in SECRETS.items()}
    opened = stored(OPEN)

    assert {} == {
        name: hits for name, secret in SECRETS.items()
        if (hits := [guess for guess in GUESSES[way](secret, kept[name].key) if guess.encode() in kept[name].data])
    }  # fmt: skip
    assert (way not in NEVER_THERE) is any(guess.encode() in opened.data for guess in GUESSES[way](OPEN, opened.key))
