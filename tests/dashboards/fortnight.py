"""Fourteen days of a feed, captured by the product's own functions with a clock that is set to the past.

As a program (`python fortnight.py DAYS`) it fills the data folder that the environment names.
"""

import contextlib
import itertools
import json
import random
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Any, Final

import otel_training
from otel_training.conventions import Loss
from otel_training.folder import find_folder, make_folder
from otel_training.pipeline import process
from otel_training.pipeline.settings import settings_in_force
from otel_training.record.clock import Clock, use_clock
from otel_training.routing.state import Experiment, State, write_state

DAY: Final = 86_400
TOPICS: Final = ("chips", "energy", "space", "O'Neil")
READERS: Final = 16
EXPERIMENT: Final = 10
"""The day from which on an experiment routes."""
TERSE: Final = "Name the insights that a reader would remember, each one sentence with a category."
FULL: Final = TERSE + " Rate how sound and how newsworthy the article is, from 0 to 10."


@dataclass
class Hands:
    """A clock that is set by hand."""

    seconds: float
    _ticks: float = 0
    _chance: random.Random = field(default_factory=lambda: random.Random(7))
    _counted: "itertools.count[int]" = field(default_factory=itertools.count)

    def pass_by(self, seconds: float) -> None:
        self.seconds += seconds
        self._ticks += seconds

    def now(self) -> int:
        return int(self.seconds * 1e9) + next(self._counted)

    def clock(self) -> Clock:
        bits = self._chance.getrandbits
        return Clock(self.now, lambda: int(self._ticks * 1e9), lambda: self.now() << 74 | bits(74))


class Feed:
    """An app's two programs and its readers, day by day."""

    def __init__(self, hands: Hands) -> None:
        self.hands = hands
        self.chance = random.Random(11)
        self.shown: list[tuple[str, float]] = []
        self.routed: Any = otel_training.experiment("insights", claude=self._ask_claude, candidate=self._ask_candidate)

    def extract(self, day: int, number: int) -> None:
        """Ask Claude, from some day on in an experiment, whose candidate sometimes fails."""
        topic = self.chance.choices(TOPICS, (5, 4, 3, 1))[0]
        source_url = f"https://news.example/{day}/{number}"
        # Each day's first is outside of it, so that Claude's model is the older one of a single day, too.
        ask = self.routed if day >= EXPERIMENT and number else self._ask_claude
        with contextlib.suppress(TimeoutError):
            answer = ask(topic, source_url, f"Article {day}.{number} on {topic}. Mail bob@news.example.", day)
            quality = answer.get("quality_score", 7)
            self.shown += [(otel_training.insight_id(source_url, each["text"]), quality) for each in answer["insights"]]
        for thread in threading.enumerate():
            if thread.name == "otel_training-candidate":
                thread.join()

    @otel_training.extraction
    def _ask_claude(self, topic: str, source_url: str, source_content: str, day: int) -> dict[str, Any]:
        return self._answer(source_content, day, is_small=False)

    def _ask_candidate(self, topic: str, source_url: str, source_content: str, day: int) -> dict[str, Any]:
        answer = self._answer(source_content, day, is_small=True)
        if self.chance.random() < 0.1:
            raise ValueError
        return answer

    def _answer(self, source_content: str, day: int, *, is_small: bool) -> dict[str, Any]:
        model, prompt = "claude-haiku-5-5" if is_small else "claude-sonnet-5", FULL if day >= 7 else TERSE
        self.hands.pass_by(self.chance.lognormvariate(0.3 if is_small else 1.1, 0.4))
        if self.chance.random() < 0.03:
            raise TimeoutError
        quality = round(min(9.8, max(1, self.chance.gauss(7.6 if day >= 7 else 6.9, 1.2) - 0.4 * is_small)), 1)
        insights = [{"text": f"{source_content} Fact {place}.", "category": "market"} for place in range(2)]
        if self.chance.random() > 0.06:
            otel_training.current().llm_call(
                model=model,
                provider="anthropic",
                input=[{"role": "system", "content": prompt}, {"role": "user", "content": source_content}],
                output=json.dumps({"insights": insights}),
                input_tokens=self.chance.randrange(600, 1800),
                output_tokens=self.chance.randrange(90, 260),
            )
        if self.chance.random() < 0.03:
            raise TimeoutError
        unjudged = 0.5 if day == 13 else 0.05  # a release forgot it
        judged = {"quality_score": quality, "passed_filters": quality > 6} if self.chance.random() > unjudged else {}
        return {"insights": insights, **judged}

    def read(self, day: int) -> None:
        """Let every reader see most of the day's insights, and react to some, rather to the good ones."""
        for reader in range(READERS):
            seen = [pair for pair in self.shown if self.chance.random() < 0.75]
            user = {"user_id": reader} if self.chance.random() > 0.04 else {}
            otel_training.record_impressions([insight for insight, _ in seen], **user)
            for insight, quality in seen:
                liking = 0.12 + 0.05 * (quality - 6.5)
                action = self.chance.choices(
                    ("like", "x", "bookmark", "share", ""), (max(0.01, liking), 0.1, 0.04, 0.02, 0.8)
                )[0]
                if action:
                    otel_training.record_feedback(insight, action, **user)
            self.hands.pass_by(1000)
        self.shown.clear()
        otel_training.record_feedback(f"nobody's {day}", "like", user_id=1)

    @otel_training.query
    def search(self, q: str) -> list[dict[str, Any]]:
        self.hands.pass_by(0.2)
        count = self.chance.randrange(4)
        return [
            {"quality_score": score, "passed_filters": score > 6}
            for score in (self.chance.gauss(6.5, 1) for _ in range(count))
        ]


def make(days: int) -> None:
    """Make so many days that end now, by this process's pipeline."""
    ends = time.time()
    hands = Hands(ends - days * DAY)
    feed = Feed(hands)
    use_clock(hands.clock())
    if days:
        experiment = Experiment("s", {"candidate": 4, "claude": 1}, shadow=True)
        write_state(make_folder(find_folder(settings_in_force())), State({"insights": experiment}))
    for day in range(14 - days, 14):
        hands.seconds = ends - (14 - day) * DAY + DAY / 2
        for number in range(feed.chance.randrange(8, 16) + day // 2 + 12 * (day >= EXPERIMENT)):
            feed.extract(day, number)
            hands.pass_by(feed.chance.uniform(200, 800))
        for number in range(4):
            feed.search(f"orders {number}")
        feed.read(day)
        if day in (5, 12):
            process.lose(Loss.UNRECOGNISED, route="POST /api/feed/engage")
    assert otel_training.flush(30)


if __name__ == "__main__":
    make(int(sys.argv[1]))
