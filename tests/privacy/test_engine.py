"""The engine."""

import os
import random
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_training.privacy import engine
from otel_training.privacy.redact import Redactor
from tests.bench import keys, news
from tests.privacy.corpus import Corpus
from tests.privacy.test_redact import FOUND, KEPT, TEXTS, UNITS

NAMES: Final = (
    "Password, PASSWD, passphrase, Passwort, passcode, mot de passe, pwd, Kennwort, contraseña, "
    "contrasena, senha, wachtwoord, lösenord, losenord, passord, adgangskode, salasana, hasło, haslo, "
    "heslo, jelszó, jelszo, parola, parolă, sifre, şifre, private_key, private-key, privateKey, secret, "
    "secret_key, secretkey, secret-key, api_key, api-key, apikey, access_key, access-key, accesskey, "
    "token, Zugangscode, palavra-passe, palavra passe, contrasenya, lozinka, slaptažodis, salasõna, lykilorð, "
    "kata laluan, clave, clave de acceso, parola d'ordine, kata sandi, geslo"
)


@contextmanager
def without_re2() -> Iterator[None]:
    """Redact as where RE2 is not installed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "re2", None)
        engine.engine.cache_clear()
        engine.why_refused.cache_clear()
        yield
    engine.engine.cache_clear()
    engine.why_refused.cache_clear()


def both(texts: list[str]) -> tuple[list[str], list[str]]:
    """Redact texts with RE2 and without."""
    with_it = [Redactor().redact(text) for text in texts]
    with without_re2():
        return with_it, [Redactor().redact(text) for text in texts]


def examples() -> list[str]:
    """What is found and what is kept, each alone."""
    return [*FOUND, *KEPT]


def joined() -> list[str]:
    """Join secrets and parts of secrets by chance."""
    chance, units = random.Random(11), [*UNITS, *FOUND, " ", "\n", "é", "\\n", "\\u00e9", "٣"]
    return ["".join(chance.choices(units, k=chance.randrange(1, 14))) for _ in range(2_000)]


def corpus() -> list[str]:
    """Sentences with secrets and without."""
    sentences = Corpus(3)
    return [sentence.text for sentence in (*sentences.planted(15), *sentences.alike(15))]


def among_news() -> list[str]:
    """Keys of all forms, and every name of one with all that may stand between it and its value, in long texts."""
    chance, pages = random.Random(5), news.articles(5, 90)
    marks = [quote + space + mark for quote in ("", "'", '"') for space in ("", " ", "\n\t ") for mark in "=:\uff1a"]
    named = [f"{name}{chance.choice(marks)} hunter2hunter" for name in NAMES.split(", ") for _ in range(6)]
    planted = [*(sentence.text for sentence in keys.planted(5, 1)), *FOUND, *named]
    return [
        chance.choice((" ", "\n", "\u3000")).join((*chance.choices(pages, k=2), text, chance.choice(pages)))
        for text in planted
    ]


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.parametrize(
    "texts", [examples, joined, corpus, among_news], ids=["examples", "joined", "corpus", "among news"]
)
def test_both_engines_find_the_same(texts: Callable[[], list[str]]) -> None:
    """Where RE2 is not installed nothing differs but the time."""
    with_it, without = both(texts())

    assert with_it == without


@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_both_engines_find_the_same_in_any_text(texts: list[str]) -> None:
    """Odd characters included."""
    with_it, without = both(texts)

    assert with_it == without


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*fork")
def test_a_forked_child_does_not_wait_for_a_lock_of_its_parent() -> None:
    """A thread of the parent may be within RE2 at the fork: the child has its own automata."""
    stop = threading.Event()

    def search() -> None:
        chance = random.Random(1)
        while not stop.is_set():
            engine.engine().choose("".join(chance.choices("+0123456789.:@-= ABCDEabcdekypsw", k=20_000)).encode())

    threads = [threading.Thread(target=search) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for seed in range(8):
            child = os.fork()
            if child == 0:
                signal.alarm(10)
                text = "".join(random.Random(seed).choices("+0123456789.:@-= ABCDEabcdekypsw", k=5_000))
                engine.engine().choose(text.encode())
                os._exit(Redactor().redact("bob@news.example") != "<EMAIL_1>")
            assert 0 == os.waitpid(child, 0)[1]
    finally:
        stop.set()
        for thread in threads:
            thread.join()
