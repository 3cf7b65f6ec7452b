"""`otel-training doctor`: where the data is, who wrote it, what is wrong and what to do."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import click
from rich.console import RenderableType

from otel_training.cli.exit_code import ExitCode
from otel_training.cli.gaps import draw_list, read_gaps
from otel_training.cli.keys import IN_FORCE, NOT_HERE, rotated_at, states
from otel_training.cli.output import Output, output_options, plural, table
from otel_training.cli.retention import sentences
from otel_training.cli.shipping_report import read_shipping_report, shipping_findings
from otel_training.cli.status import lost_by_reason
from otel_training.cli.store import open_store
from otel_training.conventions import COMMAND, Loss
from otel_training.dataset.trust import read_piles
from otel_training.folder import DataFolder
from otel_training.pipeline.settings import settings_in_force
from otel_training.pricing.ends import end_of
from otel_training.routing.state import StateError, read_state
from otel_training.store.client import Row, Store, read_query
from otel_training.store.drain import count_waiting
from otel_training.store.retention import read_retention
from otel_training.store.shared_prices import overruled
from otel_training.trial.unreached import read_unreached

_NOTICE_DAYS: Final = 60
_SILENT_HOURS: Final = 24
_RESTING_HOURS: Final = 30 * 24
"""A program that has been silent for longer was stopped on purpose."""
_MOVED: Final = 0.25
"""The share of the traffic from which on a dataset is no longer of it; as in the alert of the same name."""
_FALLBACK: Final = 0.1
"""The share of a candidate's calls from which on Claude answers too many of them; as in the alert of that name."""
_FEW_CALLS: Final = 20
_FEW: Final = 30
"""Extractions below which nothing is said of them."""
EXPLANATIONS: Final = {
    Loss.QUEUE_FULL: "more records came at once than could be written; the app was not slowed down",
    Loss.SPOOL_FULL: "the spool or the disk reached its bound: drain (any command does), make room, "
    "or raise OTEL_TRAINING_MAX_BYTES",
    Loss.FOLDER_REFUSED: "the data folder was not this user's own: the program's log and any command say what to do",
    Loss.ENCODE_ERROR: "a value could not be encoded: please report it",
    Loss.MALFORMED: "a 2xx answer to an engage body over 64 kB, or to one or a feed that is no JSON: check the routes "
    "given to TrainingMiddleware",
    Loss.UNRECOGNISED: "JSON without insight_id and action, or a feed with no list of items that have an id: name "
    "yours by action= or item= of TrainingMiddleware; a feed in an encoding that is not read; or record_feedback of "
    "what is no id, such as None or 1.5",
    Loss.UNMATCHED: "routes given to TrainingMiddleware that no request was of",
    Loss.FEED_TOO_LARGE: "a feed answer over 1 MiB: page the feed, or call record_impressions",
    Loss.SHUTDOWN: "the program ended while its disk took no more, or after 30 seconds of writing",
    Loss.TORN: "a last line cut short by a power loss or a full disk",
    Loss.DAMAGED: "lines that no engine can read; they are kept under rejected/",
    Loss.REJECTED: "the receiver refused them for good; they are kept under rejected/, the reason beside them",
    Loss.EXPIRED: "they waited for the receiver beyond OTEL_TRAINING_MAX_BYTES or OTEL_TRAINING_MAX_AGE_DAYS",
    Loss.UNKNOWN_CLIENT: "programs whose version of anthropic is not known here, so that their calls are not captured; "
    "take another version, or report the calls by current().llm_call",
    Loss.UNATTACHED: "scores and the like of an extraction that current() could not identify: ask current(result) with "
    "what it returned, or keep the handle of a block",
}


@click.command()
@output_options()
def doctor(output: Output) -> ExitCode:
    """Show who wrote, what waits, what was lost, and what to do.

    Also where the data is, and which keys made the readers' pseudonyms. The exit code is 1 if there is anything to do.
    """
    with open_store() as (store, folder):
        report = examine(store, folder)
    output.emit([report], lambda _: _draw(report))
    return ExitCode.FAILED if report["findings"] else ExitCode.OK


