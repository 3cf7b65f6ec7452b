"""The terms: whether one may train on these answers is asked once, and the answer is kept."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from otel_training.dataset.export import TERMS
from otel_training.dataset.writing import open_replacement
from otel_training.folder import DataFolder
from otel_training.ownership import read_own

QUESTION: Final = (
    f"May you train a model on these answers? Their provider has terms, for Claude's {TERMS}: competing models are "
    "excluded, information extraction is named as permitted, with conditions."
)
_FILE: Final = "terms.json"


def unasked(folder: DataFolder, models: Iterable[str]) -> list[str]:
    """Return the models for whose answers nobody has said yes."""
    return sorted(set(models) - set(_read(folder.finetune / _FILE)))


def accept(folder: DataFolder, models: Iterable[str]) -> None:
    """Keep that somebody said yes, for whose answers, and when."""
    path, now = folder.finetune / _FILE, datetime.now(UTC).isoformat(timespec="seconds")
    accepted = _read(path) | {model: {"accepted_at": now, "terms": TERMS} for model in models}
    with open_replacement(path) as file:
        file.write(json.dumps(accepted, indent=1).encode())


def _read(path: Path) -> dict[str, Any]:
    accepted: dict[str, Any] = json.loads(read_own(path)) if path.exists() else {}
    return accepted
