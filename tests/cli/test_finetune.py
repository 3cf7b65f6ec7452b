"""`otel-training finetune`: the plan, the job, and the way on after any death."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import otel_training
from otel_training.folder import DataFolder
from otel_training.routing.state import Definition, State, read_state, write_state
from tests.cli.terminal import run_in_terminal
from tests.finetune.provider_api import JOBS, Api, serving
from tests.served import environment

pytestmark = pytest.mark.slow

MODEL = "gpt-4o-mini-2024-07-18"
LENIENT = ("--net-above", "-1", "--min-viewers", "0")


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """A provider that has the default model for long."""
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    with serving(Api(models={MODEL: "2099-01-14"})) as provider:
        yield provider


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the dataset, once it was made."""
    return tmp_path_factory.mktemp("kept") / "data"


@pytest.fixture
def frozen(rows: Any, folder: DataFolder, kept: Path) -> dict[str, Any]:
    """A dataset of 60 rows with captured prompts of two topics."""
    if kept.exists():
        shutil.copytree(kept, folder.path, symlinks=True)
        return dict(rows("dataset", "show", "news")[0])

    @otel_training.extraction
    def extract(topic: str, source_url: str, source_content: str) -> dict[str, Any]:
        answer = {"insights": [{"text": f"About {source_content[:20]}", "category": "c"}]}
        prompt = [{"role": "user", "content": f"Extract JSON about {topic}:\n{source_content}"}]
        otel_training.current().llm_call(
            model="claude-haiku-4-5", input=prompt, output=json.dumps(answer), input_tokens=9, output_tokens=9
        )
        return answer | {"quality_score": 8}

    for number in range(60):
        text = " ".join(f"w{(number + 7) * (place + 3) ** 2 % 9973}" for place in range(60))
        extract(f"topic {number % 2}", f"https://s{number % 20}.example/{number}", text)
    (dataset,) = rows("dataset", "create", "news", *LENIENT)
    shutil.copytree(folder.path, kept, symlinks=True)
    return dict(dataset)


def start(api: Api, *argv: str) -> tuple[str, ...]:
    """A start there."""
    return ("finetune", "start", "--dataset", "news", "--base-url", api.url, *argv)


def test_a_plan_starts_nothing(api: Api, frozen: dict[str, Any], command: Any, rows: Any) -> None:
    """Rows, tokens x epochs x price, the route with date and page, the provider asked now, the prompt, what to type."""
    (plan,) = rows(*start(api))
    splits = frozen["splits"]
    assert {"train": splits["train"], "validation": splits["validation"]} == plan["rows"]
    assert (plan["tokens"] * 3, 3) == (plan["trained_tokens"], plan["epochs"])
    assert f"{plan['trained_tokens'] * 3 / 1e6:.2f}" == plan["cost"]
    assert ("2099-01-14", "prepared", ["claude-haiku-4-5"]) == (plan["ends"], plan["state"], plan["terms_unanswered"])
    assert ("Extract JSON about {topic}:\n{source_content}", splits["train"]) == (
        plan["prompt"][1], plan["prompt"][2],
    )  # fmt: skip
    assert {"input_mtok": "0.3", "output_mtok": "1.2"}.items() <= plan["answer_prices"].items()

    code, out, _ = command(*start(api))
    words = " ".join(out.split())
    assert 0 == code
    for expected in (
        "x 3.00 USD a million", "open until 2027-01-06", "read on 2026-11-28",
        f"OpenAI lists {MODEL}, until 2099-01-14",
        "the one of 100% of the rows", "asked with --yes: May you train", "0.3 USD in, 1.2 USD out",
        "Nothing was started: `otel-training finetune start --dataset news --route openai --yes` starts it.",
    ):  # fmt: skip
        assert expected in words, words
    assert {"GET /v1/models"} == set(api.asked)
    assert [] == rows("finetune", "list")


