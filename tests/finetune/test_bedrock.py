"""Bedrock's jobs, by the real client, whose requests botocore checks."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from otel_training.finetune.bedrock import Bedrock, connect
from otel_training.finetune.job import State
from otel_training.finetune.provider import Answer, ProviderError
from otel_training.finetune.run import follow, start
from otel_training.folder import DataFolder, make_folder
from otel_training.ownership import own_folder
from tests.finetune.conftest import JOB

pytestmark = pytest.mark.slow

NAME = "otel-training-00000000000000aa"
ARN = "arn:aws:bedrock:us-east-1:123456789012"
JOB_ARN = f"{ARN}:model-customization-job/amazon.nova-micro-v1:0:128k/abcdefghijkl"
MODEL_ARN = f"{ARN}:custom-model/amazon.nova-micro-v1:0:128k/abcdefghijkl"
DEPLOYED = f"{ARN}:custom-model-deployment/abcdefghijkl"
NOW = datetime(2026, 11, 30, tzinfo=UTC)
OURS = replace(JOB, route="bedrock", model="amazon.nova-micro-v1:0:128k")
OPTIONS = {"role": "arn:aws:iam::123456789012:role/tune", "bucket": "s3://ours/tuning"}


@pytest.fixture
def stubs(folder: DataFolder) -> Iterator[tuple[Bedrock, Stubber, Stubber]]:
    """The provider, and what answers for its two services."""
    own_folder(make_folder(folder).finetune)
    keys = {"region_name": "us-east-1", "aws_access_key_id": "k", "aws_secret_access_key": "k"}
    bedrock, s3 = boto3.client("bedrock", **keys), boto3.client("s3", **keys)
    with Stubber(bedrock) as first, Stubber(s3) as second:
        yield Bedrock(bedrock, s3, OPTIONS), first, second
        first.assert_no_pending_responses()
        second.assert_no_pending_responses()


def stub_job(stubber: Stubber, status: str, **extra: Any) -> None:
    """Answer how far the job is."""
    answer = {
        "jobArn": JOB_ARN, "jobName": NAME, "outputModelName": NAME, "roleArn": OPTIONS["role"], "creationTime": NOW,
        "baseModelArn": f"{ARN}:foundation-model/amazon.nova-micro-v1:0", "trainingDataConfig": {"s3Uri": "s3://ours/t"},
        "validationDataConfig": {"validators": []}, "outputDataConfig": {"s3Uri": "s3://ours/o"}, "status": status,
        **extra,
    }  # fmt: skip
    stubber.add_response("get_model_customization_job", answer, {"jobIdentifier": JOB_ARN})


def test_a_job_from_file_to_deployment(
    stubs: tuple[Bedrock, Stubber, Stubber], rows: dict[str, Path], folder: DataFolder
) -> None:
    """Each request has the token; what is trained is deployed, and answers by the deployment's name."""
    provider, bedrock, s3 = stubs
    for _ in rows:
        s3.add_response("put_object", {}, {"Bucket": "ours", "Key": ANY, "Body": ANY})
    bedrock.add_response(
        "list_model_customization_jobs", {"modelCustomizationJobSummaries": []}, {"nameContains": NAME}
    )
    bedrock.add_response("create_model_customization_job", {"jobArn": JOB_ARN}, {
        "jobName": NAME, "customModelName": NAME, "clientRequestToken": OURS.id, "roleArn": OPTIONS["role"],
        "baseModelIdentifier": OURS.model, "customizationType": "FINE_TUNING", "hyperParameters": {"epochCount": "3"},
        "trainingDataConfig": {"s3Uri": ANY}, "validationDataConfig": {"validators": [{"s3Uri": ANY}]},
        "outputDataConfig": {"s3Uri": f"s3://ours/tuning/{NAME}/"},
    })  # fmt: skip
    job = start(folder, OURS, provider, rows)
    assert ["s3", "s3"] == [uri.partition("://ours/tuning/otel-training-")[0] for uri in job.files.values()]
    stub_job(bedrock, "InProgress")
    job = follow(folder, job, provider)
    assert (State.RUNNING, JOB_ARN) == (job.state, job.provider_id)

    stub_job(bedrock, "Completed", outputModelArn=MODEL_ARN)
    bedrock.add_response("list_custom_model_deployments", {"modelDeploymentSummaries": []}, {"nameContains": NAME})
    bedrock.add_response(
        "create_custom_model_deployment", {"customModelDeploymentArn": DEPLOYED},
        {"modelDeploymentName": NAME, "modelArn": MODEL_ARN, "clientRequestToken": OURS.id},
    )  # fmt: skip
    about = {"customModelDeploymentArn": DEPLOYED, "modelDeploymentName": NAME, "modelArn": MODEL_ARN, "createdAt": NOW}
    for status in ("Creating", "Active"):
        bedrock.add_response(
            "get_custom_model_deployment", about | {"status": status}, {"customModelDeploymentIdentifier": DEPLOYED}
        )
    job = follow(folder, job, provider)
    assert (State.DEPLOYING, "") == (job.state, job.served_model)
    job = follow(folder, job, provider)
    assert (State.SUCCEEDED, DEPLOYED) == (job.state, job.served_model)
    bedrock.add_response(
        "get_custom_model_deployment", about | {"status": "Failed", "failureMessage": "no room"},
        {"customModelDeploymentIdentifier": DEPLOYED},
    )  # fmt: skip
    with pytest.raises(ProviderError, match="no room"):
        provider.served(job)


