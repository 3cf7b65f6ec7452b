"""OpenAI's jobs, and those of Nebius, which speaks as OpenAI does and deploys what it trained."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import openai

from otel_training.dataset.writing import digest_of
from otel_training.finetune.job import Job, State
from otel_training.finetune.provider import Answer, Progress, ProviderError
from otel_training.finetune.routes import Route, refusal

_CLOSED: Final = frozenset({403, 410, 501})  # how a provider answers who may start no job any more
_SECONDS: Final = 30.0
_UPLOAD_SECONDS: Final = 600.0
_STATES: Final = {
    "validating_files": State.QUEUED, "queued": State.QUEUED, "running": State.RUNNING, "succeeded": State.SUCCEEDED,
    "failed": State.FAILED, "cancelled": State.CANCELLED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Connection:
    """A client, and whose it is."""

    client: openai.OpenAI
    route: Route

    @property
    def once(self) -> openai.OpenAI:
        """The client for what must not be made twice: what got no answer is looked for, not sent again."""
        return self.client.with_options(max_retries=0, timeout=_UPLOAD_SECONDS)

    @contextmanager
    def talking(self) -> Iterator[None]:
        """Turn what the client raises into a sentence."""
        title = self.route.title
        try:
            yield
        except openai.APIStatusError as error:
            body = error.body if isinstance(error.body, Mapping) else {}
            message = f"{error.status_code}: {body.get('message') or error.message}"
            if error.status_code in _CLOSED:
                raise refusal(self.route, datetime.now(UTC).date(), f"it answers {message}") from error
            raise ProviderError(f"{title} refuses ({message}): what was begun is kept, run it again.") from error
        except openai.OpenAIError as error:
            raise ProviderError(f"{title} does not answer ({error}): what was begun is kept, run it again.") from error


def connect(route: Route, options: Mapping[str, str]) -> Connection:
    """Return a connection; raises `ProviderError` where no key is set."""
    if not (key := os.environ.get(route.key)):
        raise ProviderError(f"{route.title} needs a key: set {route.key}.")
    url = options.get("base_url") or route.base_url or None
    # Minutes lie between two requests, and nobody closes the client.
    unkept = {"Connection": "close"}
    return Connection(openai.OpenAI(api_key=key, base_url=url, timeout=_SECONDS, default_headers=unkept), route)


def file_name(path: Path) -> str:
    """Name a file by what is in it, so that it is found again, for other jobs, too."""
    with path.open("rb") as file:
        return f"otel-training-{digest_of(file)[0][:16]}.jsonl"


def suffix_of(job: Job) -> str:
    """Return what a provider puts into the model's name; the job is found by it."""
    return f"{re.sub('[^a-z0-9]+', '-', job.candidate.lower())[:18].strip('-')}-{job.token}".lstrip("-")


def is_of(remote: Mapping[str, Any], job: Job) -> bool:
    """Return whether a listed job is this one: it has the token, wherever the provider keeps it."""
    return job.token in json.dumps(remote, default=str)


