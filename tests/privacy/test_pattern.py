"""Long texts."""

import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_training.privacy import pattern
from otel_training.privacy.pattern import SLICE, find_matches
from otel_training.privacy.patterns import patterns
from otel_training.privacy.redact import Redactor

OVERLAP = 1024
SECRETS = [
    "a@x.example", "+47 22 55 01 47", "10.0.0.1", "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00",
    "fe80::1ff:fe23",
    "sk-ant-api03-abcdefgh1234_-", "Tel. 39150008", "https://user:pw@host.example/x", "Bearer abc.def1234567",
    "password=x1x",
    "eyJ" + "a" * 3000 + ".bb.cc", "-----BEGIN PRIVATE KEY-----" + "b" * 5000 + "-----END PRIVATE KEY-----",
    "ghp_" + "c" * (SLICE + OVERLAP), "token=" + "d1" * SLICE,
]  # fmt: skip
FILLERS = [" ", "x", "1 ", "a.", "word ", "\n", ":", "-", "@", "0"]
PARTS = st.tuples(st.sampled_from(FILLERS), st.integers(0, SLICE), st.sampled_from(SECRETS))


def joined(parts: list[tuple[str, int, str]]) -> str:
    """Put secrets behind fillers of any length, so that they meet the ends of slices."""
    return "".join((filler * length)[:length] + secret for filler, length, secret in parts)


@pytest.mark.slow
@given(st.lists(PARTS, min_size=1, max_size=5))
def test_finds_in_slices_what_it_finds_in_one(parts: list[tuple[str, int, str]]) -> None:
    """A slice's end hides nothing and cuts nothing."""
    text = joined(parts)
    for secret_pattern in patterns():
        whole = [match.span() for match in secret_pattern.regex.finditer(text)]
        matches = find_matches(secret_pattern.regex, text, 0, len(text), secret_pattern.reach)

        assert whole == [match.span() for match in matches], secret_pattern.regex.pattern


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_at_the_end_of_a_slice_is_replaced(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever it lies, the text comes out as if searched in one."""
    texts = ["word " * (SLICE // 5) + " " * shift + secret + " word" * SLICE for shift in range(0, OVERLAP, 97)]
    sliced = [Redactor().redact(text) for text in texts[:6]]
    monkeypatch.setattr(pattern, "SLICE", 1 << 30)

    assert [Redactor().redact(text) for text in texts[:6]] == sliced


@pytest.fixture
def late() -> Iterator[list[float]]:
    """What a thread beside the test slept when it wanted to sleep a millisecond."""
    done, slept = threading.Event(), list[float]()

    def beat() -> None:
        while not done.is_set():
            began = time.perf_counter()
            time.sleep(0.001)
            slept.append(time.perf_counter() - began)

    thread = threading.Thread(target=beat)
    thread.start()
    yield slept
    done.set()
    thread.join()


@pytest.mark.slow
def test_other_threads_run_meanwhile(late: list[float]) -> None:
    """Megabytes are searched without stopping the app for more than a fraction of the time that takes."""
    began = time.perf_counter()
    Redactor().redact("Some words at 10:30, for 12 euros, call 39150008. " * 60_000)
    took = time.perf_counter() - began

    assert (True, True) == (len(late) > 10, sorted(late)[len(late) * 9 // 10] < took / 5)
