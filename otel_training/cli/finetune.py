"""`otel-training finetune`: from a frozen dataset to a model of one's own."""

import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import click
from rich.console import RenderableType

from otel_training.cli.exit_code import ExitCode
from otel_training.cli.finetune_plan import draw_plan
from otel_training.cli.output import Output, note, output_options, progress, table, warn
from otel_training.cli.store import open_store
from otel_training.conventions import COMMAND
from otel_training.dataset.snapshot import find_snapshot
from otel_training.errors import TrainingError
from otel_training.finetune.job import ENDED, Job, State, find_job, next_attempt, read_jobs, sole_command
from otel_training.finetune.plan import Plan, plan_of, write_files
from otel_training.finetune.provider import Answer, Provider
from otel_training.finetune.routes import Price, Route, read_routes, refusal
from otel_training.finetune.run import cancel as cancel_job
from otel_training.finetune.run import definition_of, follow, provider_of, register
from otel_training.finetune.run import start as start_job
from otel_training.finetune.terms import QUESTION, accept, unasked
from otel_training.folder import DataFolder, find_folder
from otel_training.pipeline.settings import settings_in_force
from otel_training.store.client import Row
from otel_training.store.shared_prices import prices_in_force

_COLUMNS: Final = ("id", "state", "route", "model", "dataset", "candidate", "ends", "detail")
_ROUTES: Final = ("route", "status", "models", "serves", "source", "read", "instead")
_OPTIONS: Final = ("base_url", "out", "role", "bucket", "region")


@click.group()
def finetune() -> None:
    """Train a model of your own on a dataset."""


@finetune.command()
@click.option("--dataset", required=True, metavar="NAME", help="The frozen dataset: its train and validation rows.")
@click.option("--route", "route_name", default="openai", show_default=True, type=click.Choice(list(read_routes())),
              help="Who trains.")  # fmt: skip
@click.option("--model", default="", metavar="NAME", help="The base model.  [default: the route's first]")
@click.option(
    "--epochs", default=3, show_default=True, type=click.IntRange(1, 20), metavar="N", help="Times through it."
)
@click.option("--candidate", default="", metavar="NAME", help="The result's name.  [default: of dataset, route, job]")
@click.option("--price", type=click.FloatRange(min=0), metavar="USD", help="Of a million tokens and epoch.")
@click.option("--out", type=click.Path(path_type=Path), help="Of local: the folder.  [default: finetune-CANDIDATE]")
@click.option("--base-url", default="", metavar="URL", help="Another address, such as where your server will be.")
@click.option("--role", default="", metavar="ARN", help="Of bedrock: the role that reads and writes the bucket.")
@click.option("--bucket", default="", metavar="S3_URI", help="Of bedrock: where files go.")
@click.option("--region", default="", metavar="NAME", help="Of bedrock, where AWS's settings name none.")
@click.option("--may-train", is_flag=True, help="You may train on these answers: asks nothing.")
@click.option("--force", is_flag=True, help="Though the route is closed, or the files have faults.")
@click.option("--yes", is_flag=True, help="Start it; without, only the plan is shown.")
@output_options()
def start(  # noqa: PLR0913 - one for each option
    *, dataset: str, route_name: str, model: str, epochs: int, candidate: str, price: float | None, may_train: bool,
    force: bool, yes: bool, output: Output, **options: Any,
) -> ExitCode:  # fmt: skip
    """Show what training would take and cost; start it with --yes.

    Started again, it goes on where it stopped: the same data, model and epochs are one job.
    """
    route = read_routes()[route_name]
    model = model or next(iter(route.models), "")
    with TemporaryDirectory() as place:
        with open_store() as (store, folder), progress("Writing") as callback:
            files = write_files(store, snapshot := find_snapshot(store, dataset), route, Path(place), callback)
            overrides = prices_in_force(store, folder)
        options = _options(route, options)
        answer = _ask(route, model, options)
        plan = plan_of(
            snapshot, files, route, model, epochs=epochs, ends=answer.ends, overrides=overrides,
            price=None if price is None else Price(str(price), "--price", datetime.now(UTC).date()),
        )  # fmt: skip
        job = _job(folder, plan, candidate, options)
        if not yes or output is Output.TEXT:
            _show_plan(output, plan, job, answer, unasked(folder, plan.answers))
        today = datetime.now(UTC).date()
        if not yes:
            return ExitCode.FAILED if plan.problems or answer.closed or not route.is_open_on(today) else ExitCode.OK
        _refuse(route, answer, plan, today, force=force)
        with sole_command(folder):
            _settle_terms(folder, plan, may_train=may_train)
            job = _job(folder, plan, candidate, options)
            provider = provider_of(route, job.options)
            with progress("Starting") as callback:
                job = start_job(folder, job, provider, files.paths, callback)
            job = _follow(folder, job, provider)
    _show_job(output, job)
    return ExitCode.OK


