"""What is to be projected."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Plan:
    """What is projected; amounts in USD."""

    candidate: str
    provider: str = ""
    tuned: str = ""
    """The candidate's name after its fine-tuning, where that has another price."""
    baseline: str = ""
    """Today's model; by default the one that costs the most."""
    days: int = 30
    fallback: Decimal = Decimal("0.03")
    """The share of sources that today's model still answers, after the candidate: both calls are paid."""
    is_batch: bool = False
    few_shot_tokens: int | None = None
    shadow: int = 200
    """Sources that both models answer first: about as many pairs tell a candidate of 93 % from one of 90 %."""
    judge: str = ""
    """The model that compares them; by default today's."""
    training: Decimal | None = None
    hosting: Decimal | None = None
    """What a machine for the fine-tuned model costs an hour, day and night, instead of tokens."""
    sources_per_topic: int = 40
