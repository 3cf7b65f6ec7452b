"""The deployment of a store: the SQL files of schema and roles, rendered for one machine, a server or a cluster."""

import re
from dataclasses import dataclass
from typing import Final

from otel_training.conventions import DATABASE
from otel_training.store.client import Store, read_folder, read_query

_ON_CLUSTER: Final = re.compile(r"/\*{on_cluster}\*/\s+")
_PLACEHOLDER: Final = re.compile(r"/\*{(\w+)}\*/")
_HEADER: Final = re.compile(r"^--.*\n", re.MULTILINE)
_REPLICATED: Final = "/*{replicated}*/"
_ENGINE: Final = re.compile(r"/\*{replicated}\*/(\w+)(?:\(([\w, ]+)\))?")
CREATED: Final = re.compile(r"(?<=^CREATE TABLE IF NOT EXISTS )\w+", re.MULTILINE)
_WIDENED: Final = re.compile(r"(?<=^ALTER TABLE )\w+(?= /\*{on_cluster}\*/ ADD COLUMN)", re.MULTILINE)
_FIRST_OF_ORDER: Final = re.compile(r"ORDER BY \(?(\w+)")
_TARGET: Final = re.compile(r"(?<= TO )(\w+) AS$", re.MULTILINE)
# A view reads inbound rows by the rights of who made it: else whoever inserts would need those rights.
_DEFINER: Final = r"\1 DEFINER = CURRENT_USER SQL SECURITY DEFINER AS"
# Inbound rows are kept for three days to replay from; no query reads them.
_INBOUND: Final = """MergeTree
PARTITION BY toDate(Timestamp)
ORDER BY (ServiceName, Timestamp)
TTL toDateTime(Timestamp) + toIntervalDay(3)
SETTINGS ttl_only_drop_parts = 1"""


@dataclass(frozen=True, slots=True)
class Deployment:
    """What differs between stores of one schema."""

    cluster: str = ""
    """The cluster's name: every shard has `<table>_local`, and over them stands a Distributed `<table>`."""
    replicated: bool = False  # whether typed tables are replicated, by the servers' macros `{shard}` and `{replica}`
    ttl_days: int = 0  # the age in days at which typed tables drop rows; 0 keeps them
    inbound: bool = True  # whether inbound tables keep rows for three days; embedded they keep none
    everywhere: bool = True  # whether statements run on all servers of the cluster, by ON CLUSTER

    def render(self, statement: str) -> list[str]:
        """Render a statement of `schema/` or `roles/`; a cluster's table takes two statements."""
        if self.cluster and (name := _WIDENED.search(statement)):
            widened = [_WIDENED.sub(f"{name[0]}_local", statement), statement]
            return [_ON_CLUSTER.sub(self._on_cluster(), text) for text in widened]
        text = _ON_CLUSTER.sub(self._on_cluster(), statement)
        if self.inbound:
            text = _TARGET.sub(_DEFINER, text.replace("Null/*{inbound}*/", _INBOUND))
        return self._render_typed_table(text) if _REPLICATED in text else [text]

    def _on_cluster(self) -> str:
        return f"ON CLUSTER '{self.cluster}' " if self.cluster and self.everywhere else ""

    def _render_typed_table(self, text: str) -> list[str]:
        name = CREATED.findall(text)[0]
        local = f"{name}_local" if self.cluster else name
        text = _ENGINE.sub(lambda engine: self._engine(local, *engine.groups()), CREATED.sub(local, text)).rstrip()
        ttl = f"TTL toDateTime(ts) + toIntervalDay({self.ttl_days})\n" if self.ttl_days else ""
        if "PARTITION BY toYYYYMM(ts)" in text:
            text = f"{text}\n{ttl}".rstrip()
        text = text.replace("/*{ttl}*/\n", ttl)
        if not self.cluster:
            return [text]
        key = _FIRST_OF_ORDER.findall(text)[0]
        names = {"table": name, "local": local, "cluster": self.cluster, "database": DATABASE, "key": key}
        return [text, _ON_CLUSTER.sub(self._on_cluster(), read_template("distributed", **names))]

    def _engine(self, table: str, engine: str, version: str | None) -> str:
        if not self.replicated:
            return f"{engine}({version})" if version else engine
        # Not by the table's UUID, which a server that joins later would draw anew.
        path = f"/clickhouse/tables/{{shard}}/{DATABASE}/{table}"
        return f"Replicated{engine}('{path}', '{{replica}}'{f', {version}' if version else ''})"


def read_template(name: str, **values: str) -> str:
    """Read a statement of `templates/`, without its header; `values` are put in the place of its placeholders."""
    text = _HEADER.sub("", read_query(name, "templates"))
    return _PLACEHOLDER.sub(lambda placeholder: values.get(placeholder[1], placeholder[0]), text)


def read_deployment(store: Store) -> Deployment:
    """Read how a store is deployed; without any tables, by the defaults."""
    row = store.row(read_query("schema_deployment"))
    inbound = row["inbound"] != "Null" if row["inbound"] else not store.is_embedded
    return Deployment(row["cluster"], replicated=bool(row["replicated"]), ttl_days=row["ttl_days"], inbound=inbound)


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
