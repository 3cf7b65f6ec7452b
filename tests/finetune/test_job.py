"""What is kept of a job."""

from dataclasses import replace

import pytest

from otel_training.errors import TrainingError
from otel_training.finetune.job import (
    State,
    find_job,
    job_id_of,
    keep_job,
    next_attempt,
    read_jobs,
    sole_command,
)  # fmt: skip
from otel_training.folder import DataFolder
from tests.finetune.conftest import JOB


def test_the_same_data_model_and_hyperparameters_are_the_same_job() -> None:
    """Another of any of them is another job."""
    ids = {
        job_id_of(data, route, model, {"epochs": epochs})
        for data in "ab" for route in ("openai", "nebius") for model in "mn" for epochs in (2, 3)
    }  # fmt: skip

    assert 16 == len(ids)
    assert job_id_of("a", "openai", "m", {"epochs": 2}) in ids


def test_is_read_as_it_was_kept(folder: DataFolder) -> None:
    """The oldest first, by id or its beginning, readable by their owner alone."""
    later = replace(JOB, id="00000000000000bb", created_at="2026-12-01T00:00:00+00:00", files={"train": "f"})
    assert [] == read_jobs(folder)
    with sole_command(folder):
        for job in (later, JOB):
            assert job == keep_job(folder, job)

    assert [JOB, later] == read_jobs(folder)
    assert (later, JOB) == (find_job(folder, ""), find_job(folder, "00000000000000a"))
    assert 0o600 == (folder.finetune / f"{JOB.id}.json").stat().st_mode & 0o777
    for name, reason in (("0000", "2 jobs begin with 0000"), ("ff", "There is no job 'ff'")):
        with pytest.raises(TrainingError, match=reason):
            find_job(folder, name)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"id": "a", "state": "odd"}'])
def test_a_file_that_is_none_is_named(folder: DataFolder, text: str) -> None:
    """With what to do."""
    with sole_command(folder):
        (folder.finetune / "ab.json").write_text(text)

    with pytest.raises(TrainingError, match=r"ab.json is no job .*: delete it"):
        read_jobs(folder)


def test_one_command_at_a_time(folder: DataFolder) -> None:
    """Another is told to wait."""
    with (
        sole_command(folder),
        pytest.raises(TrainingError, match="Another `otel-training finetune` runs"),
        sole_command(folder),
    ):
        pass
    with sole_command(folder):
        pass


def test_another_attempt_has_another_token() -> None:
    """What the provider found or made of the last one is not its own; the files are."""
    failed = replace(JOB, files={"train": "f"}, provider_id="j", state=State.FAILED, detail="why", tuned_model="m")

    assert replace(JOB, attempt=2, files={"train": "f"}) == next_attempt(failed)
    assert (JOB.id, f"{JOB.id}-2") == (failed.token, next_attempt(failed).token)