def test_finds_what_an_earlier_try_made(stubs: tuple[Bedrock, Stubber, Stubber]) -> None:
    """The job and the deployment of that name."""
    provider, bedrock, _ = stubs
    summary = {"jobArn": JOB_ARN, "jobName": NAME, "baseModelArn": f"{ARN}:foundation-model/amazon.nova-micro-v1:0",
               "status": "InProgress", "creationTime": NOW}  # fmt: skip
    bedrock.add_response("list_model_customization_jobs", {"modelCustomizationJobSummaries": [summary]}, None)
    there = {"customModelDeploymentArn": DEPLOYED, "customModelDeploymentName": NAME, "modelArn": MODEL_ARN,
             "createdAt": NOW, "status": "Active"}  # fmt: skip
    bedrock.add_response("list_custom_model_deployments", {"modelDeploymentSummaries": [there]}, None)
    bedrock.add_response("stop_model_customization_job", {}, {"jobIdentifier": JOB_ARN})

    assert (JOB_ARN, DEPLOYED) == (provider.create(OURS), provider.deploy(OURS))
    provider.cancel(replace(OURS, provider_id=JOB_ARN))


@pytest.mark.parametrize(
    ("life", "customizations", "answer"),
    [
        ({"status": "ACTIVE"}, ["FINE_TUNING"], Answer("Amazon Bedrock tunes m, which is active")),
        (
            {"status": "LEGACY", "endOfLifeTime": NOW}, ["FINE_TUNING"],
            Answer("Amazon Bedrock tunes m, which is legacy", "m is a legacy model", date(2026, 11, 30)),
        ),
        ({"status": "ACTIVE"}, [], Answer("Amazon Bedrock does not tune m", "it does not tune m in this region")),
    ],
)  # fmt: skip
def test_asks_about_a_model(
    stubs: tuple[Bedrock, Stubber, Stubber], life: dict[str, Any], customizations: list[str], answer: Answer
) -> None:
    """Whether it can be tuned, and until when it lives, as the provider tells programs."""
    details = {"modelArn": f"{ARN}:foundation-model/m", "modelId": "m", "modelLifecycle": life,
               "customizationsSupported": customizations}  # fmt: skip
    stubs[1].add_response("get_foundation_model", {"modelDetails": details}, {"modelIdentifier": "m"})

    assert answer == stubs[0].ask("m")


def test_refusals_are_sentences(stubs: tuple[Bedrock, Stubber, Stubber], rows: dict[str, Path]) -> None:
    """Of AWS, of what is missing, and of a machine without a region."""
    provider, bedrock, _ = stubs
    bedrock.add_client_error("get_foundation_model", "AccessDeniedException", "no")
    with pytest.raises(ProviderError, match=r"Amazon Bedrock refuses .*AccessDenied"):
        provider.ask("m")
    with pytest.raises(ProviderError, match="needs --role and --bucket"):
        connect({"region": "us-east-1"}).upload(rows["train"])
    with pytest.raises(ProviderError, match="region"):
        connect({})
