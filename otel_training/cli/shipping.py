"""How shipping goes, for `status` and `doctor`."""

import time
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

from otel_training.cli.render import counted
from otel_training.config import Settings
from otel_training.conventions import COMMAND
from otel_training.folder import DataFolder
from otel_training.shipping.state import read_backlog, read_shipping

_OLD_SECONDS: Final = 60.0
_TIMES: Final = ("accepted_at", "error_at", "expired_at")


def how_shipping_goes(folder: DataFolder, settings: Settings) -> dict[str, Any] | None:
    """Say how shipping goes: None where nothing is or was shipped."""
    told, waiting = read_shipping(folder), read_backlog(folder)
    if not settings.otlp_endpoint and not waiting.segments and not told.endpoint:
        return None
    return {
        **{name: _moment(value) if name in _TIMES else value for name, value in asdict(told).items()},
        "segments": waiting.segments,
        "bytes": waiting.bytes,
        "oldest_at": _moment(waiting.oldest_at),
    }


def findings_of(found: dict[str, Any], endpoint: str) -> list[str]:
    """Say what is wrong with shipping, in sentences that say what to do."""
    said, waits = [], f"{counted(found['segments'], 'segment')} ({found['bytes']:,} bytes) wait to be shipped"
    old = found["oldest_at"] and time.time() - datetime.fromisoformat(found["oldest_at"]).timestamp() > _OLD_SECONDS
    if found["error"] and found["segments"]:
        said.append(f"The receiver does not take what is shipped: {found['error']}; {waits}, nothing is lost.")
    elif old and not endpoint:
        said.append(f"{waits}, and no endpoint is set here: OTEL_TRAINING_OTLP_ENDPOINT=... {COMMAND} ship sends them.")
    elif old:
        said.append(f"{waits}, and no running app ships them: `{COMMAND} ship` does.")
    if found["rejected"]:
        refused = counted(found["rejected"], "record")
        said.append(
            f"The receiver refused {refused} for good: rejected/*.reason says why; move a .jsonl from there into "
            "ship/ to send it again."
        )
    return said


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
