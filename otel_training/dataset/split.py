"""The split: rows of one source, or of nearly the same, stand on one side, where they stay when others come."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from otel_training.dataset.components import Components
from otel_training.dataset.pick import Pick

SPLITS: Final = ("train", "validation", "test")


class Place(NamedTuple):
    """Where a row stands."""

    split: str
    """Empty where it belongs to rows that stand in two splits: it is left out."""
    component: str


def split_picks(  # noqa: PLR0913 - what is split, and how
    picks: Iterable[Pick],
    pairs: Iterable[tuple[str, str]],
    pinned: Mapping[str, str],
    *,
    shares: tuple[int, ...],
    salt: str,
    group_by: str,
) -> dict[str, Place]:
    """Place each pick: where it stood before, else where its component does, else by the salted hash of that.

    A pick that would join components of two splits is left out, for its neighbours keep theirs. `shares` are the parts
    of train, validation and test; `group_by` is `domain`, or `url` where pages of one domain need not stand together.
    """
    near = defaultdict(set)
    for a, b in pairs:
        near[a].add(b)
        near[b].add(a)
    components, splits, kept = Components(), dict[str, str](), list[Pick]()
    places: dict[str, Place] = {}
    placed: set[str] = set()
    for pick in sorted(picks, key=lambda pick: (pick.extraction_id not in pinned, pick.age)):
        names = [*_names(pick, group_by), *(near[pick.extraction_id] & placed)]
        wanted = {splits[root] for root in map(components.root, names) if root in splits}
        wanted |= {pinned[pick.extraction_id]} if pick.extraction_id in pinned else set()
        if len(wanted) > 1:
            places[pick.extraction_id] = Place("", "")
            continue
        for name in names:
            root = components.join(names[0], name)
        if wanted:
            splits[root] = wanted.pop()
        placed.add(pick.extraction_id)
        kept.append(pick)
    oldest: dict[str, Pick] = {}
    for pick in sorted(kept, key=lambda pick: pick.age):
        oldest.setdefault(components.root(pick.extraction_id), pick)
    for pick in kept:
        root = components.root(pick.extraction_id)
        key = _names(oldest[root], group_by)[-1]
        places[pick.extraction_id] = Place(splits.get(root) or _choose(key, shares, salt), key)
    return places


def leaks(picks: Iterable[Pick], places: Mapping[str, Place], pairs: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Count what stands in two splits: sources, texts, near-duplicates and domains."""
    sides: dict[str, dict[str, set[str]]] = {kind: defaultdict(set) for kind in ("source", "text", "domain")}
    for pick in picks:
        for kind, name in (("source", pick.source_url), ("text", pick.text), ("domain", pick.site)):
            if name:
                sides[kind][name].add(places[pick.extraction_id].split)
    counts = {kind: sum(len(splits) > 1 for splits in names.values()) for kind, names in sides.items()}
    crossing = (places[a].split != places[b].split for a, b in pairs if a in places and b in places)
    return counts | {"near-duplicate": sum(crossing)}


def _names(pick: Pick, group_by: str) -> list[str]:
    """Name what a pick shares with others, itself first, and last what its component is called by."""
    names = (("text", pick.text), ("url", pick.source_url), ("site", pick.site if group_by == "domain" else ""))
    return [pick.extraction_id, *(f"{kind} {name}" for kind, name in names if name)]


def _choose(key: str, shares: tuple[int, ...], salt: str) -> str:
    """Choose a split by a hash, so that the same key has the same split everywhere."""
    digest = hashlib.sha256(f"{salt}\0{key}".encode()).digest()
    at = int.from_bytes(digest[:8], "big") % sum(shares)
    return next(split for split, end in zip(SPLITS, _ends(shares), strict=True) if at < end)


def _ends(shares: Iterable[int]) -> Iterator[int]:
    end = 0
    for share in shares:
        end += share
        yield end
