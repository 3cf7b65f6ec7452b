"""The terms: whether one may train on these answers is asked once, and the answer is kept."""

import json
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from otel_training.dataset.export import TERMS
from otel_training.dataset.writing import open_replacement
from otel_training.folder import DataFolder
from otel_training.ownership import open_own

QUESTION: Final = (
    f"May you train a model on these answers? Their provider has terms, for Claude's {TERMS}: competing models are "
    "excluded, information extraction is named as permitted, with conditions."
)
_FILE: Final = "terms.json"


def unasked(folder: DataFolder, models: Iterable[str]) -> list[str]:
    """Return the models for whose answers nobody has said yes."""
    path = folder.finetune / _FILE
    if not path.exists():
        return sorted(models)
    with os.fdopen(open_own(path, os.O_RDONLY), encoding="utf-8") as file:
        accepted = json.load(file)
    return sorted(set(models) - set(accepted))


def accept(folder: DataFolder, models: Iterable[str]) -> None:
    """Keep that somebody said yes, for whose answers, and when."""
    path, now = folder.finetune / _FILE, datetime.now(UTC).isoformat(timespec="seconds")
    before = {}
    if path.exists():
        with os.fdopen(open_own(path, os.O_RDONLY), encoding="utf-8") as file:
            before = json.load(file)
    with open_replacement(path) as file:
        file.write(
            json.dumps(before | {model: {"accepted_at": now, "terms": TERMS} for model in models}, indent=1).encode()
        )
