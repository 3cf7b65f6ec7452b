"""OpenAI's jobs and Nebius's, by the real client."""

from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from otel_training.finetune.job import Job, State
from otel_training.finetune.provider import Answer, Progress, Provider, ProviderError
from otel_training.finetune.routes import RouteClosedError, read_routes
from otel_training.finetune.run import follow, provider_of, start
from otel_training.folder import DataFolder, make_folder
from otel_training.ownership import own_folder
from tests.finetune.conftest import JOB
from tests.finetune.provider_api import JOBS, Api

pytestmark = pytest.mark.slow


@pytest.fixture
def place(folder: DataFolder) -> DataFolder:
    """A data folder that keeps jobs."""
    own_folder(make_folder(folder).finetune)
    return folder


def provider(api: Api, route: str = "openai") -> Provider:
    """The provider of a route, there."""
    return provider_of(read_routes()[route], {"base_url": api.url})


def test_a_job_from_file_to_model(api: Api, rows: dict[str, Path], place: DataFolder) -> None:
    """Two files, one job with the token and the epochs; then what it trained answers by its name."""
    job = start(place, JOB, provider(api), rows)
    states = [(job := follow(place, job, provider(api))).state for _ in range(3)]

    (body,) = api.jobs
    names = ("model", "training_file", "validation_file", "suffix", "metadata", "method")
    assert ["queued", "running", "succeeded"] == states
    assert ("ft:us", "ft:us", 9) == (job.tuned_model, job.served_model, job.trained_tokens)
    assert {"train": "file-0", "validation": "file-1"} == job.files
    assert ['{"validation": 1}\n', '{"train": 1}\n'] == [file["file"] for file in api.files]
    assert (
        "base", "file-0", "file-1", "ours-1-00000000000000aa", {"otel_training": "00000000000000aa"},
        {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 3}}},
    ) == tuple(body[name] for name in names)  # fmt: skip
    api.asked.clear()
    assert [job, job] == [follow(place, job, provider(api)), start(place, job, provider(api), rows)]
    assert [] == api.asked


def test_finds_what_an_earlier_try_made(api: Api, rows: dict[str, Path], place: DataFolder) -> None:
    """By content and token, though nothing of it was kept: neither file nor job is made twice."""
    first = start(place, JOB, provider(api), rows)
    second = start(place, JOB, provider(api), rows)

    assert first == second
    assert (2, 1) == (len(api.files), len(api.jobs))
    again = start(place, replace(JOB, attempt=2), provider(api), rows)
    assert (2, "job-1") == (len(api.files), again.provider_id)


@pytest.mark.parametrize(
    ("shutdown", "answer"),
    [
        (None, Answer("OpenAI lists base, without a day on which it ends")),
        ("2099-01-14", Answer("OpenAI lists base, until 2099-01-14", "", date(2099, 1, 14))),
        (
            "2026-01-14T00:00:00Z",
            Answer("OpenAI lists base, until 2026-01-14", "base ended on 2026-01-14", date(2026, 1, 14)),
        ),
    ],
)  # fmt: skip
def test_asks_when_a_model_ends(api: Api, shutdown: str | None, answer: Answer) -> None:
    """As the list of models says; one that has ended takes no job."""
    api.models = {"base": shutdown}

    assert answer == provider(api).ask("base")
    assert "it does not list other for this key" == provider(api).ask("other").closed


@pytest.mark.parametrize("code", [403, 410, 501])
def test_a_closed_route_names_the_nearest(api: Api, rows: dict[str, Path], place: DataFolder, code: int) -> None:
    """Found out by its answer, and what is there is kept."""
    api.refusals = {f"POST {JOBS}": (code, "no new jobs")}

    with pytest.raises(RouteClosedError, match=rf"{code}: no new jobs.*choose --route nebius") as raised:
        start(place, JOB, provider(api), rows)
    assert "read on 2026-11-28" in str(raised.value)
    assert 2 == len(api.files)
    assert 1 == api.asked.count(f"POST {JOBS}")


