"""The split: what belongs together stays together, and where it was."""

import random
from collections import Counter
from dataclasses import replace

import pytest

from otel_training.dataset.pick import Pick
from otel_training.dataset.split import Place, leaks, split_picks

SHARES = (80, 10, 10)


def pick(number: int, url: str = "", site: str = "", text: str = "") -> Pick:
    """A row that came in as the number says."""
    return Pick(f"e{number:04d}", f"2026-01-01T00:{number // 60:02d}:{number % 60:02d}Z", "t", url, site, text, 0.5, 8)


def split(
    picks: list[Pick], pairs: list[tuple[str, str]], pinned: dict[str, str] | None = None, **options: str
) -> dict[str, Place]:
    """Split by default."""
    values = {"salt": "1", "group_by": "domain"} | options
    return split_picks(picks, pairs, pinned or {}, shares=SHARES, **values)


def world(seed: int, count: int) -> tuple[list[Pick], list[tuple[str, str]]]:
    """Rows of sites, pages and copies at random."""
    chance = random.Random(seed)
    picks = [
        pick(number, f"https://s{site}/{chance.randrange(9)}", f"s{site}", f"text{chance.randrange(4 * count)}")
        for number in range(count)
        for site in [chance.randrange(count)]
    ]
    numbers = range(count)
    pairs = [tuple(sorted(chance.sample(numbers, 2))) for _ in range(count // 8)]
    return picks, [(f"e{a:04d}", f"e{b:04d}") for a, b in pairs]


def groups(picks: list[Pick], pairs: list[tuple[str, str]]) -> list[set[str]]:
    """What belongs together, found by walking."""
    edges = {row.extraction_id: set[str]() for row in picks}
    for a, b in pairs:
        edges[a].add(b)
        edges[b].add(a)
    for row in picks:
        same = {
            other.extraction_id
            for other in picks
            if row.source_url == other.source_url or row.site == other.site or row.text == other.text
        }
        edges[row.extraction_id] |= same
    left, components = set(edges), []
    while left:
        group, waiting = set[str](), [left.pop()]
        while waiting:
            name = waiting.pop()
            group.add(name)
            waiting.extend(edges[name] - group)
        left -= group
        components.append(group)
    return components


@pytest.mark.parametrize("seed", range(8))
def test_a_group_stands_in_one_split(seed: int) -> None:
    """Nothing of a connected group stands elsewhere, and none is left out at first."""
    picks, pairs = world(seed, 120)
    places = split(picks, pairs)

    assert [] == [group for group in groups(picks, pairs) if len({places[name].split for name in group}) > 1]
    assert {row.extraction_id for row in picks} == {name for name, place in places.items() if place.split}
    assert {"source": 0, "text": 0, "domain": 0, "near-duplicate": 0} == leaks(picks, places, pairs)


@pytest.mark.parametrize("seed", range(8))
def test_a_row_keeps_its_split_when_others_come(seed: int) -> None:
    """Those that would join two splits are left out, whether they are newer or older than their neighbours."""
    picks, pairs = world(seed, 120)
    chance = random.Random(seed)
    before = sorted(chance.sample(picks, 60), key=lambda row: row.age)
    names = {row.extraction_id for row in before}
    pinned = {name: place.split for name, place in split(before, [p for p in pairs if names >= set(p)]).items()}
    places = split(picks, pairs, pinned)
    kept = [row for row in picks if places[row.extraction_id].split]

    assert pinned == {name: places[name].split for name in pinned}
    assert {0} == set(leaks(kept, {row.extraction_id: places[row.extraction_id] for row in kept}, pairs).values())


def test_what_joins_two_splits_is_left_out() -> None:
    """A copy of two pages, one trained on and one tested by."""
    rows = [pick(1, "u1", "a"), pick(2, "u2", "b"), pick(3, "u3", "c"), pick(4, "u3", "c")]
    places = split(rows, [("e0001", "e0003"), ("e0002", "e0003")], {"e0001": "train", "e0002": "test"})

    assert [("train"), ("test"), ("")] == [places[f"e000{number}"].split for number in (1, 2, 3)]
    assert places["e0004"].split


def test_shares_hold_where_groups_are_many() -> None:
    """Of 3,000 sites each split has its share within three points; another salt splits otherwise."""
    picks = [pick(number % 3000, f"u{number}", f"s{number}") for number in range(3000)]
    picks = [replace(row, extraction_id=f"e{number}") for number, row in enumerate(picks)]
    places = split(picks, [])
    counts = Counter(place.split for place in places.values())

    assert (2400, 300, 300) == pytest.approx([counts[name] for name in ("train", "validation", "test")], abs=90)
    assert places != split(picks, [], salt="2")


def test_pages_of_a_site_may_stand_apart() -> None:
    """By URL alone a site has many groups, and its pages one each."""
    picks = [pick(number, f"u{number % 50}", "site") for number in range(100)]
    places = split(picks, [], group_by="url")

    assert 50 == len({place.component for place in places.values()})
    assert (1, 0) == (leaks(picks, places, [])["domain"], leaks(picks, places, [])["source"])
