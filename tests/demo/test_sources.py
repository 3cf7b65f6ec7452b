"""The demo's own articles."""

from collections import Counter

import pytest

from otel_training.demo.sources import EDITION, MOST, read_all, read_edition, read_incoming, read_sources
from otel_training.privacy.redact import Redactor


def test_has_some_forty_sources_of_several_topics() -> None:
    """There are as many sources, of as many topics, as the app it imitates has."""
    assert {"chips": 10, "energy": 10, "biotech": 10, "space": 10} == Counter(source.topic for source in read_sources())


def test_groups_sources_by_topic() -> None:
    """The sources of a topic stand together, since the topic handler takes them as one run."""
    topics = [source.topic for source in read_sources()]

    assert sorted(topics, key=topics.index) == topics


def test_urls_tell_sources_apart() -> None:
    """Every URL is there once and names its topic."""
    sources = read_sources()

    assert len(sources) == len({source.url for source in sources})
    assert [] == [
        source.url for source in sources if not source.url.startswith(f"https://news.example/{source.topic}/")
    ]


def test_texts_are_short_articles() -> None:
    """Every text has 60 to 150 words."""
    assert [] == [source.url for source in read_sources() if not 60 <= len(source.text.split()) <= 150]


def test_facts_are_sentences_of_their_text() -> None:
    """Every source has two or three facts, each word for word in its text."""
    sources = read_sources()

    assert [] == [source.url for source in sources if len(source.facts) not in (2, 3)]
    assert [] == [fact.text for source in sources for fact in source.facts if fact.text not in source.text]


def test_no_fact_stands_in_two_sources() -> None:
    """Every fact is there once: a card's text says which extraction it comes from."""
    times = Counter(fact.text for source in read_sources() for fact in source.facts)

    assert {} == {text: count for text, count in times.items() if count > 1}


def test_quality_is_spread_around_the_filters() -> None:
    """Of the qualities some are too low for the feed, some for training, and most for neither."""
    qualities = [source.quality for source in read_sources()]

    spread = [sum(low <= quality < high for quality in qualities) for low, high in ((3, 5), (5, 7), (7, 10))]
    assert [4, 9, 27] == spread


def test_one_source_is_refused() -> None:
    """One extraction is to fail."""
    assert 1 == sum(source.blocked for source in read_sources())


def test_some_texts_hold_personal_data() -> None:
    """There are e-mail addresses and phone numbers to redact, one of them inside a fact."""
    sources = read_sources()

    assert 4 <= sum("@" in source.text for source in sources)
    assert 4 <= sum("55 01" in source.text or "555-01" in source.text for source in sources)
    assert 1 == sum("@" in fact.text for source in sources for fact in source.facts)


def test_an_edition_is_the_same_each_time() -> None:
    """A shorter one is a part of a longer one, and no source stands in two."""
    long, short, other = (read_edition(*which) for which in ((1, 40), (1, 12), (2, 40)))

    assert long == read_edition(1, 40)
    assert set() == set(short) - set(long)
    assert 80 == len({source.text for source in [*long, *other]}) == len({source.url for source in [*long, *other]})


def test_the_sources_of_an_edition_are_like_the_others() -> None:
    """Each fact stands in its text, none holds what would be redacted, and topics stand together."""
    sources = read_edition(1)
    redactor, topics = Redactor(), [source.topic for source in sources]

    assert [] == [fact.text for source in sources for fact in source.facts if fact.text not in source.text]
    assert [] == [source.text for source in sources if redactor.redact(source.text) != source.text]
    assert (MOST, sorted(topics)) == (len(sources), topics)


def test_reads_what_came_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """The edition that the environment names, else the demo's own."""
    own = read_incoming()
    monkeypatch.setenv(EDITION, "3:8")

    assert (read_sources(), read_edition(3, 8)) == (own, read_incoming())
    assert set() == {source.text for source in [*own, *read_incoming()]} - {source.text for source in read_all()}