def test_what_got_no_answer_is_not_sent_again(api: Api, rows: dict[str, Path], place: DataFolder) -> None:
    """A job that the provider made, and did not confirm, is found by the next try."""

    def refuse(request: str) -> None:
        if request == f"POST {JOBS}":
            api.refusals = {request: (500, "try again")}
            raise ConnectionAbortedError

    api.after = refuse
    with pytest.raises(ProviderError, match="does not answer"):
        start(place, JOB, provider(api), rows)

    assert "job-0" == start(place, JOB, provider(api), rows).provider_id
    assert (1, 1) == (len(api.jobs), api.asked.count(f"POST {JOBS}"))


def test_other_refusals_are_sentences(api: Api, rows: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is wrong, and one that is missing."""
    api.refusals = {"GET /v1/models": (401, "Incorrect API key")}
    with pytest.raises(ProviderError, match=r"OpenAI refuses .401: Incorrect API key"):
        provider(api).ask("base")
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(ProviderError, match="OpenAI needs a key: set OPENAI_API_KEY"):
        provider(api)


@pytest.mark.parametrize(
    ("word", "state"), [("failed", State.FAILED), ("cancelled", State.CANCELLED), ("odd", State.RUNNING)]
)
def test_how_a_job_ends(api: Api, rows: dict[str, Path], place: DataFolder, word: str, state: State) -> None:
    """With the provider's reason."""
    job = start(place, JOB, provider(api), rows)
    api.states, api.jobs[0]["error"] = [word], {"code": "c", "message": "too few rows", "param": None}

    assert Progress(state, "too few rows") == provider(api).progress(job)


def test_cancels(api: Api, rows: dict[str, Path], place: DataFolder) -> None:
    """The provider is told."""
    provider(api).cancel(start(place, JOB, provider(api), rows))

    assert f"POST {JOBS}/job-0/cancel" == api.asked[-1]


def test_nebius_deploys_what_it_trained(api: Api, rows: dict[str, Path], place: DataFolder) -> None:
    """The last checkpoint, once; it answers when it is active."""
    nebius: Any = provider(api, "nebius")
    job = start(place, replace(JOB, route="nebius"), nebius, rows)
    api.states = ["succeeded"]
    job = follow(place, job, nebius)

    assert {"n_epochs": 3, "lora": True} == api.jobs[0]["hyperparameters"]
    (deployed,) = api.deployed
    assert ("job-0:step-90", "base") == (deployed["source"], deployed["base_model"])
    assert ("base:ours-1-00000000000000aa", State.SUCCEEDED) == (job.served_model, job.state)
    assert "base:ours-1-00000000000000aa" == nebius.deploy(job)
    assert 1 == len(api.deployed)
    assert Answer("Nebius Token Factory takes the key") == nebius.ask("m")


def test_nebius_waits_for_the_deployment(
    api: Api, rows: dict[str, Path], place: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until then the job deploys; one that cannot be says why."""
    nebius = provider(api, "nebius")
    job: Job = start(place, replace(JOB, route="nebius"), nebius, rows)
    api.states = ["succeeded"]
    job = replace(follow(place, job, nebius), state=State.DEPLOYING, served_model="")
    answer = api.answer
    for status, expected in (("validating", ""), ("active", job.deployment)):
        monkeypatch.setattr(api, "answer", partial(answered, answer, {"status": status}))
        assert expected == nebius.served(job)
    monkeypatch.setattr(api, "answer", partial(answered, answer, {"status": "error", "status_reason": "bad rank"}))
    with pytest.raises(ProviderError, match="bad rank"):
        nebius.served(job)
    assert f"GET /v0/models/{job.deployment}" in api.asked


def answered(answer: Any, change: dict[str, str], request: str, body: Any) -> Any:
    """What the provider answers, but for a change."""
    return answer(request, body) | change