@finetune.command()
@click.argument("job_id", default="", metavar="[ID]")
@click.option("--wait", is_flag=True, help="Until it has ended.")
@click.option("--every", default=30.0, show_default=True, type=click.FloatRange(min=0.01), metavar="SECONDS",
              help="How often it is asked.")  # fmt: skip
@output_options()
def status(*, job_id: str, wait: bool, every: float, output: Output) -> ExitCode:
    """Ask how far a job is, by default the last.

    What it trained is deployed and registered. The exit code is 1 if it failed.
    """
    folder = _folder()
    with sole_command(folder):
        job = find_job(folder, job_id)
        provider = provider_of(read_routes()[job.route], job.options)
        job = _follow(folder, job, provider)
        while wait and job.provider_id and job.state not in ENDED:
            time.sleep(every)
            before, job = job, _follow(folder, job, provider)
            if job.state is not before.state:
                note(f"{job.state}: {job.detail}")
    _show_job(output, job)
    return ExitCode.FAILED if job.state is State.FAILED else ExitCode.OK


@finetune.command()
@click.argument("job_id", metavar="ID")
@output_options()
def cancel(*, job_id: str, output: Output) -> None:
    """Stop a job."""
    folder = _folder()
    with sole_command(folder):
        job = find_job(folder, job_id)
        job = cancel_job(folder, job, provider_of(read_routes()[job.route], job.options))
    _show_job(output, job)


@finetune.command("list")
@click.option("--routes", is_flag=True, help="The routes instead: open or closed, since when, by which page.")
@output_options(csv=True)
def list_(*, routes: bool, output: Output) -> None:
    """List the jobs, or the routes."""
    if routes:
        today = datetime.now(UTC).date()
        rows: list[dict[str, Any]] = [
            {column: _cell(route, column, today) for column in _ROUTES} for route in read_routes().values()
        ]
        output.emit(rows, lambda rows: [_draw_routes(rows)])
        return
    rows = [{column: str(getattr(job, column)) for column in _COLUMNS} for job in read_jobs(_folder())]
    output.emit(rows, lambda rows: [table("Jobs", _COLUMNS, [tuple(row.values()) for row in rows])])
    if not rows:
        note(f"None yet: `{COMMAND} finetune start --dataset NAME` shows a plan.")


def _cell(route: Route, column: str, day: date) -> str:
    value = {"route": route.name, "status": route.status(day)}.get(column) or getattr(route, column)
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _draw_routes(rows: list[Row]) -> RenderableType:
    """Draw which routes are open, and what to know of each."""
    cells = []
    for row in rows:
        status, _, because = row["status"].partition(": ")
        serves = f"it answers {row['serves']}" if row["models"] else f"instead {row['instead']}"
        about = f"{row['models'] or 'no model'}; {because}; {serves} ({row['source']}, read on {row['read']})"
        cells.append((row["route"], status, about))
    return table("Routes", ("route", "takes jobs", "what to know"), cells)


def _folder() -> DataFolder:
    return find_folder(settings_in_force())


def _options(route: Route, options: dict[str, Any]) -> dict[str, str]:
    """Return what the route needs, as texts."""
    if route.name == "local":
        options["base_url"] = options["base_url"] or route.base_url
    return {name: str(options[name]) for name in _OPTIONS if options[name]}


def _ask(route: Route, model: str, options: dict[str, str]) -> Answer:
    """Ask the provider about the model now, where there is a key."""
    try:
        return provider_of(route, options).ask(model) if route.is_open else Answer("not asked: the route is closed")
    except TrainingError as error:
        return Answer(f"not asked: {error}")


