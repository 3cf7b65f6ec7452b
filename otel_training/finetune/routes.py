"""The routes: who tunes models, on what terms, and whether jobs are still taken; `routes.toml` has the facts."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from otel_training.errors import TrainingError


class RouteClosedError(TrainingError):
    """A route takes no new job."""


@dataclass(frozen=True, slots=True)
class Price:
    """What training costs, in USD for a million tokens and epoch."""

    usd: str
    source: str
    read: date


@dataclass(frozen=True, slots=True)
class Route:
    """A way to a tuned model, as its provider's page stood on the day `read`."""

    name: str
    title: str
    models: tuple[str, ...]  # the base models that were seen there; the first is the default
    target: str  # whose rows it takes (`dataset/targets/`)
    is_open: bool
    because: str  # why it is closed, or for whom it is open
    serves: str  # how a tuned model answers
    source: str
    read: date
    instead: tuple[str, ...]  # the routes nearest to it
    closes: date | None = None  # the last day for new jobs
    key: str = ""  # the environment variable of the key
    base_url: str = ""
    prices: Mapping[str, Price] = field(default_factory=dict)
    bills_validation: bool = False  # whether what is validated by is paid in each epoch, too

    def is_open_on(self, day: date) -> bool:
        """Return whether it takes new jobs, as far as its page said."""
        return self.is_open and (self.closes is None or day <= self.closes)

    def status(self, day: date) -> str:
        """Say whether it takes new jobs, and why not or for whom."""
        if not self.is_open_on(day):
            word = f"closed since {self.closes}" if self.is_open else "closed"
        else:
            word = f"open until {self.closes}" if self.closes else "open"
        return f"{word}: {self.because}"


@cache
def read_routes() -> dict[str, Route]:
    """Read all routes, by name."""
    table = tomllib.loads(files(__package__).joinpath("routes.toml").read_text(encoding="utf-8"))
    return {name: _route(name, facts) for name, facts in table.items()}


def _route(name: str, facts: dict[str, Any]) -> Route:
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in facts.items()}
    prices = {model: Price(**price) for model, price in facts.get("prices", {}).items()}
    return Route(**values | {"name": name, "prices": prices})


def refusal(route: Route, day: date, reason: str = "") -> RouteClosedError:
    """Say why a route takes no job, and which takes one instead."""
    nearest = next((name for name in route.instead if read_routes()[name].is_open_on(day)), "local")
    why = reason or route.status(day)
    otherwise = ", or, if you know better, add --force" if route.models else ""
    return RouteClosedError(
        f"{route.title} takes no new job ({why}; {route.source}, read on {route.read}): choose --route {nearest}"
        f"{otherwise}."
    )
