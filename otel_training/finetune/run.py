"""A job's provider, and its steps: each is kept before the next, so that a job goes on wherever its command died."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from otel_training.conventions import COMMAND
from otel_training.errors import TrainingError
from otel_training.finetune.job import ENDED, Job, State, keep_job
from otel_training.finetune.provider import Provider, ProviderError
from otel_training.finetune.routes import Route
from otel_training.folder import DataFolder
from otel_training.progress import Progress, silent
from otel_training.routing.state import Definition, changing, read_state

_HERE = frozenset({"127.0.0.1", "localhost", "::1"})


def provider_of(route: Route, options: Mapping[str, str]) -> Provider:
    """Return a route's provider; raises `TrainingError` where its library or key is missing."""
    if not route.models:
        raise ProviderError(
            f"{route.title} has nothing left to ask: "
            f"`{COMMAND} export --dataset NAME --for {route.target}` writes its file."
        )
    if route.name == "local":
        from otel_training.finetune.local import Local

        return Local(options)
    try:
        if route.name == "bedrock":
            from otel_training.finetune.bedrock import connect as connect_bedrock

            return connect_bedrock(options)
        from otel_training.finetune.openai import Connection, Nebius, OpenAI, connect
        from otel_training.finetune.together import Together
    except ImportError as error:
        raise TrainingError(
            f"The route {route.name} needs its client: pip install 'otel_training[finetune]'."
        ) from error
    kinds: dict[str, Callable[[Connection], Provider]] = {"openai": OpenAI, "nebius": Nebius, "together": Together}
    if route.name not in kinds:
        raise ProviderError(f"Nothing here asks {route.title}: choose --route {', '.join(kinds)}, bedrock or local.")
    return kinds[route.name](connect(route, options))


def start(
    folder: DataFolder, job: Job, provider: Provider, paths: Mapping[str, Path], progress: Progress = silent
) -> Job:
    """Upload what is not there and create the job where there is none; return it."""
    job = keep_job(folder, job)
    for done, (split, path) in enumerate(paths.items()):
        progress(done, len(paths) + 1)
        if split not in job.files:
            job = keep_job(folder, replace(job, files={**job.files, split: provider.upload(path)}))
    progress(len(paths), len(paths) + 1)
    if not job.provider_id:
        job = keep_job(folder, replace(job, provider_id=provider.create(job), state=State.QUEUED))
    return job


def follow(folder: DataFolder, job: Job, provider: Provider) -> Job:
    """Ask how far a job is, and deploy what it trained; return it."""
    if job.state in ENDED or not job.provider_id:
        return job
    if job.state is not State.DEPLOYING:
        reached = provider.progress(job)
        # Trained is not yet served.
        state = State.DEPLOYING if reached.state is State.SUCCEEDED else reached.state
        if state is State.DEPLOYING and not reached.tuned_model:
            raise ProviderError(f"The job {job.provider_id} succeeded, and names no model: ask its provider's support.")
        job = keep_job(folder, replace(
            job, state=state, detail=reached.detail, tuned_model=reached.tuned_model,
            trained_tokens=reached.trained_tokens,
        ))  # fmt: skip
    if job.state is State.DEPLOYING and not job.deployment:
        job = keep_job(folder, replace(job, deployment=provider.deploy(job)))
    if job.state is State.DEPLOYING and (served := provider.served(job)):
        job = keep_job(folder, replace(job, served_model=served, state=State.SUCCEEDED))
    return job


def cancel(folder: DataFolder, job: Job, provider: Provider) -> Job:
    """Stop a job; return it. What has ended stays as it ended."""
    if job.state in ENDED or job.state is State.DEPLOYING:
        return job
    if job.provider_id:
        provider.cancel(job)
    return keep_job(folder, replace(job, state=State.CANCELLED, detail="cancelled here"))


def definition_of(job: Job, route: Route) -> Definition:
    """Return how the tuned model is asked."""
    base_url = job.options.get("base_url", "")
    return Definition(
        # Bedrock's own API is asked by a function of the app.
        provider="callable" if route.name == "bedrock" else "openai",
        model=job.served_model,
        base_url=base_url or route.base_url,
        key_env=route.key,
        system=job.system,
        template=job.template,
        temperature=0.0,
        simulated=bool(base_url) and route.name != "local" and urlsplit(base_url).hostname in _HERE,
    )


def register(folder: DataFolder, job: Job, route: Route) -> None:
    """Let apps and experiments know a tuned model as a candidate; nothing where that was done.

    Raises `TrainingError` where its name is another's: what was measured of one name is no other's.
    """
    definition = definition_of(job, route)
    with changing(folder) as write:
        state = read_state(folder)
        there = state.candidates.get(job.candidate)
        if there not in {None, definition}:
            where = f"{folder.experiments} has another candidate {job.candidate!r}"
            raise TrainingError(f"{where}: start the same with another --candidate.")
        if there is None:
            write(replace(state, candidates={**state.candidates, job.candidate: definition}))
