"""How shipping goes, for `status` and `doctor`."""

import time
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

from otel_training.cli.output import plural
from otel_training.config import Settings
from otel_training.conventions import COMMAND
from otel_training.folder import DataFolder
from otel_training.shipping.state import read_state
from otel_training.spool.segments import read_backlog

_OLD_SECONDS: Final = 60.0
_TIMES: Final = ("accepted_at", "error_at", "expired_at")


def read_shipping_report(folder: DataFolder, settings: Settings) -> dict[str, Any] | None:
    """Read how shipping goes: None where nothing is or was shipped."""
    shipping, backlog = read_state(folder), read_backlog(folder.ship)
    if not settings.otlp_endpoint and not backlog.segments and not shipping.endpoint:
        return None
    return {
        **{name: _moment(value) if name in _TIMES else value for name, value in asdict(shipping).items()},
        "segments": backlog.segments, "bytes": backlog.bytes, "oldest_at": _moment(backlog.oldest_at),
    }  # fmt: skip


def waiting_segments(report: dict[str, Any]) -> str:
    """Return how much waits: `2 segments (1,234 bytes) wait`."""
    return f"{plural(report['segments'], 'segment')} ({report['bytes']:,} bytes) wait"


def shipping_findings(report: dict[str, Any], endpoint: str) -> list[str]:
    """Return what is wrong with shipping, in sentences that say what to do."""
    findings, waits = [], f"{waiting_segments(report)} to be shipped"
    oldest = report["oldest_at"]
    is_old = oldest and time.time() - datetime.fromisoformat(oldest).timestamp() > _OLD_SECONDS
    if report["error"] and report["segments"]:
        findings.append(f"The receiver does not take what is shipped: {report['error']}; {waits}, nothing is lost.")
    elif is_old and not endpoint:
        findings.append(
            f"{waits}, and no endpoint is set here: OTEL_TRAINING_OTLP_ENDPOINT=... {COMMAND} ship sends them."
        )
    elif is_old:
        findings.append(f"{waits}, and no running app ships them: `{COMMAND} ship` does.")
    if report["rejected"]:
        findings.append(
            f"The receiver refused {plural(report['rejected'], 'record')} for good: rejected/*.reason says why; move "
            "a .jsonl from there into ship/ to send it again."
        )
    return findings


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
