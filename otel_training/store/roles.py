"""Least-privilege roles: one each for a collector, a dashboard and an exporter."""

import re
from typing import Final

from otel_training.store.client import read_folder, read_query
from otel_training.store.deployment import Deployment

_SETTINGS: Final = re.compile(r"SETTINGS (.*)")
_ON_TYPED: Final = re.compile(r"(SELECT(?:\([^)]*\))?) ON (?!v_)(\w+)")


def read_roles(deployment: Deployment) -> list[str]:
    """Return the statements that make the roles; each role is granted what it needs and nothing else."""
    texts = [text for statement in read_folder("roles").values() for text in deployment.render(statement)]
    # A query of a cluster also reads the shards' own tables.
    return [_ON_TYPED.sub(r"\1 ON \2, \1 ON \2_local", text) if deployment.cluster else text for text in texts]


def role_settings(name: str) -> dict[str, str]:
    """Return the settings of a role, by the name of its file."""
    settings = _SETTINGS.findall(read_query(name, "roles"))[0]
    return dict(pair.split(" = ") for pair in settings.split(", "))
