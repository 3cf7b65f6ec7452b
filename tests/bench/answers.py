"""Answers in JSON that hold secrets where models put them: in strings, as numbers, as keys."""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from tests.bench import details, phones
from tests.bench.planted import some

_WORDS: Final = ("the", "council", "voted", "on", "a", "bridge", "after", "3.5", "%", "Größe", "東京", "naïve")
_LABELS: Final = ("Пароль:", "Contraseña:", "密码:", "كلمة المرور:", "Şifre:")
_PEM: Final = "-----BEGIN RSA PRIVATE KEY-----"


class Answer(NamedTuple):
    """An answer, and the secrets in it as they are written."""

    value: Any
    secrets: tuple[str, ...]


def answers(seed: int, count: int) -> Iterator[Answer]:
    """Make answers, each with two to six secrets."""
    chance = random.Random(seed)
    for _ in range(count):
        secrets: list[str] = []
        yield Answer(_tree(chance, secrets, 3), tuple(secrets))


def written(chance: random.Random, value: Any) -> str:
    """Write an answer as models do: compact or not, in ASCII or not."""
    return json.dumps(
        value,
        indent=chance.choice((None, None, 1, 2)),
        separators=chance.choice((None, (",", ":"))),
        ensure_ascii=chance.random() < 0.5,
    )


def _tree(chance: random.Random, secrets: list[str], depth: int) -> Any:
    answer: dict[str, Any] = {
        "title": _sentence(chance),
        "tags": ["a", chance.randrange(100)],
        "n": chance.random(),
    }
    for make in chance.sample(_MAKERS, 2):
        key, value, secret = make(chance)
        if key not in answer:
            answer[key] = value
            secrets += [secret] if secret else []
    if depth and chance.random() < 0.6:
        answer["insights"] = [_tree(chance, secrets, depth - 1) for _ in range(chance.randrange(1, 3))]
    return answer


def _sentence(chance: random.Random) -> str:
    ends = ('. "Well", he said\n', ".", "\\o/", "\t{}", " <b>&amp;</b>")
    return " ".join(chance.choices(_WORDS, k=8)) + chance.choice(ends)


Field = tuple[str, Any, str]


def _text(chance: random.Random) -> Field:
    secret = chance.choice(list(details.MAKERS.values()))(chance)
    return "text", f"{_sentence(chance)} {secret} {_sentence(chance)}", secret


def _quoted(chance: random.Random) -> Field:
    secret = details.email(chance)
    return "quote", f'"{secret}"\n\\{secret}\\', secret


def _phone(chance: random.Random) -> Field:
    secret = phones.draw(chance, "+49 30 #######")
    return "contact", f"Tel.: {secret}", secret


def _integer(chance: random.Random) -> Field:
    number = chance.randrange(2 * 10**9, 9 * 10**9)
    return chance.choice(("phone", "telephone", "mobile")), number, str(number)


def _token(chance: random.Random) -> Field:
    number = chance.randrange(10**11, 10**12)
    return chance.choice(("token", "secret", "password", "api_key")), number, str(number)


def _card(chance: random.Random) -> Field:
    secret = details.card(chance).replace(" ", "").replace("-", "")
    return "card", int(secret), secret


def _harmless(chance: random.Random) -> Field:
    return "ids", [chance.randrange(10**15, 10**16), chance.randrange(10**12), -0.5, 1e-7, None, True], ""


def _labelled(chance: random.Random) -> Field:
    secret = some(chance, 12, "abcdefghkmnp") + str(chance.randrange(100, 999))
    return chance.choice(("password", "token", "apiKey", "client_secret")), secret, secret


def _abroad(chance: random.Random) -> Field:
    secret = some(chance, 9, "abcdefghkmnp") + str(chance.randrange(100, 999))
    return "note", f"{_sentence(chance)} {chance.choice(_LABELS)} {secret}", secret


def _nothing(chance: random.Random) -> Field:
    return chance.choice(("token", "password", "phone", "key")), chance.choice((None, True, 0, "", [], {}, 1.5)), ""


def _mention(chance: random.Random) -> Field:
    return "code", f"A file that begins with {_PEM} is a key. {_sentence(chance)}", ""


def _key(chance: random.Random) -> Field:
    secret = details.email(chance)
    return secret, chance.randrange(9), secret


def _inner(chance: random.Random) -> Field:
    secret = details.email(chance)
    return (
        "raw",
        json.dumps({"mail": secret, "token": chance.randrange(10**11), "text": 'say "hi"\n'}, ensure_ascii=False),
        secret,
    )


_MAKERS: Final[tuple[Callable[[random.Random], Field], ...]] = (
    _text, _quoted, _phone, _integer, _token, _card, _harmless, _labelled, _abroad, _nothing, _mention, _key, _inner,
)  # fmt: skip