def examine(store: Store, folder: DataFolder) -> dict[str, Any]:
    """Gather all figures, and what is wrong."""
    settings = settings_in_force()
    lost = lost_by_reason(store.row(read_query("status")), folder)
    report: dict[str, Any] = {
        "folder": str(folder.path),
        "programs": list(store.rows(read_query("doctor_programs"))),
        "waiting": count_waiting(store, folder),
        "shipping": read_shipping_report(folder, settings),
        "lost": [
            {"reason": reason, "count": count, "why": EXPLANATIONS[Loss(reason)]} for reason, count in lost.items()
        ],
        "keys": states(store, folder),
        "retention": list(read_retention(store).values()),
    }
    gaps = read_gaps(store, folder)
    report["gaps"] = [asdict(gap) for gap in gaps]
    report["findings"] = [gap.sentence for gap in gaps]
    report["findings"] += filter(None, [overruled(store, folder)])
    report["findings"] += _piles(read_piles(store))
    report["findings"] += _keys(report["keys"], rotated_at(folder))
    report["findings"] += [] if settings.store else _keyless(report["keys"], folder)
    report["findings"] += _ahead(report["programs"], datetime.now(UTC) + timedelta(days=1))
    use = store.row(read_query("doctor_use"))
    if use["lost"]:
        report["findings"].append(f'{plural(use["lost"], "record")} lost in the last day: see why under "Lost".')
    report["findings"] += _moved(store.rows(read_query("doctor_moved")))
    report["findings"] += [*_silence(use["hours"]), *_endings(use["models"], datetime.now(UTC).date())]
    report["findings"] += _experiments(store, folder)
    if report["shipping"] is not None:
        report["findings"] += shipping_findings(report["shipping"], settings.otlp_endpoint)
    return report


def _keys(keys: list[Row], rotated_at: str) -> Iterator[str]:
    """Say where programs use several keys; those that were rotated, or destroyed since, are in use no more."""
    in_use = [key for key in keys if key["readers"] > 0 and key["state"] != "rotated"]
    if (count := sum(key["state"] != NOT_HERE or key["last"] > rotated_at for key in in_use)) > 1:
        yield (
            f"{count} keys made the readers' pseudonyms, so one reader can count as several: set the same "
            "OTEL_TRAINING_USER_KEY everywhere."
        )
    for key in keys:
        if key["state"] == "rotated" and key["last"] > rotated_at:
            yield f"The key {key['user_key_id']} was rotated, and still makes pseudonyms: restart the apps."


def _keyless(keys: list[Row], folder: DataFolder) -> Iterator[str]:
    """Say that nobody here makes the pseudonyms that are stored, as after a restore without keys."""
    lost = [key["user_key_id"] for key in keys if key["state"] == NOT_HERE]
    if lost and all(key["state"] != IN_FORCE for key in keys):
        yield (
            f"The readers' pseudonyms are of a key that is not here ({', '.join(lost)}), and none is: put the user.key "
            f"by which they were made into {folder.path}, or set OTEL_TRAINING_USER_KEY to it; else `forget --user` "
            "finds none of them, and who comes back counts as another."
        )


def _piles(piles: list[tuple[int, ...]]) -> Iterator[str]:
    """Say whose votes are left out because they read one source alone: tenants do, each their own."""
    if readers := len(set().union(*piles)):
        yield (
            f"The votes of {plural(readers, 'reader')} of one source alone are not counted, as those of a crowd that "
            f"piles on it: where your readers see only sources of their own, as tenants do, take them by "
            f"`{COMMAND} export --count-lockstep`."
        )


def _ahead(programs: list[Row], tomorrow: datetime) -> Iterator[str]:
    """Say whose records have times that are still to come: a clock, or an old log, is wrong."""
    latest = {row["service"]: row["last"] for row in sorted(programs, key=lambda row: str(row["last"]))}
    for service, last in latest.items():
        if last > tomorrow.isoformat():
            yield (
                f"{service or 'A program without a name'} has records of the future, up to {last[:10]}: set the clock "
                f"of its machine, or import with right times; `{COMMAND} forget --service` takes back what is stored."
            )