def _job(folder: DataFolder, plan: Plan, candidate: str, options: dict[str, str]) -> Job:
    """Return the job of a plan: the one that there is, under another name where one is given, or a new one."""
    if there := next((job for job in read_jobs(folder) if job.id == plan.id), None):
        there = replace(there, candidate=candidate or there.candidate)
        return next_attempt(there) if there.state in {State.FAILED, State.CANCELLED} else there
    # What was measured of one name is no other's: another model or epochs have another.
    candidate = candidate or f"{plan.dataset}-{plan.route}-{plan.id[:4]}"
    if plan.route == "local":
        options = options | {"out": str(Path(options.get("out") or f"finetune-{candidate}").absolute())}
    return Job(
        plan.id, plan.route, plan.model, plan.dataset, plan.dataset_id, dict(plan.rows), plan.epochs, candidate,
        plan.prompt.system, plan.prompt.template, datetime.now(UTC).isoformat(timespec="seconds"),
        "" if plan.cost is None else str(plan.cost), str(plan.ends or ""), options,
    )  # fmt: skip


def _refuse(route: Route, answer: Answer, plan: Plan, today: date, *, force: bool) -> None:
    """Raise `TrainingError` where it should not be started."""
    if force:
        return
    if answer.closed or not route.is_open_on(today):
        raise refusal(route, today, answer.closed)
    if plan.problems:
        raise TrainingError(f"The files have faults ({plan.problems[0]}): mend the dataset, or add --force.")


def _settle_terms(folder: DataFolder, plan: Plan, *, may_train: bool) -> None:
    """Ask once whether one may train on these answers."""
    if not (models := unasked(folder, plan.answers)):
        return
    if not may_train:
        question = f"{QUESTION} They are of {', '.join(models)}."
        if not sys.stdin.isatty():
            raise TrainingError(f"{question} Where you may, add --may-train.")
        if not click.confirm(question, err=True):
            raise TrainingError("Nothing was started, since you may not train on these answers.")
    accept(folder, models)


def _show_plan(output: Output, plan: Plan, job: Job, answer: Answer, models: list[str]) -> None:
    route = read_routes()[plan.route]
    terms = f"asked with --yes: {QUESTION}" if models else "you said that you may train on these answers"
    row = asdict(plan) | {
        "status": route.status(datetime.now(UTC).date()), "source": route.source, "read": route.read,
        "provider": answer.sentence, "closed": answer.closed, "candidate": job.candidate, "state": job.state,
        "terms_unanswered": models,
    }  # fmt: skip
    output.emit([row], lambda _: draw_plan(plan, job, answer, terms))


def _follow(folder: DataFolder, job: Job, provider: Provider) -> Job:
    """Ask how far a job is; what it trained is registered, also where an earlier command died before."""
    job = follow(folder, job, provider)
    if job.state is State.SUCCEEDED:
        register(folder, job, read_routes()[job.route])
    return job


def _show_job(output: Output, job: Job) -> None:
    """Print a job, and how its model is asked."""
    route = read_routes()[job.route]
    definition = definition_of(job, route) if job.state is State.SUCCEEDED else None
    output.emit(
        [asdict(job) | {"definition": definition and asdict(definition)}], lambda _: list(_draw_job(job, route))
    )
    if job.state is State.PREPARED:
        note(f"It was not created: `{COMMAND} finetune start` with the same options goes on.")
    elif job.state not in ENDED:
        note(f"`{COMMAND} finetune status {job.id} --wait` waits for it.")
    if definition and definition.simulated:
        warn("SIMULATED: a stand-in on this machine trained it.")


def _draw_job(job: Job, route: Route) -> Iterator[RenderableType]:
    rows = [
        ("job", f"{job.id}, attempt {job.attempt}, {job.provider_id or 'not created'}"),
        ("state", f"{job.state}: {job.detail}" if job.detail else job.state),
        ("route", f"{route.title}, {job.model}, {job.epochs} epochs of {job.dataset}"),
        ("tokens", f"{job.trained_tokens:,} trained" if job.trained_tokens else "not known yet"),
        ("planned cost", f"{job.cost} USD" if job.cost else "unknown"),
        ("tuned model", job.served_model or job.deployment or job.tuned_model or "not yet"),
        ("ends", job.ends or "no day is announced"),
        ("answers", route.serves),
        ("candidate", job.candidate),
    ]
    yield table(f"Fine-tuning {job.candidate}", ("what", "figure"), rows)