def test_from_dataset_to_model(api: Api, frozen: dict[str, Any], command: Any, rows: Any, folder: DataFolder) -> None:
    """Started once, whoever starts it again; asked once about the terms; then it says how the model is asked."""
    (job,) = rows(*start(api, "--yes", "--may-train"))
    assert ("queued", "job-0") == (job["state"], job["provider_id"])
    # The terms are asked once: nothing more is on this command's stdin.
    (again,) = rows(*start(api, "--yes"))
    assert ("running", 1, 2) == (again["state"], len(api.jobs), len(api.files))
    (other,) = rows(*start(api, "--yes", "--epochs", "2"))
    assert (other["id"] != job["id"], 2, 2) == (True, len(api.jobs), len(api.files))

    assert f"news-openai-{job['id'][:4]}" == job["candidate"] != other["candidate"]
    assert "mine" == rows(*start(api, "--yes", "--candidate", "mine"))[0]["candidate"]
    (done,) = rows("finetune", "status", job["id"], "--wait", "--every", "0.01")
    assert ("succeeded", "ft:us", "2099-01-14") == (done["state"], done["served_model"], done["ends"])
    assert {
        "provider": "openai", "base_url": api.url, "model": "ft:us", "key_env": "OPENAI_API_KEY", "system": "",
        "messages": [], "template": "Extract JSON about {topic}:\n{source_content}", "temperature": 0.0,
        "max_tokens": 2000, "simulated": True,
    } == done["definition"]  # fmt: skip
    kept = read_state(folder).candidates["mine"]
    assert done["definition"] == json.loads(json.dumps(asdict(kept)))
    code, out, err = command("finetune", "status", job["id"])
    assert (0, True, True) == (code, "ft:us" in out, "SIMULATED" in err)
    listed = rows("finetune", "list")
    assert ["succeeded", "succeeded"] == sorted(row["state"] for row in listed)
    sent = [json.loads(line) for line in api.files[-1]["file"].splitlines()]
    assert frozen["splits"]["train"] == len(sent)


STEPS = ("POST /v1/files 1", "POST /v1/files 2", f"POST {JOBS} 1", f"GET {JOBS}/job-0 1", f"GET {JOBS}/job-0 2")


def test_goes_on_after_any_death(api: Api, frozen: dict[str, Any], rows: Any, folder: DataFolder) -> None:
    """Killed by SIGKILL when the provider did what it was asked and did not answer yet, after each step in turn."""
    program = [sys.executable, "-c", "from otel_training.cli.main import run; run()"]
    extra = environment(OTEL_TRAINING_HOME=str(folder.path), OPENAI_API_KEY="k")
    killed, counts, running = [], dict.fromkeys((step[:-2] for step in STEPS), 0), list[subprocess.Popen[bytes]]()

    def kill(request: str) -> None:
        if request in counts:
            counts[request] += 1
            step = f"{request} {counts[request]}"
            if step in STEPS and step not in killed:
                killed.append(step)
                os.killpg(running[-1].pid, signal.SIGKILL)
                running[-1].wait()

    api.after = kill
    api.states = ["running", "running", "succeeded"]
    for _ in range(8):
        running.append(
            subprocess.Popen([*program, *start(api, "--yes", "--may-train")], env=extra, start_new_session=True)
        )
        if running[-1].wait(60) == 0:
            break
    (done,) = rows("finetune", "status", "--wait", "--every", "0.01")

    assert list(STEPS) == killed
    assert ("succeeded", "ft:us", 1, 2) == (done["state"], done["served_model"], len(api.jobs), len(api.files))
    assert len(STEPS) == [process.returncode for process in running].count(-signal.SIGKILL)


def test_refuses_what_cannot_go_well(api: Api, frozen: dict[str, Any], command: Any, rows: Any) -> None:
    """A closed route, a model that ended, a dataset that is too small, terms that are not met; --force, apart."""
    argv = ("finetune", "start", "--dataset", "news", "--yes", "--may-train", "--route")
    for name, reason in (("fireworks", "takes no new managed job"), ("claude-haiku", "ended on 2026-09-10")):
        code, _, err = command(*argv, name)
        assert (1, True, True) == (
            code,
            reason in " ".join(err.split()),
            "choose --route nebius" in " ".join(err.split()),
        )
        assert 1 == command(*argv[:4], "--route", name)[0]
    api.models = {MODEL: "2026-01-01"}
    assert f"{MODEL} ended on 2026-01-01" in " ".join(command(*start(api, "--yes"))[2].split())
    api.models = {MODEL: None}
    code, _, err = command(*start(api, "--yes"))
    assert (1, True, True) == (code, "May you train" in err, "Where you may, add --may-train" in " ".join(err.split()))
    assert [] == api.files
    api.models = {}
    (job,) = rows(*start(api, "--yes", "--may-train", "--force"))
    assert "queued" == job["state"]
    assert str(date(2027, 1, 14)) == job["ends"]
    (cancelled,) = rows("finetune", "cancel", job["id"])
    assert ("cancelled", f"POST {JOBS}/job-0/cancel") == (cancelled["state"], api.asked[-1])
    (second,) = rows(*start(api, "--yes", "--force"))
    assert (2, "job-1") == (second["attempt"], second["provider_id"])


