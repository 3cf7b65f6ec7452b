"""The local route: a folder that trains on any machine with a GPU, and what is found of it there."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from otel_training.dataset.writing import open_replacement
from otel_training.finetune.job import Job, State
from otel_training.finetune.provider import Answer, Progress, ProviderError

_TRAINER: Final = Path(__file__).with_name("trainer")
_COPIED: Final = ("train.py", "modal_app.py", "requirements.txt")
_SETTINGS: Final[dict[str, Any]] = {
    "rank": 16, "learning_rate": 2e-4, "batch_size": 4, "accumulation": 4, "max_length": 8192, "seed": 42,
}  # fmt: skip
_LICENCE: Final = "Accept Llama's licence on the hub first, and set `HF_TOKEN`."
_THINKING: Final = ("--reasoning-parser", "qwen3")
"""It answers what it was trained on, behind an empty thought that this takes away."""


@dataclass(frozen=True, slots=True)
class Local:
    """A folder of the user's: `out` of the job's options."""

    options: Mapping[str, str]

    def ask(self, model: str) -> Answer:
        """Say what decides: nobody can close it."""
        return Answer(f"nobody can close it; {_LICENCE}" if "llama" in model.lower() else "nobody can close it")

    def upload(self, path: Path) -> str:
        out = Path(self.options["out"])
        out.mkdir(mode=0o700, exist_ok=True)
        with path.open("rb") as rows, open_replacement(out / path.name) as file:
            shutil.copyfileobj(rows, file)
        return str(out / path.name)

    def create(self, job: Job) -> str:
        """Write the script, its settings, and how to run and serve it."""
        out, serve = Path(self.options["out"]), _THINKING if "qwen3" in job.model.lower() else ()
        for name in _COPIED:
            _write(out / name, (_TRAINER / name).read_text(encoding="utf-8"))
        settings = _SETTINGS | {
            "base_model": job.model, "candidate": job.candidate, "epochs": job.epochs, "serve": serve,
        }  # fmt: skip
        _write(out / "settings.json", json.dumps(settings, indent=1) + "\n")
        page = (_TRAINER / "SERVING.md").read_text(encoding="utf-8")
        _write(out / "README.md", page.format(
            candidate=job.candidate, base_model=job.model, rows=f"{job.rows['train']:,}", rank=settings["rank"],
            serve=" ".join(serve), id=job.id, base_url=self.options["base_url"],
            licence=_LICENCE if "llama" in job.model.lower() else "",
        ))  # fmt: skip
        return str(out)

    def progress(self, job: Job) -> Progress:
        """Look for what training left."""
        path = Path(job.provider_id) / "result.json"
        try:
            result = json.loads(path.read_text(encoding="utf-8"))
            detail = f"loss {result['first_loss']:.2f} to {result['last_loss']:.2f}"
            return Progress(State.SUCCEEDED, detail, str(path.with_name("adapter")), result["trained_tokens"])
        except FileNotFoundError:
            return Progress(State.QUEUED, f"train: {path.with_name('README.md')} says how")
        except (KeyError, TypeError, ValueError) as error:
            raise ProviderError(f"{path} is no result of train.py ({error}): train again.") from error

    def cancel(self, job: Job) -> None:
        """Leave the folder to its user, who stops what runs there."""

    def deploy(self, job: Job) -> str:
        """Return the name by which it is served."""
        return job.candidate

    def served(self, job: Job) -> str:
        """Return the same: whoever serves it starts it."""
        return job.deployment


def _write(path: Path, text: str) -> None:
    with open_replacement(path) as file:
        file.write(text.encode())
