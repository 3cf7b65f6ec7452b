"""The provider: what each route does in its own way."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple, Protocol

from otel_training.errors import TrainingError
from otel_training.finetune.job import Job, State


class ProviderError(TrainingError):
    """A provider refused, or cannot be reached; what was begun is kept."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider says of a base model, asked now."""

    sentence: str
    closed: str = ""  # why no job is taken; empty where it may be
    ends: date | None = None  # the day on which the model ends


class Progress(NamedTuple):
    """How far a job is."""

    state: State
    detail: str = ""
    tuned_model: str = ""
    trained_tokens: int | None = None


class Provider(Protocol):
    """One provider. Each step looks first for what an earlier try made, by the job's token: none is made twice."""

    def ask(self, model: str) -> Answer:
        """Ask about a base model; nothing is changed."""

    def upload(self, path: Path) -> str:
        """Return the provider's name of a file, put there where it is not."""

    def create(self, job: Job) -> str:
        """Return the provider's id of the job, made where there is none."""

    def progress(self, job: Job) -> Progress:
        """Ask how far a job is."""

    def cancel(self, job: Job) -> None:
        """Stop a job."""

    def deploy(self, job: Job) -> str:
        """Return what was deployed of the tuned model, deployed where it is not."""

    def served(self, job: Job) -> str:
        """Return the name to ask; empty while the deployment does not answer yet."""
