"""Amazon Bedrock's jobs. Loaded with its route."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import boto3
import botocore.exceptions
from botocore.config import Config

from otel_training.finetune.job import Job, State
from otel_training.finetune.openai import file_name
from otel_training.finetune.provider import Answer, Progress, ProviderError

_TITLE: Final = "Amazon Bedrock"
_STATES: Final = {
    "InProgress": State.RUNNING, "Stopping": State.RUNNING, "Completed": State.SUCCEEDED, "Failed": State.FAILED,
    "Stopped": State.CANCELLED,
}  # fmt: skip
_NEEDED: Final = ("role", "bucket")
_PATIENCE: Final = Config(connect_timeout=10, read_timeout=60, retries={"max_attempts": 2})


def connect(options: Mapping[str, str]) -> "Bedrock":
    """Return the provider, by the keys and the region that AWS's own settings give."""
    settings: dict[str, Any] = {"region_name": options.get("region") or None, "config": _PATIENCE}
    with _talking():
        return Bedrock(boto3.client("bedrock", **settings), boto3.client("s3", **settings), options)


@contextmanager
def _talking() -> Iterator[None]:
    """Turn what AWS's client raises into a sentence."""
    try:
        yield
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        raise ProviderError(f"{_TITLE} refuses ({error}): what was begun is kept, run it again.") from error


class Bedrock:
    """Amazon Bedrock; every request has the job's token, by which a second one is the first."""

    def __init__(self, bedrock: Any, s3: Any, options: Mapping[str, str]) -> None:
        self._bedrock = bedrock
        self._s3 = s3
        self._options = options

    def ask(self, model: str) -> Answer:
        with _talking():
            details = self._bedrock.get_foundation_model(modelIdentifier=model)["modelDetails"]
        life = details.get("modelLifecycle", {})
        end = life.get("endOfLifeTime")
        if "FINE_TUNING" not in details.get("customizationsSupported", ()):
            return Answer(f"{_TITLE} does not tune {model}", f"it does not tune {model} in this region")
        legacy = f"{model} is a legacy model" if life.get("status") == "LEGACY" else ""
        sentence = f"{_TITLE} tunes {model}, which is {life.get('status', 'ACTIVE').lower()}"
        return Answer(sentence, legacy, None if end is None else end.date())

    def upload(self, path: Path) -> str:
        """Put a file into the bucket, where the same one takes its own place."""
        if missing := [name for name in _NEEDED if not self._options.get(name)]:
            raise ProviderError(
                f"{_TITLE} needs --{' and --'.join(missing)}: a role that may read and write the bucket."
            )
        bucket, _, prefix = self._options["bucket"].removeprefix("s3://").partition("/")
        key = "/".join(filter(None, (prefix.strip("/"), file_name(path))))
        with _talking(), path.open("rb") as file:
            self._s3.put_object(Bucket=bucket, Key=key, Body=file)
        return f"s3://{bucket}/{key}"

    def create(self, job: Job) -> str:
        name = f"otel-training-{job.token}"
        validators = [{"s3Uri": uri} for split, uri in job.files.items() if split == "validation"]
        with _talking():
            listed = self._bedrock.list_model_customization_jobs(nameContains=name)["modelCustomizationJobSummaries"]
            if remote := next((entry for entry in listed if entry["jobName"] == name), None):
                return str(remote["jobArn"])
            answer = self._bedrock.create_model_customization_job(
                jobName=name, customModelName=name, clientRequestToken=job.token, roleArn=self._options["role"],
                baseModelIdentifier=job.model, customizationType="FINE_TUNING",
                hyperParameters={"epochCount": str(job.epochs)}, trainingDataConfig={"s3Uri": job.files["train"]},
                outputDataConfig={"s3Uri": f"{job.files['train'].rpartition('/')[0]}/{name}/"},
                **({"validationDataConfig": {"validators": validators}} if validators else {}),
            )  # fmt: skip
        return str(answer["jobArn"])

    def progress(self, job: Job) -> Progress:
        with _talking():
            remote = self._bedrock.get_model_customization_job(jobIdentifier=job.provider_id)
        status = remote["status"]
        return Progress(_STATES[status], remote.get("failureMessage") or status, remote.get("outputModelArn", ""))

    def cancel(self, job: Job) -> None:
        with _talking():
            self._bedrock.stop_model_customization_job(jobIdentifier=job.provider_id)

    def deploy(self, job: Job) -> str:
        """Have it served on demand, which costs nothing while nobody asks."""
        name = f"otel-training-{job.token}"
        with _talking():
            listed = self._bedrock.list_custom_model_deployments(nameContains=name)["modelDeploymentSummaries"]
            remote = next((entry for entry in listed if entry["customModelDeploymentName"] == name), None)
            answer = remote or self._bedrock.create_custom_model_deployment(
                modelDeploymentName=name, modelArn=job.tuned_model, clientRequestToken=job.token
            )
        return str(answer["customModelDeploymentArn"])

    def served(self, job: Job) -> str:
        with _talking():
            there = self._bedrock.get_custom_model_deployment(customModelDeploymentIdentifier=job.deployment)
        if there["status"] == "Failed":
            raise ProviderError(
                f"{_TITLE} cannot deploy {job.deployment} ({there.get('failureMessage')}): ask its support."
            )
        return job.deployment if there["status"] == "Active" else ""