def _silence(hours: int | None) -> Iterator[str]:
    """Say when extractions have stopped: not for an hour, nor for good."""
    if hours is not None and _SILENT_HOURS <= hours <= _RESTING_HOURS:
        yield f"The last extraction was {hours} hours ago: see that the program that extracts runs, and what it logs."


def _moved(traffic: Iterable[Row]) -> Iterator[str]:
    """Say of what the newest dataset has no row, though much of the traffic is of it by now."""
    for row in traffic:
        # Where nearly each extraction has a topic of its own, it is no measure.
        measures = row["extractions"] >= max(_FEW, 4 * row["kinds"])
        if row["dataset"] and measures and row["share"] >= _MOVED:
            names = ", ".join(name or "without" for name in row["names"])
            yield (
                f"{100 * row['share']:.0f} % of the last two weeks' extractions have a {row['what']} of which the "
                f"newest dataset, {row['dataset']}, has no row ({names}): freeze another by "
                f"`{COMMAND} dataset create NAME`."
            )


def _experiments(store: Store, folder: DataFolder) -> Iterator[str]:
    """Say which experiments apps ask for in vain, and what is wrong with their state."""
    try:
        state = read_state(folder)
    except StateError as error:
        yield f"{error} Until then Claude answers alone."
        return
    for name, experiment in state.experiments.items():
        for arm, candidate in experiment.candidates.items():
            if candidate not in state.candidates:
                yield f"The arm {arm} of experiment {name} is {candidate}, which is no candidate: start another."
        if (own := experiment.promotion) is not None and own.rolled_back:
            yield (
                f"{own.candidate} of experiment {name} was rolled back, and Claude answers: {own.rolled_back} "
                f"`{COMMAND} experiment log {name}` says when; evaluate another, or it on a newer dataset."
            )
    for name, arms in read_unreached(store, folder, state.experiments).items():
        yield from (arm.sentence(name) for arm in arms)
    for row in store.rows(read_query("doctor_experiments")):
        name = row["experiment"]
        if row["unknown"] and name not in state.experiments:
            yield (
                f"An app asked {plural(row['unknown'], 'time')} for experiment {name}, which is not on, and Claude "
                f"answered: {COMMAND} experiment start {name}."
            )
        if row["assigned"] >= _FEW_CALLS and row["fallbacks"] > _FALLBACK * row["assigned"]:
            yield (
                f"Claude answered for the candidate of {name} in {row['fallbacks']:,} of the last day's "
                f"{row['assigned']:,} calls, mostly by {row['reasons'][0]}: mend it, or leave all to Claude by "
                f"`{COMMAND} experiment kill {name}`."
            )


def _endings(models: Iterable[str], today: date) -> Iterator[str]:
    """Say which of the models in use end soon, or have ended."""
    for model in models:
        end = end_of(model)
        if end is not None and (end.on - today).days <= _NOTICE_DAYS:
            verb = "ended" if end.on < today else "ends"
            yield f"The model {model} {verb} on {end.on}: choose another, and see what it costs ({end.source})."


def _draw(report: dict[str, Any]) -> Iterator[RenderableType]:
    yield f"Folder   {report['folder']}"
    yield f"Waiting  {report['waiting']:,}"
    if (shipping := report["shipping"]) is not None:
        rows = [(name, value) for name, value in shipping.items() if value not in (None, "")]
        yield table("Shipping", ("figure", "value"), rows)
    if report["programs"]:
        programs = [(row["service"], row["kind"], row["records"], row["last"][:19]) for row in report["programs"]]
        yield table("Programs", ("program", "kind", "records", "last"), programs)
    if report["lost"]:
        yield table("Lost", ("reason", "count", "why"), [tuple(row.values()) for row in report["lost"]])
    if report["keys"]:
        keys = [(row["user_key_id"], row["readers"], row["state"]) for row in report["keys"]]
        yield table("Keys of the readers' pseudonyms", ("key", "readers", "state"), keys)
    if report["retention"]:
        yield "\n".join(sentences({row["class"]: row for row in report["retention"]}))
    yield from draw_list("What to do", report["findings"])
    if not report["findings"] and not report["lost"]:
        yield "All is well."
