"""A call of a model as its price sees it, and what it costs."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from otel_training.errors import TrainingError

CACHE_BESIDE: Final = "cache beside the input"


class PricesError(TrainingError):
    """The user's own prices cannot be read, or a model has no price."""


class Reason(StrEnum):
    """Why a record of a call has no cost; `price.py` says what to do."""

    REPEATED = "repeated"  # another record has the same response, and the cost
    NO_ANSWER = "no_answer"
    NO_USAGE = "no_usage"
    NO_LIST = "no_list"
    UNKNOWN_MODEL = "unknown_model"
    NO_TIER_PRICE = "no_tier_price"
    NO_BATCH_PRICE = "no_batch_price"
    NO_TOKEN_PRICE = "no_token_price"  # noqa: S105 - no password
    NO_DURATION = "no_duration"


class Tokens(NamedTuple):
    """Tokens as they are billed."""

    input: int = 0  # all of the prompt, cached or not; its length also decides on the tier
    output: int = 0  # with the thinking
    cache_read: int = 0
    cache_write: int = 0  # for 5 minutes or an hour
    cache_write_1h: int = 0
    thinking: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as they were reported; None where nobody said."""

    input: int | None = None
    output: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    cache_write_5m: int | None = None
    cache_write_1h: int | None = None
    thinking: int | None = None

    def billed(self) -> Tokens | None:
        """Return what is billed; None where input or output is unknown.

        By OpenTelemetry's convention the input holds what the cache read and wrote, and the output the
        thinking. Some clients report these beside it: whatever is more than the whole is no part of it.
        """
        if self.input is None or self.output is None:
            return None
        read, kept_1h, thinking = self.cache_read or 0, self.cache_write_1h or 0, self.thinking or 0
        write = max(self.cache_write or 0, (self.cache_write_5m or 0) + kept_1h)
        prompt = self.input if read + write <= self.input else self.input + read + write
        output = self.output if thinking <= self.output else self.output + thinking
        return Tokens(prompt, output, read, write, kept_1h, thinking)


@dataclass(frozen=True, slots=True)
class Call:
    """One call, as far as its price goes."""

    model: str  # as it was asked for; `response_model` is as the answer names it
    usage: Usage = Usage()
    provider: str = ""  # OpenTelemetry's name of who served it, such as `aws.bedrock`
    response_model: str = ""
    time: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    is_batch: bool = False
    service_tier: str = ""
    seconds: float | None = None
    has_failed: bool = False

    @property
    def models(self) -> list[str]:
        """The names to look for, the truest first: Bedrock's answers leave out the region, which has a price."""
        names = [self.response_model, self.model]
        return [name for name in (names[::-1] if "bedrock" in self.provider else names) if name]

    @property
    def assumption(self) -> str:
        """What its price takes to be so, since nobody said."""
        usage, tokens = self.usage, self.usage.billed()
        if self.has_failed:
            return "broken off: the tokens reported until then"
        if usage.cache_write and usage.cache_write_5m is None and usage.cache_write_1h is None:
            return "kept in the cache for 5 minutes"
        return CACHE_BESIDE if tokens and tokens.input != usage.input else ""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a call costs in USD, and by which price; `amount` is None where that is unknown, with the reason."""

    amount: Decimal | None
    reason: str = ""
    source: str = ""  # whose price it is: the library's or the user's file; `model` is the model's name there
    model: str = ""
    assumption: str = ""
