"""`otel-training doctor`: where the data is, who wrote it, what is wrong and what to do."""

from typing import Any, Final

import click

from otel_training import config
from otel_training.cli.render import counted, json_option, out, print_json, table, warn
from otel_training.cli.session import session
from otel_training.cli.shipping import findings_of, how_shipping_goes
from otel_training.cli.status import lost_by_reason
from otel_training.conventions import Kind, Loss
from otel_training.folder import DataFolder
from otel_training.store.client import Store, query
from otel_training.store.drain import waiting

EXPLAINED: Final = {
    Loss.QUEUE_FULL: "more records came at once than could be written; the app was not slowed down",
    Loss.SPOOL_FULL: "the spool or the disk reached its bound: drain (any command does), make room, "
    "or raise OTEL_TRAINING_MAX_BYTES",
    Loss.ENCODE_ERROR: "a value could not be encoded: please report it",
    Loss.MALFORMED: "a 2xx answer to an engage body that is not {insight_id, action}, or a feed that is no list: "
    "check the routes given to TrainingMiddleware",
    Loss.FEED_TOO_LARGE: "a feed answer over 1 MiB: page the feed, or call record_impressions",
    Loss.SHUTDOWN: "records that came after the app's end",
    Loss.TORN: "a last line cut short by a power loss or a full disk",
    Loss.DAMAGED: "lines that no engine can read; they are kept under rejected/",
    Loss.REJECTED: "the receiver refused them for good; they are kept under rejected/, the reason beside them",
    Loss.EXPIRED: "they waited for the receiver beyond OTEL_TRAINING_MAX_BYTES or OTEL_TRAINING_MAX_AGE_DAYS",
}


@click.command()
@json_option
def doctor(*, as_json: bool) -> None:
    """Say where the data is, which programs wrote it, what waits, what was lost and why."""
    with session() as (store, folder):
        found = examine(store, folder)
    if as_json:
        print_json(found)
        return
    _show(found)


def examine(store: Store, folder: DataFolder) -> dict[str, Any]:
    """Gather all findings."""
    lost = lost_by_reason(store.row(query("status")))
    found: dict[str, Any] = {
        "folder": str(folder.path),
        "programs": list(store.rows(query("doctor_programs"))),
        "waiting": waiting(store, folder).lines,
        "shipping": how_shipping_goes(folder, config.settings()),
        "lost": [{"reason": reason, "count": count, "why": EXPLAINED[Loss(reason)]} for reason, count in lost.items()],
        "orphans": store.row(query("doctor_orphans")),
        "keys": list(store.rows(query("doctor_keys"))),
    }
    found["findings"] = findings(found)
    if found["shipping"] is not None:
        found["findings"] += findings_of(found["shipping"], config.settings().otlp_endpoint)
    return found


def findings(found: dict[str, Any]) -> list[str]:
    """Say each thing that is wrong, in a sentence that says what to do."""
    kinds = {row["kind"] for row in found["programs"]}
    orphans, said = found["orphans"], []
    if kinds and Kind.EXTRACTION not in kinds:
        said.append(_one_side("extraction", found["folder"]))
    if kinds and not kinds & {Kind.FEEDBACK, Kind.IMPRESSION}:
        said.append(_one_side("feed or engage request", found["folder"]))
    if orphans["feedback_orphans"] + orphans["impression_orphans"]:
        known = (
            f"{counted(orphans['feedback_orphans'], 'action')}, {counted(orphans['impression_orphans'], 'impression')}"
        )
        said.append(
            f"No captured insight is known by the ids of {known} (e.g. {', '.join(orphans['examples'])}): let the "
            "feed's items carry `text` beside `id`, call current().link(ids), or import rows of insight_id and text."
        )
    if orphans["without_reader"]:
        said.append(
            f"{orphans['without_reader']} actions have no reader and enter no vote: send metadata.user_id, or give "
            "TrainingMiddleware a user= function."
        )
    if len(found["keys"]) > 1:
        said.append(
            f"{len(found['keys'])} keys made the readers' pseudonyms, so one reader can count as several: set the "
            "same OTEL_TRAINING_USER_KEY everywhere."
        )
    return said


def _one_side(what: str, folder: str) -> str:
    return (
        f"No {what} is in {folder}: if that program runs, it gathers elsewhere; start both inside one project, or "
        "set the same OTEL_TRAINING_HOME for both."
    )


def _show(found: dict[str, Any]) -> None:
    console = out()
    console.print(f"Folder   {found['folder']}", markup=False, soft_wrap=True)
    console.print(f"Waiting  {found['waiting']:,}")
    if (shipping := found["shipping"]) is not None:
        rows = [(name, value) for name, value in shipping.items() if value not in (None, "")]
        console.print(table("Shipping", ("what", "value"), rows))
    programs = [(row["service"], row["kind"], row["records"], row["last"][:19]) for row in found["programs"]]
    console.print(table("Programs", ("program", "kind", "records", "last"), programs))
    if found["lost"]:
        lost = [(row["reason"], row["count"], row["why"]) for row in found["lost"]]
        console.print(table("Lost", ("reason", "count", "why"), lost))
    keys = [(row["user_key_id"], row["readers"]) for row in found["keys"]]
    if keys:
        console.print(table("Keys of the readers' pseudonyms", ("key", "readers"), keys))
    for sentence in found["findings"]:
        warn(f"- {sentence}")
    if not found["findings"] and not found["lost"]:
        console.print("All is well.")
