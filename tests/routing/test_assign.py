"""Which arm a source belongs to."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from otel_training.routing.assign import Assignment, assign
from otel_training.routing.state import Experiment

SOURCES = [f"https://news.example/{number}" for number in range(2_000)]
SHARES = st.floats(0, 100)


def arms(candidate: float, third: float = 0, holdout: float = 0) -> list[str]:
    """The arm of each source; Claude has what the others leave."""
    weights = {"claude": 100 - candidate - third, "candidate": candidate, "third": third}
    experiment = Experiment("salt", weights, holdout)
    return [assign("insights", experiment, source).arm for source in SOURCES]


def test_is_the_same_everywhere() -> None:
    """An assignment is made of salt, experiment and source alone: this one holds for every version of ours."""
    experiment = Experiment("salt", {"claude": 50, "candidate": 50})

    assert [
        Assignment("candidate", "9d934addd56b6fb6", is_held_out=False),
        Assignment("claude", "baca15c1fa977b8f", is_held_out=False),
    ] == [assign("insights", experiment, source) for source in SOURCES[:4:3]]


@given(first=SHARES, other=SHARES)
def test_a_growing_share_takes_from_claude_alone(first: float, other: float) -> None:
    """Whatever the shares: none leaves the candidate, and a third arm keeps its sources."""
    less, more = (arms(share * 0.8, third=20) for share in sorted((first, other)))

    moved = {(before, after) for before, after in zip(less, more, strict=True) if before != after}
    assert moved <= {("claude", "candidate")}


def test_shares_are_kept() -> None:
    """Of 2,000 sources each arm has its share, within three standard deviations of a draw."""
    counts = Counter(arms(50, third=20))

    assert [True] * 3 == [
        abs(counts[arm] - 2_000 * share) < 3 * (2_000 * share * (1 - share)) ** 0.5
        for arm, share in (("claude", 0.3), ("candidate", 0.5), ("third", 0.2))
    ]


def test_some_sources_stay_with_claude() -> None:
    """The holdout is the same whatever the candidate's share, of all arms alike, and all others keep their arm."""
    held = [number for number, arm in enumerate(arms(100, holdout=0.1)) if arm == "claude"]
    half, without = arms(50, holdout=0.1), arms(50)

    assert 140 < len(held) < 260
    assert 0.4 < Counter(without[number] for number in held)["claude"] / len(held) < 0.6
    assert {"claude"} == {half[number] for number in held}
    assert [half[at] for at in range(2_000) if at not in held] == [without[at] for at in range(2_000) if at not in held]


def test_knows_nobody_without_a_weight() -> None:
    """Without weights, and of arms with none, all is Claude's."""
    experiments = [Experiment("s", {}), Experiment("s", {"candidate": 0, "third": 0}), Experiment("s", {"third": -1})]

    assert {"claude"} == {assign("e", experiment, source).arm for experiment in experiments for source in SOURCES[:100]}


def test_another_salt_or_experiment_is_another_draw() -> None:
    """Who is in one experiment says nothing about another."""
    experiments = [("a", "s"), ("b", "s"), ("a", "t")]
    draws = [
        [assign(name, Experiment(salt, {"claude": 1, "candidate": 1}), source).arm for source in SOURCES]
        for name, salt in experiments
    ]

    assert all(850 < sum(map(str.__eq__, draws[0], other)) < 1150 for other in draws[1:])
