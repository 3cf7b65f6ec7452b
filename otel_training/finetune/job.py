"""The job: what is known of one fine-tuning, kept in the data folder before anything is waited for."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

from otel_training.conventions import COMMAND
from otel_training.dataset.writing import open_replacement
from otel_training.errors import TrainingError
from otel_training.folder import DataFolder, make_folder
from otel_training.ownership import own_folder, read_own
from otel_training.spool.lock import FileLock


class State(StrEnum):
    """How far a job is, in one vocabulary for all providers."""

    PREPARED = "prepared"  # the provider has files, perhaps, but no job
    QUEUED = "queued"
    RUNNING = "running"
    DEPLOYING = "deploying"  # it is trained, and does not answer yet
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED: Final = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELLED})


@dataclass(frozen=True, slots=True)
class Job:
    """One fine-tuning: the same data, model and hyperparameters are the same job."""

    id: str
    route: str
    model: str
    dataset: str
    dataset_id: str
    rows: Mapping[str, int]  # by split
    epochs: int
    candidate: str  # the name under which the tuned model is registered
    system: str
    template: str  # the prompt that it was trained on, `{source_content}` and `{topic}` in it
    created_at: str
    cost: str = ""  # what it should cost, in USD; empty where no price is known
    ends: str = ""  # the day on which the tuned model ends, where one is announced
    options: Mapping[str, str] = field(default_factory=dict)
    """What the route needs beside: `base_url`, `out`, `role`, `bucket`, `region`."""
    attempt: int = 1  # which one it is: what failed or was cancelled may be started again
    files: Mapping[str, str] = field(default_factory=dict)  # the provider's names of the files, by split
    provider_id: str = ""
    state: State = State.PREPARED
    detail: str = ""  # what the provider says about the state
    trained_tokens: int | None = None
    tuned_model: str = ""
    deployment: str = ""  # what was deployed and does not answer yet
    served_model: str = ""  # what to ask

    @property
    def token(self) -> str:
        """What marks this attempt at a provider, so that it is found there and never made twice."""
        return self.id if self.attempt == 1 else f"{self.id}-{self.attempt}"


def job_id_of(dataset_id: str, route: str, model: str, parameters: Mapping[str, Any]) -> str:
    """Return the id that data, model and hyperparameters have, whoever asks and whenever."""
    text = json.dumps([dataset_id, route, model, parameters], sort_keys=True)
    return sha256(text.encode()).hexdigest()[:16]


def keep_job(folder: DataFolder, job: Job) -> Job:
    """Write a job, whole and on the disk, before anything else happens; return it."""
    path = folder.finetune / f"{job.id}.json"
    with open_replacement(path) as file:
        file.write(json.dumps(asdict(job), indent=1).encode() + b"\n")
    directory = os.open(folder.finetune, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    return job


def read_jobs(folder: DataFolder) -> list[Job]:
    """Return all jobs, the oldest first; raises `TrainingError` where a file is none."""
    paths = folder.finetune.glob("[0-9a-f]*.json") if folder.finetune.is_dir() else ()
    jobs = []
    for path in sorted(paths):
        text = read_own(path)
        try:
            values = json.loads(text)
            jobs.append(Job(**values | {"state": State(values["state"])}))
        except (KeyError, TypeError, ValueError) as error:
            raise TrainingError(
                f"{path} is no job ({error}): delete it; the provider's list names its jobs."
            ) from error
    return sorted(jobs, key=lambda job: job.created_at)


def find_job(folder: DataFolder, name: str) -> Job:
    """Return the job of an id or its beginning, by default the last; raises `TrainingError`."""
    jobs = [job for job in read_jobs(folder) if job.id.startswith(name)]
    if len(jobs) == 1 or (jobs and not name):
        return jobs[-1]
    if jobs:
        raise TrainingError(f"{len(jobs)} jobs begin with {name}: give more of the id.")
    which = f"no job {name!r}" if name else "no job"
    raise TrainingError(f"There is {which}: `{COMMAND} finetune list` names those that there are.")


@contextmanager
def sole_command(folder: DataFolder) -> Iterator[None]:
    """Keep other `finetune` commands of this folder out, so that none makes a job twice."""
    own_folder(make_folder(folder).finetune)
    lock = FileLock(folder.finetune / "lock")
    if not lock.try_lock():
        raise TrainingError(f"Another `{COMMAND} finetune` runs in {folder.path}: wait until it has ended.")
    try:
        yield
    finally:
        lock.unlock()


def next_attempt(job: Job) -> Job:
    """Return a job that failed or was cancelled as one to start; its files are still the provider's."""
    return replace(
        job, attempt=job.attempt + 1, provider_id="", state=State.PREPARED, detail="", trained_tokens=None,
        tuned_model="", deployment="", served_model="",
    )  # fmt: skip
