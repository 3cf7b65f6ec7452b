"""Together's jobs, whose paths and shapes are its own."""

from dataclasses import replace
from pathlib import Path

import pytest

from otel_training.finetune.job import State
from otel_training.finetune.provider import Answer, Progress, Provider, ProviderError
from otel_training.finetune.routes import read_routes
from otel_training.finetune.run import follow, provider_of, start
from otel_training.folder import DataFolder, make_folder
from otel_training.ownership import own_folder
from tests.finetune.conftest import JOB
from tests.finetune.provider_api import Api

pytestmark = pytest.mark.slow

OURS = replace(JOB, route="together")
LIMITS = "GET /v1/fine-tunes/models/limits"


@pytest.fixture
def together(api: Api, folder: DataFolder) -> Provider:
    """The provider, and a data folder that keeps jobs."""
    own_folder(make_folder(folder).finetune)
    return provider_of(read_routes()["together"], {"base_url": api.url})


def test_a_job_from_file_to_model(api: Api, together: Provider, rows: dict[str, Path], folder: DataFolder) -> None:
    """A LoRA on answers alone; an endpoint is its user's to start."""
    api.states = ["pending", "compressing", "completed"]
    job = start(folder, OURS, together, rows)
    states = [(job := follow(folder, job, together)).state for _ in range(3)]

    (body,) = api.jobs
    assert ["queued", "running", "succeeded"] == states
    assert ("us/tuned", 9) == (job.served_model, job.trained_tokens)
    expected = {
        "model": "base", "training_file": "file-0", "validation_file": "file-1", "n_epochs": 3, "n_evals": 3,
        "suffix": "ours-1-00000000000000aa", "n_checkpoints": 1,
        "training_type": {"type": "Lora", "lora_r": 16, "lora_alpha": 32},
        "training_method": {"method": "sft", "train_on_inputs": False},
    }  # fmt: skip
    assert expected == {name: body[name] for name in expected}
    assert {"fine-tune", "jsonl"} == {api.files[0]["purpose"], api.files[0]["file_type"]}


def test_finds_what_an_earlier_try_made(
    api: Api, together: Provider, rows: dict[str, Path], folder: DataFolder
) -> None:
    """Neither file nor job is made twice."""
    assert start(folder, OURS, together, rows) == start(folder, OURS, together, rows)
    assert (2, 1) == (len(api.files), len(api.jobs))
    together.cancel(replace(OURS, provider_id="job-0"))
    assert "POST /v1/fine-tunes/job-0/cancel" == api.asked[-1]


def test_asks_whether_a_model_can_be_tuned(api: Api, together: Provider) -> None:
    """Only one that can be has limits; another refusal is none about the model."""
    assert Answer("Together AI tunes base, rows of up to 32768 tokens") == together.ask("base")
    api.refusals = {LIMITS: (404, "no such model")}
    assert "it does not tune base" == together.ask("base").closed
    api.refusals = {LIMITS: (401, "bad key")}
    with pytest.raises(ProviderError, match="bad key"):
        together.ask("base")


def test_an_account_without_credit(api: Api, together: Provider, rows: dict[str, Path], folder: DataFolder) -> None:
    """The provider's own estimate is asked first: no job is made."""
    answer = api.answer
    api.answer = lambda request, body: answer(request, body) | {"allowed_to_proceed": False}  # type: ignore[method-assign]

    with pytest.raises(ProviderError, match="asks 3 USD, more than the account has"):
        start(folder, OURS, together, {})
    assert [] == api.jobs


def test_a_job_that_failed_says_why(api: Api, together: Provider, rows: dict[str, Path], folder: DataFolder) -> None:
    """By the last of its events."""
    job = start(folder, OURS, together, rows)
    api.states, api.jobs[0]["events"] = ["error"], [{"message": "began"}, {"message": "out of memory"}]

    assert Progress(State.FAILED, "out of memory") == together.progress(job)
