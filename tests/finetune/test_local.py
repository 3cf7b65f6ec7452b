"""The local route: the folder, and what is found of training in it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from otel_training.finetune.job import State
from otel_training.finetune.local import Local
from otel_training.finetune.provider import Progress, ProviderError
from otel_training.finetune.run import follow, start
from otel_training.folder import DataFolder, make_folder
from otel_training.ownership import own_folder
from tests.finetune.conftest import JOB

FILES = [
    "README.md", "modal_app.py", "requirements.txt", "settings.json", "train.jsonl", "train.py", "validation.jsonl",
]  # fmt: skip


@pytest.fixture
def local(tmp_path: Path, folder: DataFolder) -> Local:
    """The provider, and a data folder that keeps jobs."""
    own_folder(make_folder(folder).finetune)
    return Local({"out": str(tmp_path / "out"), "base_url": "http://127.0.0.1:8000/v1"})


@pytest.mark.parametrize(
    ("model", "serve"),
    [("Qwen/Qwen3-8B", ["--reasoning-parser", "qwen3"]), ("meta-llama/Llama-3.1-8B-Instruct", [])],
)
def test_writes_a_folder_that_trains(
    local: Local, rows: dict[str, Path], folder: DataFolder, model: str, serve: list[str]
) -> None:
    """Rows, script, pinned libraries, its settings, an app for rented GPUs, and how to run and serve it."""
    job = start(folder, replace(JOB, route="local", model=model), local, rows)
    out = Path(job.provider_id)

    assert FILES == sorted(path.name for path in out.iterdir())
    expected = {
        "base_model": model, "candidate": "Ours 1", "epochs": 3, "rank": 16, "learning_rate": 2e-4, "batch_size": 4,
        "accumulation": 4, "max_length": 8192, "seed": 42, "serve": serve,
    }  # fmt: skip
    assert expected == json.loads((out / "settings.json").read_text())
    page = (out / "README.md").read_text()
    assert ("llama" in model, True) == (
        "HF_TOKEN" in page,
        f"vllm serve {model} --enable-lora --max-lora-rank 16" in page,
    )
    assert [] == [line for line in (out / "requirements.txt").read_text().splitlines() if "==" not in line]
    assert job == start(folder, job, local, rows)


def test_finds_what_was_trained(local: Local, rows: dict[str, Path], folder: DataFolder) -> None:
    """By the figures that training leaves last; it then is asked by the candidate's name."""
    job = start(folder, JOB, local, rows)
    out = Path(job.provider_id)
    waiting = Progress(State.QUEUED, f"train: {out / 'README.md'} says how")
    assert waiting == local.progress(job)

    (out / "result.json").write_text("{")
    with pytest.raises(ProviderError, match=r"is no result of train.py .*: train again"):
        local.progress(job)
    (out / "result.json").write_text('{"first_loss": 2.5, "last_loss": 0.25, "trained_tokens": 9}')
    job = follow(folder, job, local)
    assert (State.SUCCEEDED, "loss 2.50 to 0.25", "Ours 1") == (job.state, job.detail, job.served_model)
    local.cancel(job)