class OpenAI:
    """OpenAI."""

    def __init__(self, connection: Connection) -> None:
        self._to = connection

    def ask(self, model: str) -> Answer:
        with self._to.talking():
            models = {entry.id: entry for entry in self._to.client.models.list()}
        title = self._to.route.title
        if model not in models:
            return Answer(f"does not list {model} for this key", f"it does not list {model} for this key")
        shutdown = str(getattr(models[model], "shutdown_date", None) or "")[:10]
        try:
            ends = date.fromisoformat(shutdown)
        except ValueError:
            return Answer(f"{title} lists {model}, without a day on which it ends")
        is_over = ends <= datetime.now(UTC).date()
        return Answer(f"{title} lists {model}, until {ends}", f"{model} ended on {ends}" if is_over else "", ends)

    def upload(self, path: Path) -> str:
        name = file_name(path)
        with self._to.talking(), path.open("rb") as file:
            for there in self._to.client.files.list(purpose="fine-tune"):
                if there.filename == name and there.status != "error":
                    return there.id
            return self._to.once.files.create(file=(name, file), purpose="fine-tune").id

    def create(self, job: Job) -> str:
        since = datetime.fromisoformat(job.created_at) - timedelta(days=1)
        with self._to.talking():
            recent = takewhile(
                lambda remote: remote.created_at >= since.timestamp(), self._to.client.fine_tuning.jobs.list()
            )
            for remote in recent:
                if is_of(remote.model_dump(), job):
                    return remote.id
            files = {"validation_file": job.files["validation"]} if "validation" in job.files else {}
            return self._to.once.fine_tuning.jobs.create(
                model=job.model, training_file=job.files["train"], suffix=suffix_of(job),
                extra_body=files | self._hyperparameters(job),
            ).id  # fmt: skip

    def _hyperparameters(self, job: Job) -> dict[str, Any]:
        supervised = {"hyperparameters": {"n_epochs": job.epochs}}
        return {"method": {"type": "supervised", "supervised": supervised}, "metadata": {"otel_training": job.token}}

    def progress(self, job: Job) -> Progress:
        with self._to.talking():
            remote = self._to.client.fine_tuning.jobs.retrieve(job.provider_id)
        detail = remote.error.message if remote.error and remote.error.message else remote.status
        state = _STATES.get(remote.status, State.RUNNING)
        return Progress(state, detail, remote.fine_tuned_model or "", remote.trained_tokens)

    def cancel(self, job: Job) -> None:
        with self._to.talking():
            self._to.client.fine_tuning.jobs.cancel(job.provider_id)

    def deploy(self, job: Job) -> str:
        """Return the tuned model, which answers by its name."""
        return job.tuned_model

    def served(self, job: Job) -> str:
        return job.deployment


class Nebius(OpenAI):
    """Nebius Token Factory."""

    def ask(self, model: str) -> Answer:  # noqa: ARG002 - the protocol's
        """Ask whether the key is good: what can be tuned is not what is listed."""
        with self._to.talking():
            self._to.client.models.list()
        return Answer(f"{self._to.route.title} takes the key")

    def _hyperparameters(self, job: Job) -> dict[str, Any]:
        return {"hyperparameters": {"n_epochs": job.epochs, "lora": True}}

    def deploy(self, job: Job) -> str:
        """Have the last checkpoint served."""
        with self._to.talking():
            for there in self._models():
                if is_of(there, job):
                    return str(there["name"])
            checkpoints = list(self._to.client.fine_tuning.jobs.checkpoints.list(job.provider_id))
            if not checkpoints:
                raise ProviderError(f"{self._to.route.title} has no checkpoint of {job.provider_id}: ask its support.")
            last = max(checkpoints, key=lambda checkpoint: checkpoint.step_number)
            body = {"source": f"{job.provider_id}:{last.id}", "base_model": job.model, "name": suffix_of(job)}
            remote: Any = self._to.once.post(self._url(), cast_to=object, body=body)
        return str(remote["name"])

    def served(self, job: Job) -> str:
        with self._to.talking():
            there: Any = self._to.client.get(self._url(job.deployment), cast_to=object)
        if there["status"] == "error":
            reason = f"{job.deployment} ({there.get('status_reason')})"
            raise ProviderError(f"{self._to.route.title} cannot deploy {reason}: ask its support.")
        return job.deployment if there["status"] == "active" else ""

    def _url(self, name: str = "") -> str:
        root = str(self._to.client.base_url).rstrip("/").removesuffix("/v1")
        return f"{root}/v0/models" + (f"/{quote(name, safe='/:')}" if name else "")

    def _models(self) -> list[dict[str, Any]]:
        listed: Any = self._to.client.get(self._url(), cast_to=object)
        models = listed.get("data", []) if isinstance(listed, dict) else listed
        return [model for model in models if isinstance(model, dict)]
