"""What others wrote reads our files: each where it is installed (`pip install --group bench`)."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from otel_training.dataset import export
from otel_training.dataset.check import Check
from otel_training.dataset.draft import Draft, draft_of
from otel_training.dataset.parts import write_row
from otel_training.dataset.target import read_target, target_names
from otel_training.dataset.validate import validate
from otel_training.dataset.writing import json_line, open_place, open_rows
from tests.dataset.examples import INSIGHTS, SYSTEM, USER, example

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # of their own imports

TINY = Path(__file__).parents[1] / "finetune" / "trainer" / "tiny.py"
TEXTS = ["=1+1", "a\u2028b\u0085c", '"quoted"\\', "半導体 🙂", "a\r\nb\tc", "{'a': 1}"]
# A record's time would come back as one.
JSONL = [name for name in target_names() if read_target(name).container == "jsonl" and name != "raw"]


@pytest.fixture
def file(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Forty rows of odd texts for a target."""
    target, path = read_target(request.param), tmp_path / f"{request.param}.{read_target(request.param).container}"
    with open_place(path, target) as place, open_rows(place, target) as write:
        for number in range(40):
            user = USER | {"content": f"{TEXTS[number % len(TEXTS)]} {number}"}
            votes = INSIGHTS[0]._replace(likes=2 * number), INSIGHTS[1]._replace(dismissals=41)
            sample = example((SYSTEM, user) if number else (user,), insights=votes)
            draft = draft_of(replace(sample, source_content=user["content"]), target)
            assert isinstance(draft, Draft)
            row = write_row(draft, target)
            write(row, json_line(row), "train" if number % 10 else "validation")
    assert (40, {}) == ((result := validate(path, target)).rows, result.counts)
    return path


def rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a file."""
    return [json.loads(line) for line in path.read_bytes().splitlines()]


@pytest.mark.parametrize("file", ["openai", "together", "openai-dpo", "bedrock-prompt"], indirect=True)
def test_together_takes_them(file: Path) -> None:
    """Its own check of a file."""
    files = pytest.importorskip("together.lib.utils.files")

    report = files.check_file(file)
    assert (True, 40) == (report["is_check_passed"], report["num_samples"]), report


@pytest.mark.parametrize("file", ["openai"], indirect=True)
def test_mistral_takes_them(file: Path) -> None:
    """Its validator of messages to fine-tune on."""
    messages = pytest.importorskip("mistral_common.protocol.instruct.messages")
    validator = pytest.importorskip("mistral_common.protocol.instruct.validator")
    kinds = {
        "system": messages.SystemMessage, "user": messages.UserMessage,
        "assistant": messages.FinetuningAssistantMessage,
    }  # fmt: skip

    check = validator.MistralRequestValidatorV3(mode=validator.ValidationMode.finetuning)
    for row in rows(file):
        check.validate_messages([kinds[message["role"]](content=message["content"]) for message in row["messages"]])


@pytest.mark.parametrize("file", JSONL, indirect=True)
def test_datasets_reads_lines(file: Path, tmp_path: Path) -> None:
    """Forty records, text by text as they were written."""
    datasets = pytest.importorskip("datasets")

    loaded = datasets.load_dataset("json", data_files=str(file), split="train", cache_dir=str(tmp_path / "cache"))
    assert (40, rows(file)[7]) == (len(loaded), loaded[7])


@pytest.mark.parametrize("file", ["hf"], indirect=True)
def test_datasets_reads_a_folder(file: Path, tmp_path: Path) -> None:
    """By its card, split by split."""
    datasets = pytest.importorskip("datasets")
    written = export._Written(Check(read_target("hf")), rows=[b""] * 40, splits={"train", "validation"})
    (file / "README.md").write_text(export._card(file, written), encoding="utf-8")

    loaded = datasets.load_dataset(str(file), cache_dir=str(tmp_path / "cache"))
    assert {"train": 36, "validation": 4} == {name: len(split) for name, split in loaded.items()}
    assert ["system", "user", "assistant"] == [message["role"] for message in loaded["train"][0]["messages"]]


@pytest.mark.parametrize("file", ["csv"], indirect=True)
def test_pandas_reads_a_table(file: Path) -> None:
    """Forty rows of three cells."""
    pandas = pytest.importorskip("pandas")

    assert (40, 3) == pandas.read_csv(file).shape


@pytest.mark.parametrize(
    ("file", "trainer"),
    [("trl", "SFT"), ("trl-messages", "SFT"), ("trl-dpo", "DPO"), ("trl-kto", "KTO")],
    indirect=["file"],
)
def test_trl_trains_on_them(file: Path, trainer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its trainers take every row, and step twice on a random model of two layers."""
    trl, transformers = pytest.importorskip("trl"), pytest.importorskip("transformers")
    datasets = pytest.importorskip("datasets")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    turns, tiny = tmp_path / "turns.jsonl", tmp_path / "tiny"
    turns.write_text(json.dumps({"messages": [SYSTEM, USER]}) + "\n")
    subprocess.run([sys.executable, str(TINY), str(turns), str(tiny)], check=True, timeout=200)

    loaded = datasets.load_dataset("json", data_files=str(file), split="train", cache_dir=str(tmp_path / "cache"))
    config = getattr(trl, f"{trainer}Config")(
        output_dir=str(tmp_path / "out"), max_steps=2, report_to=[], save_strategy="no", use_cpu=True, bf16=False
    )
    training = getattr(trl, f"{trainer}Trainer")(
        transformers.AutoModelForCausalLM.from_pretrained(tiny), args=config, train_dataset=loaded,
        processing_class=transformers.AutoTokenizer.from_pretrained(tiny),
    )  # fmt: skip
    assert (40, 2) == (len(training.train_dataset), training.train().global_step)
