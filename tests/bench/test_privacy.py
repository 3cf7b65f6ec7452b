"""The measurement of redaction itself: what it plants, and what it counts."""

import json
import random
import re

import pytest

from tests.bench import answers, details, keys, news, phones, privacy, scanning
from tests.bench.planted import Planted, Score, plant, recall, score

PLANTED = plant("mail", "bob@news.example", "Write to ({}), then wait.")


@pytest.mark.parametrize(
    ("redacted", "gone", "exact"),
    [
        ("Write to (<EMAIL_1>), then wait.", True, True),
        ("Write to ([EMAIL_1]), then wait.", True, True),
        ("Write to <EMAIL_1>, then wait.", True, False),
        ("Write to (<EMAIL_1>.example), then wait.", False, False),
        ("Write to (bob@news.example), then wait.", False, False),
    ],
)
def test_says_what_is_left_of_a_secret(redacted: str, *, gone: bool, exact: bool) -> None:
    """A secret is gone when no piece of it is left, and taken alone when all else is."""
    assert [Score("mail", gone, exact, PLANTED, redacted)] == list(score([PLANTED], lambda _: redacted))


@pytest.mark.parametrize("share", [0, 1])
def test_counts_every_form(share: int) -> None:
    """What replaces everything finds all, what replaces nothing finds none; the same seed plants the same."""
    planted = [*keys.planted(1, 1), *phones.planted(1, 1), *phones.planted_in_scripts(1, 1), *details.planted(1, 3)]
    shares = recall(score(planted, (lambda _: "<ANY_1>") if share else str))

    assert {share} == set(shares.values())
    assert len({sample.form for sample in planted}) == len(shares) > 240
    assert planted[: len([*keys.planted(1, 1)])] == [*keys.planted(1, 1)]


def test_plants_valid_cards_and_accounts() -> None:
    """Their check digits are right, or nobody could know them."""
    chance = random.Random(1)
    cards = [re.sub("[ -]", "", details.card(chance)) for _ in range(50)]
    ibans = [details.iban(chance).replace(" ", "") for _ in range(50)]

    assert {0} == {
        sum(sum(divmod(int(d) * (1 + at % 2), 10)) for at, d in enumerate(card[::-1])) % 10 for card in cards
    }
    assert {1} == {int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97 for iban in ibans}


def test_answers_parse_before() -> None:
    """They are JSON, and hold the secrets that they are said to hold."""
    samples = list(answers.answers(1, 40))
    texts = [answers.written(random.Random(at), answer.value) for at, answer in enumerate(samples)]

    assert [answer.value for answer in samples] == [json.loads(text) for text in texts]
    assert all(
        json.dumps(secret)[1:-1] in text or secret in text
        for answer, text in zip(samples, texts, strict=True)
        for secret in answer.secrets
    )


def test_kept_texts_are_long_enough_for_their_bars() -> None:
    """One false hit in prose is about what its bar allows."""
    words = {name: sum(len(line.split()) for line in scanning.read(name)) for name in ("prose", "filings")}

    assert [True, True] == [words["prose"] > 90_000, words["filings"] > 70_000]
    assert "" == "".join(news.articles(1, 40) + news.tables(1, 40)).partition("{one}")[1]


@pytest.mark.slow
def test_measures_everything() -> None:
    """Each row has its figure; whether the bars hold is what the benchmark tells."""
    rows = privacy.rows(quick=True)

    assert ["found", "of what is found", "false hits", "answers in JSON that parse afterwards"] == list(
        dict.fromkeys(row.name.partition(":")[0] for row in rows)
    )[:4]
    assert len(rows) > 20
    assert [] == [row for row in rows if row.value < 0]


def test_names_what_was_missed() -> None:
    """A form that is always found is not named."""
    scores = [
        Score("a", gone, True, Planted("a", "see ", value, "."), "") for gone, value in ((False, "ab1"), (True, "cd2"))
    ]

    assert ["a: 0.50   'see ab1.'"] == list(privacy.missed([*scores, *scores[1:0]]))
