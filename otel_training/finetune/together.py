"""Together AI's jobs: paths and shapes of its own, asked by the client that the other providers are asked by."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import openai

from otel_training.finetune.job import Job, State
from otel_training.finetune.openai import Connection, file_name, is_of, suffix_of
from otel_training.finetune.provider import Answer, Progress, ProviderError

_STATES: Final = {
    "pending": State.QUEUED, "queued": State.QUEUED, "running": State.RUNNING, "compressing": State.RUNNING,
    "uploading": State.RUNNING, "cancel_requested": State.RUNNING, "cancelled": State.CANCELLED,
    "error": State.FAILED, "completed": State.SUCCEEDED,
}  # fmt: skip
_NAMES: Final = ("model_output_name", "output_name", "model_object_name")
"""Where the tuned model's name stands, in the API's versions."""
_RANK: Final = 16
_FILES: Final = {"train": "training_file", "validation": "validation_file"}


class Together:
    """Together AI."""

    def __init__(self, connection: Connection) -> None:
        self._to = connection

    def ask(self, model: str) -> Answer:
        """Ask for the model's limits, which only a model that can be tuned has."""
        title = self._to.route.title
        try:
            limits = self._get("/fine-tunes/models/limits", model_name=model)
        except ProviderError as error:
            if isinstance(error.__cause__, openai.NotFoundError):
                return Answer(f"{title} does not tune {model}", f"it does not tune {model}")
            raise
        return Answer(f"{title} tunes {model}, rows of up to {limits.get('max_seq_length_sft')} tokens")

    def upload(self, path: Path) -> str:
        name = file_name(path)
        for there in self._get("/files")["data"]:
            if there.get("filename") == name:
                return str(there["id"])
        body = {"purpose": "fine-tune", "file_name": name, "file_type": "jsonl"}
        with self._to.talking(), path.open("rb") as file:
            remote: Any = self._to.once.post(
                "/files/upload", cast_to=object, body=body, files=[("file", (name, file))],
                options={"headers": {"Content-Type": "multipart/form-data"}},
            )  # fmt: skip
        return str(remote["id"])

    def create(self, job: Job) -> str:
        """Create the job, where the account's credit allows it."""
        for remote in self._get("/fine-tunes")["data"]:
            if is_of(remote, job):
                return str(remote["id"])
        files = {_FILES[split]: name for split, name in job.files.items()}
        body = {
            **files, "model": job.model, "n_epochs": job.epochs, "n_evals": job.epochs * ("validation" in job.files),
            "training_type": {"type": "Lora", "lora_r": _RANK, "lora_alpha": 2 * _RANK},
            "training_method": {"method": "sft", "train_on_inputs": False},
        }  # fmt: skip
        with self._to.talking():
            estimate: Any = self._to.client.post("/fine-tunes/estimate-price", cast_to=object, body=body)
        if estimate.get("allowed_to_proceed") is False:
            raise ProviderError(
                f"{self._to.route.title} asks {estimate.get('estimated_total_price')} USD, more than the account has: "
                "add credit, and run it again."
            )
        with self._to.talking():
            created: Any = self._to.once.post(
                "/fine-tunes", cast_to=object, body=body | {"suffix": suffix_of(job), "n_checkpoints": 1}
            )
        return str(created["id"])

    def progress(self, job: Job) -> Progress:
        remote = self._get(f"/fine-tunes/{job.provider_id}")
        model = next((remote[name] for name in _NAMES if remote.get(name)), "")
        events = remote.get("events") or [{}]
        state = _STATES.get(remote["status"], State.RUNNING)
        detail = events[-1].get("message") if state is State.FAILED else ""
        return Progress(state, detail or remote["status"], model, remote.get("token_count"))

    def cancel(self, job: Job) -> None:
        with self._to.talking():
            self._to.client.post(f"/fine-tunes/{job.provider_id}/cancel", cast_to=object)

    def deploy(self, job: Job) -> str:
        """Return the tuned model: a dedicated endpoint costs by the minute, so that its user starts it."""
        return job.tuned_model

    def served(self, job: Job) -> str:
        return job.deployment

    def _get(self, path: str, **query: str) -> Mapping[str, Any]:
        with self._to.talking():
            answer: Any = self._to.client.get(path, cast_to=object, options={"params": query})
        return answer if isinstance(answer, Mapping) else {"data": answer}
