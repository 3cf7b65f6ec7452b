"""The training script, run as its folder's reader runs it, on a random model of two layers."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from otel_training.finetune import local

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        not all(map(find_spec, ("torch", "trl", "peft"))), reason="torch, trl and peft are of the group `bench` alone"
    ),
]
TRAIN = Path(local.__file__).with_name("trainer") / "train.py"
TINY = Path(__file__).with_name("tiny.py")


def row(number: int, words: int = 40) -> dict[str, Any]:
    """A source and the answer that it has."""
    source = " ".join(f"{name} {number % 7}" for name in ["orders", "plants", "chips", "prices"] * (words // 4))
    answer = json.dumps({"insights": [{"text": f"orders {number % 7} rose", "category": "market"}]})
    prompt = [{"role": "system", "content": "Extract as JSON."}, {"role": "user", "content": source}]
    return {"prompt": prompt, "completion": [{"role": "assistant", "content": answer}]}


def test_trains_on_answers_alone_and_the_loss_falls(tmp_path: Path) -> None:
    """A row that is longer than 99 of 100 is left out, not cut; an adapter and the figures are written."""
    rows = [row(number) for number in range(119)] + [row(1, 4000)]
    for name, part in (("train", rows), ("validation", rows[:8])):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in part))
    (tmp_path / "train.py").write_text(TRAIN.read_text())
    settings = {
        "base_model": str(tmp_path / "tiny"), "epochs": 2, "rank": 16, "learning_rate": 0.02, "batch_size": 8,
        "accumulation": 1, "max_length": 8192, "seed": 42,
    }  # fmt: skip
    (tmp_path / "settings.json").write_text(json.dumps(settings))
    offline = os.environ | {"HF_HUB_OFFLINE": "1"}
    for argv in ((TINY, tmp_path / "train.jsonl", tmp_path / "tiny"), (tmp_path / "train.py",)):
        subprocess.run([sys.executable, *map(str, argv)], env=offline, check=True, timeout=500)
    result = json.loads((tmp_path / "result.json").read_text())

    assert (119, 1) == (result["rows"], result["too_long"])
    assert result["last_loss"] < 0.9 * result["first_loss"]
    assert result["validation_loss"] < 0.9 * result["first_loss"]
    assert 0.1 < result["answer_share"] < 0.5
    assert (tmp_path / "adapter" / "adapter_model.safetensors").exists()
