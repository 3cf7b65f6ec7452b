"""What the store's tests capture, and engines of other configurations than ours."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import otel_training
from otel_training.conventions import Loss
from otel_training.folder import DataFolder, make_folder
from otel_training.imports.files import import_files
from otel_training.pipeline import process
from otel_training.pipeline.pipeline import make_finisher
from otel_training.pipeline.settings import settings_in_force
from otel_training.review.decisions import Decision, Verdict, decide, keep_in
from otel_training.store import client
from otel_training.store.client import Store, embedded_dsn, read_query
from tests.routed import route_calls

QUERIES = sorted(path.stem for path in (Path(client.__file__).parent / "queries").glob("*.sql"))
# All but the load, and the questions about schema, datasets, trials and what is forgotten, which a command makes first,
# and about whose votes are not counted or what is asked by pages, which mostly find nothing.
_OTHERS = (
    "backup_", "retention", "price_lists", "schema_", "settle_", "dataset_", "forget_", "trial_", "trust_", "counted",
    "doubted", "liked", "occurrences", "votes", "export_calls", "export_texts",
)  # fmt: skip
READING = [name for name in QUERIES if name != "drain" and not name.startswith(_OTHERS)]
# Nothing listens there: by its port the engine takes such a server for itself, so that shards read the same tables.
SHARD = "<shard><replica><host>{}</host><port>19000</port></replica></shard>"
PARAMETERS = {
    "min_quality": 0, "net_above": 0, "min_viewers": 1, "good": 9, "limit": 100, "version": "", "again": True,
    "least": 0, "baseline": "claude-haiku-5-5", "since": 0, "until": 1 << 52, "no_score": False,
    "min_bound": -1, "topics": [], "models": [], "prompt_versions": [], "whole": False,
    "opted_out": [], "opted_out_sources": [], "lockstep": [], "lockstep_groups": [], "piled": [],
    "shown_only": True, "every_vote": True,
    "extraction_id": "", "edges": [1000], "reviewer": "nobody", "extraction_ids": [], "experiment": "insights",
    "arm": "candidate", "call_event_ids": [], "has_batches": True, "calls": "v_llm_calls",
}  # fmt: skip


@pytest.fixture
def everything(folder: DataFolder, tmp_path: Path) -> Callable[[], None]:
    """Capture records of every kind, by the product itself: two readers, votes that change, late scores, a loss.

    An old log tells of two of the extractions as well, and of one that was not captured.
    """

    @otel_training.extraction
    def extract(topic: str, source_url: str, source_content: str) -> dict[str, Any]:
        messages = [{"role": "user", "content": source_content}]
        otel_training.current().llm_call(model="claude-haiku-5-5", input=messages, output='["Orders rose"]')
        insights = [{"text": f"{topic} orders rose {place} %", "category": "market"} for place in range(3)]
        return {"insights": insights, "quality_score": 5.5, "passed_filters": True}

    @otel_training.query
    def search(q: str) -> list[dict[str, Any]]:
        return [{"quality_score": 7.5, "passed_filters": True}]

    def capture() -> None:
        for number in range(8):
            extract(f"chips{number}", f"https://news.example/{number}", "Mail bob@news.example ...")
            ids = [f"app{number}.{place}" for place in range(3)]
            otel_training.current().link(ids)
            otel_training.current().score(8.5)
            otel_training.record_correction(otel_training.current().id, ["What the answer should have been"])
            for reader in range(3):
                otel_training.record_impressions(ids, user_id=reader)
                for action in ("like", "x", "like")[: reader + 1]:
                    otel_training.record_feedback(ids[0], action, user_id=reader)
            search(f"orders {number}")
        otel_training.record_feedback("nobody's", "bookmark", user_id=1)
        route_calls(folder, "https://news.example/routed", "Orders")
        process.lose(Loss.UNRECOGNISED, route="POST /api/feed/engage")
        assert otel_training.flush(30)
        settings = settings_in_force()
        place = make_folder(folder)
        finisher = make_finisher(settings, place)
        decide(Decision(otel_training.current().id, Verdict.ACCEPT), "mira", finisher, keep_in(settings, place))
        log, now = tmp_path / "old.jsonl", datetime.now(UTC).isoformat()
        lines = [
            {
                "timestamp": now,
                "source_url": f"https://news.example/{number}",
                "extracted_insights": [{"text": f"chips{number} orders rose {place} %"} for place in range(3)],
            }
            for number in (0, 7, 9)
        ]
        log.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        assert {"extraction": 3} == import_files([log], place, finisher).records

    return capture


@pytest.fixture
def cluster() -> Callable[..., str]:
    """Configure the cluster `training`, of a shard for each host."""

    def configure(*hosts: str) -> str:
        shards = "".join(SHARD.format(host) for host in hosts)
        return f"<tcp_port>19000</tcp_port><remote_servers><training>{shards}</training></remote_servers>"

    return configure


@pytest.fixture
def configured(folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Open the embedded store by an engine configured otherwise: servers, and what its one user may, both as XML."""

    @contextmanager
    def opened(servers: str = "", settings: str = "", grants: str = "") -> Iterator[Store]:
        path, users = tmp_path / "engine.xml", tmp_path / "users.xml"
        path.write_text(f"<clickhouse><users_config>{users}</users_config>{servers}</clickhouse>", encoding="utf-8")
        users.write_text(
            f"<clickhouse><profiles><default>{settings}</default><owner/></profiles><quotas><default/></quotas>"
            f"<users>{_user('default', grants)}{_user('owner')}</users></clickhouse>",
            encoding="utf-8",
        )
        with monkeypatch.context() as patch, closing(Store(embedded_dsn(make_folder(folder).store))) as store:
            patch.setattr(client, "_config", lambda: str(path))
            yield store

    return opened


def _user(name: str, grants: str = "") -> str:
    rights = "<networks><ip>::/0</ip></networks><quota>default</quota>" + (grants and f"<grants>{grants}</grants>")
    return f"<{name}><password/><profile>{name}</profile>{rights}</{name}>"


def answers(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Run every query of the package that reads rows, and return what each answers."""
    ids = [row["extraction_id"] for row in store.rows("SELECT extraction_id FROM examples FINAL WHERE likes > 0")]
    return {name: list(store.rows(read_query(name), ids=ids, **PARAMETERS)) for name in READING}


@pytest.fixture
def reading() -> list[str]:
    """Name the queries that read rows."""
    return READING


@pytest.fixture
def answer() -> Callable[[Store], dict[str, list[dict[str, Any]]]]:
    """Run every query of the package that reads rows."""
    return answers