def test_too_few_rows(api: Api, rows: Any, command: Any, frozen: dict[str, Any]) -> None:
    """The fault is named in the plan, whose exit code is 1, and refuses the start."""
    rows("dataset", "create", "few", *LENIENT, "--topic", "topic 0", "--max-per-domain", "1", "--split", "20/40/40")
    argv = ("finetune", "start", "--dataset", "few", "--base-url", api.url)
    code, out, _ = command(*argv)
    assert (1, True) == (code, "good rows:" in out)
    code, _, err = command(*argv, "--yes", "--may-train")
    assert (1, True, []) == (code, "The files have faults" in err, api.files)


def test_the_local_folder(frozen: dict[str, Any], rows: Any, command: Any, tmp_path: Path) -> None:
    """Its rows are a prompt and an answer; once it trained, the candidate is asked where it is served."""
    (job,) = rows("finetune", "start", "--dataset", "news", "--route", "local", "--yes", "--may-train", "--out", "mine")
    lines = [json.loads(line) for line in (tmp_path / "mine" / "train.jsonl").read_text().splitlines()]
    assert (frozen["splits"]["train"], {"prompt", "completion"}) == (len(lines), set(lines[0]))
    assert ("queued", str(tmp_path / "mine")) == (job["state"], job["provider_id"])
    (tmp_path / "mine" / "result.json").write_text('{"first_loss": 2.5, "last_loss": 0.25, "trained_tokens": 9}')
    (done,) = rows("finetune", "status")
    assert ("http://127.0.0.1:8000/v1", f"news-local-{job['id'][:4]}", False) == tuple(
        done["definition"][name] for name in ("base_url", "model", "simulated")
    )
    assert "loss 2.50 to 0.25" in command("finetune", "status")[1]


def test_routes_and_jobs_are_listed(rows: Any, command: Any) -> None:
    """Before there is any job, too; a status has none to show."""
    statuses = {row["route"]: row["status"].partition(":")[0] for row in rows("finetune", "list", "--routes")}

    assert ("open until 2027-01-06", "closed", "closed") == (
        statuses["openai"],
        statuses["fireworks"],
        statuses["claude-haiku"],
    )
    words = " ".join(command("finetune", "list", "--routes")[1].split())
    for expected in ("nebius open meta-llama", "fireworks closed no model; takes no new", "instead nebius, together"):
        assert expected in words
    assert "None yet" in command("finetune", "list")[2]
    assert (1, True) == (command("finetune", "status")[0], "There is no job" in command("finetune", "status")[2])


@pytest.mark.parametrize("answer", ["y", "n"])
def test_asks_a_person_about_the_terms(
    api: Api, frozen: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    """At the terminal, once: who says no starts nothing."""
    monkeypatch.setattr("sys.stdin", Typed(f"{answer}\n"))
    printed = run_in_terminal(start(api, "--yes", "--json"), tmp_path, ("stderr",))

    assert (answer == "y", answer == "y") == (printed.code == 0, len(api.jobs) == 1)
    assert ("Nothing was started" in printed.shown) == (answer == "n")


class Typed(io.StringIO):
    """What a person types."""

    def isatty(self) -> bool:
        return True


def test_a_candidate_of_another_is_not_replaced(
    api: Api, frozen: dict[str, Any], rows: Any, command: Any, folder: DataFolder
) -> None:
    """The model is kept; under another name it is registered."""
    api.states = ["running", "succeeded"]
    write_state(folder, State(candidates={"mine": Definition("openai", "another")}))
    rows(*start(api, "--yes", "--may-train", "--candidate", "mine"))
    code, _, err = command("finetune", "status")
    assert (1, True) == (code, "has another candidate 'mine'" in err)
    rows(*start(api, "--yes", "--candidate", "ours"))
    assert {"mine": "another", "ours": "ft:us"} == {
        name: candidate.model for name, candidate in read_state(folder).candidates.items()
    }
