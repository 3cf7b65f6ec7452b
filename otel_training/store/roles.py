"""Least-privilege roles: a collector's, a dashboard's, an exporter's."""

import re
from importlib.resources import files
from typing import Final

from otel_training.store.form import Form

_ON_TYPED: Final = re.compile(r"(SELECT(?:\([^)]*\))?) ON (?!v_)(\w+)")


def roles(form: Form) -> list[str]:
    """Return the statements that make them; each grants what it needs and nothing else."""
    folder = files("otel_training.store") / "roles"
    found = sorted((one for one in folder.iterdir() if one.name.endswith(".sql")), key=lambda one: one.name)
    texts = [text for one in found for text in form.render(one.read_text(encoding="utf-8"))]
    # A query of a cluster reads the shards' own tables, too.
    return [_ON_TYPED.sub(r"\1 ON \2, \1 ON \2_local", text) if form.cluster else text for text in texts]
