"""Tokens: estimated without a tokenizer, and never by asking a network."""

import sys
from collections import Counter
from types import SimpleNamespace

import pytest

from otel_training.dataset.tokens import ESTIMATE, Tokens, summary, token_counter


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("abcd", 1), ("abcde", 2), ("半導体", 3), ("\ud800", 1)])
def test_estimates_where_there_is_no_tokenizer(text: str, tokens: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """By bytes: a sign of Chinese is nearly a token."""
    monkeypatch.setitem(sys.modules, "bpe_openai", None)
    count, name = token_counter()

    assert (tokens, ESTIMATE) == (count(text), name)


def test_counts_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Special tokens are text like any other."""
    encoding = SimpleNamespace(encode_ordinary=str.split)
    monkeypatch.setitem(sys.modules, "bpe_openai", SimpleNamespace(get_encoding=lambda name: encoding))
    count, name = token_counter()

    assert (2, "o200k_base") == (count("a <|endoftext|>"), name)


def test_sums_up_lengths() -> None:
    """Of no row, too."""
    assert Tokens(0, 0, 0, 0, "x") == summary(Counter(), "x")
    assert Tokens(595, 95, 500, 500, "x") == summary(Counter({95: 1, 500: 1}), "x")
    assert Tokens(149, 1, 1, 50, "x") == summary(Counter({1: 99, 50: 1}), "x")
