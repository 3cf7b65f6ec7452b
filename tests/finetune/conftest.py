"""A provider on this machine, and a job for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from otel_training.finetune.job import Job
from tests.finetune.provider_api import Api, serving

JOB = Job(
    id="00000000000000aa", route="openai", model="base", dataset="d", dataset_id="dd", rows={"train": 2},
    epochs=3, candidate="Ours 1", system="s", template="{source_content}", created_at="2026-11-30T00:00:00+00:00",
)  # fmt: skip


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """A provider that takes everything."""
    for name in ("OPENAI_API_KEY", "NEBIUS_API_KEY", "TOGETHER_API_KEY"):
        monkeypatch.setenv(name, "k")
    with serving(Api()) as provider:
        yield provider


@pytest.fixture
def rows(tmp_path: Path) -> dict[str, Path]:
    """Files of rows."""
    paths = {split: tmp_path / f"{split}.jsonl" for split in ("train", "validation")}
    for split, path in paths.items():
        path.write_text(f'{{"{split}": 1}}\n', encoding="utf-8")
    return paths
