"""Least-privilege roles: one each for a collector, a dashboard and an exporter."""

import re
from importlib.resources import files
from typing import Final

from otel_training.store.deployment import Deployment

_PACKAGE: Final = "otel_training.store"
_SETTINGS: Final = re.compile(r"SETTINGS (.*)")
_ON_TYPED: Final = re.compile(r"(SELECT(?:\([^)]*\))?) ON (?!v_)(\w+)")


def read_roles(deployment: Deployment) -> list[str]:
    """Return the statements that make the roles; each role is granted what it needs and nothing else."""
    folder = files(_PACKAGE) / "roles"
    paths = sorted((path for path in folder.iterdir() if path.name.endswith(".sql")), key=lambda path: path.name)
    texts = [text for path in paths for text in deployment.render(path.read_text(encoding="utf-8"))]
    # A query of a cluster also reads the shards' own tables.
    return [_ON_TYPED.sub(r"\1 ON \2, \1 ON \2_local", text) if deployment.cluster else text for text in texts]


def role_settings(name: str) -> dict[str, str]:
    """Return the settings of a role, by the name of its file."""
    text = (files(_PACKAGE) / "roles" / f"{name}.sql").read_text(encoding="utf-8")
    return dict(pair.split(" = ") for pair in _SETTINGS.findall(text)[0].split(", "))
