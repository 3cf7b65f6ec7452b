"""The deployments of a store, each as far as one engine in one process can be it."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from otel_training.dataset.explanation import explain
from otel_training.dataset.freeze import draft, store_draft
from otel_training.dataset.funnel import Filters
from otel_training.dataset.recipe import Recipe
from otel_training.dataset.snapshot import find_snapshot, is_whole, read_rows
from otel_training.errors import StoreError
from otel_training.folder import DataFolder, make_folder
from otel_training.store.client import Store, embedded_dsn, read_query
from otel_training.store.deployment import Deployment, read_deployment
from otel_training.store.drain import drain
from otel_training.store.migrate import make_script, migrate, missing_migrations, read_migrations
from otel_training.store.settle import settle
from otel_training.store.verify import differences
from otel_training.trial.case import read_cases, read_gold
from otel_training.trial.evaluation import Attempt, Book, Evaluation, find_evaluation, read_attempts

pytestmark = pytest.mark.slow

# As the role of the writer has it: else rows wait in a queue of the server that took them.
FOREGROUND = "<distributed_foreground_insert>1</distributed_foreground_insert>"
HERE = Deployment("training", ttl_days=400, everywhere=False)


@pytest.fixture
def expected(folder: DataFolder, everything: Callable[[], None], answer: Any, tmp_path: Any) -> Iterator[Any]:
    """Capture records and return what each query answers of them in the embedded store."""
    everything()
    kept = {path: path.read_bytes() for path in folder.local.glob("[!.]*")}
    with closing(Store(embedded_dsn(tmp_path / "plain"))) as store:
        migrate(store)
        drain(store, make_folder(folder))
        settle(store)
        answers = answer(store)
    for path, content in kept.items():
        path.write_bytes(content)
    return answers


def test_a_cluster_answers_as_the_embedded_store(
    expected: Any, configured: Any, cluster: Any, folder: DataFolder, answer: Any
) -> None:
    """Inbound rows go through the views into Distributed tables and are read through them, by every query we have."""
    with configured(cluster("127.0.0.1"), FOREGROUND) as store:
        for statement in make_script(HERE):
            store.run(statement)
        drain(store, folder)
        settle(store)

        assert [] == [name for name, rows in expected.items() if not rows]
        assert expected == answer(store)
        assert [] == missing_migrations(store)
        assert [] == differences(store)
        assert Deployment("training", ttl_days=400) == read_deployment(store)


def test_every_query_is_one_that_shards_allow(
    everything: Callable[[], None], configured: Any, cluster: Any, folder: DataFolder, answer: Any
) -> None:
    """Of two shards, too: none asks a shard for a subquery over the whole cluster, which ClickHouse refuses."""
    everything()
    with configured(cluster("127.0.0.1", "localhost"), FOREGROUND) as store:
        for statement in make_script(HERE):
            store.run(statement)
        drain(store, folder)
        settle(store)

        assert [] == [name for name, rows in answer(store).items() if not rows]
        with pytest.raises(StoreError, match="DISTRIBUTED_IN_JOIN_SUBQUERY_DENIED"):
            store.run("SELECT count() FROM feedback WHERE insight_id IN (SELECT insight_id FROM insights)")


def test_shards_by_what_is_counted_together() -> None:
    """Extractions with what is said of them on one shard; insights with what readers made of them on one."""
    statements = [text for migration in read_migrations() for text in HERE.render(migration.statement)]
    keys = dict(re.findall(r"'(\w+)_local', cityHash64\((\w+)\)", "".join(statements)))

    assert {
        "extractions": "extraction_id",
        "examples": "extraction_id",
        "llm_calls": "extraction_id",
        "corrections": "extraction_id",
        "scores": "target_id",
        "reviews": "extraction_id",
        "assignments": "extraction_id",
        "shadows": "extraction_id",
        "insights": "insight_id",
        "feedback": "insight_id",
        "impressions": "insight_id",
        "links": "link_id",
        "queries": "event_id",
        "losses": "event_id",
        "route_losses": "event_id",
        "output_texts": "extraction_id",
        "segments": "segment",
        "call_costs": "event_id",
        "datasets": "name",
        "dataset_rows": "dataset_id",
        "candidates": "name",
        "evaluations": "evaluation_id",
        "judge_batches": "evaluation_id",
        "verdict_bounds": "evaluation_id",
        "aliases": "id",
        "aliases_by_insight": "insight",
        "engagement": "insight",
        "reactions": "id",
        "readers": "user_hash",
        "reader_events": "id",
        "reader_events_by_time": "ts",
        "unsettled": "key",
        "settling": "run",
        "forgotten": "kind",
        "retention": "class",
        "price_lists": "ts",
    } == keys


def test_copies_are_placed_by_the_tables_name() -> None:
    """A version column stays an engine's argument; inbound tables are each server's own."""
    deployment = Deployment(replicated=True)
    engines = re.findall(
        r"ENGINE = (.*)",
        "".join(
            deployment.render(migration.statement)[0] for migration in read_migrations() if "_mv" not in migration.name
        ),
    )
    path = "/clickhouse/tables/{shard}/otel_training"

    assert ["MergeTree", "MergeTree"] == [engine for engine in engines if not engine.startswith("Replicated")]
    assert f"ReplicatedReplacingMergeTree('{path}/extractions', '{{replica}}')" == engines[1]
    assert f"ReplicatedReplacingMergeTree('{path}/segments', '{{replica}}', revision)" in engines


def test_copies_are_tables_that_the_engine_would_make(configured: Any) -> None:
    """It reads the whole definition, macros and version column, and then lacks a Keeper, which we have not either."""
    messages = set()
    with configured("<macros><shard>1</shard><replica>a</replica></macros>") as store:
        for statement in [
            text for text in make_script(Deployment(replicated=True, ttl_days=400)) if "Replicated" in text
        ]:
            with pytest.raises(StoreError) as raised:
                store.run(statement)
            messages.add(str(raised.value))

    assert {
        "The store said: Code: 225. DB::Exception: Can't create replicated table without ZooKeeper. (NO_ZOOKEEPER)"
    } == messages


def test_a_servers_inbound_tables_keep_what_came_in(configured: Any, everything: Any, folder: DataFolder) -> None:
    """For three days; a later migration meets the deployment that is there."""
    everything()
    with configured() as store:
        for statement in make_script(Deployment(ttl_days=9)):
            store.run(statement)
        lines = drain(store, folder)
        settle(store)

        assert [{"n": lines}] == list(store.rows("SELECT count() AS n FROM otel_logs"))
        assert Deployment(ttl_days=9) == read_deployment(store)
        assert [] == differences(store)


def test_a_dataset_is_frozen_and_read_on_a_cluster(
    everything: Any, configured: Any, cluster: Any, folder: DataFolder
) -> None:
    """Its rows go into Distributed tables at once, in the foreground whatever the server's setting, and are whole."""
    everything()
    recipe = Recipe(Filters(min_viewers=0, net_above=-9), shares=(1, 0, 0), empty_share=0.1)
    with configured(cluster("127.0.0.1")) as store:
        for statement in make_script(HERE):
            store.run(statement)
        drain(store, folder)
        settle(store)
        with draft(store, recipe) as drafted:
            snapshot = store_draft(store, drafted, "a")
        frozen = [row.extraction_id for row in read_rows(store, snapshot)]

        assert (True, snapshot.rows) == (is_whole(store, find_snapshot(store, "a")), len(frozen))
        assert {"source": 0, "group": 0} == store.row(read_query("dataset_leaks"), dataset_id=snapshot.dataset_id)
        assert len(frozen) == len(list(store.rows(read_query("dataset_now"), dataset_id=snapshot.dataset_id)))
        assert explain(store, recipe.filters, frozen[0]).is_chosen
        with draft(store, recipe) as again:
            assert snapshot.dataset_id == again.snapshot("b").dataset_id


def test_an_evaluation_is_kept_on_a_cluster(everything: Any, configured: Any, cluster: Any, folder: DataFolder) -> None:
    """Its rows, of which the last counts, its batches, what people decided, and what the baseline cost."""
    everything()
    with configured(cluster("127.0.0.1")) as store:
        for statement in make_script(HERE):
            store.run(statement)
        drain(store, folder)
        settle(store)
        with draft(store, Recipe(Filters(min_viewers=0, net_above=-9), shares=(0, 0, 1))) as drafted:
            snapshot = store_draft(store, drafted, "a")
        evaluation = Evaluation("e", "c", "1", snapshot.dataset_id, "test", "j", "r", False, True)
        book = Book(evaluation, lambda: nullcontext(store))
        cases = read_cases(store, snapshot)
        first = Attempt(cases[0].example, "candidate", cost=Decimal("0.1"), fields={"text": 0.5}, slices={"topic": "t"})
        book.keep([first])
        book.keep([last := replace(first, score=7.0, judged=1)])
        book.add("b1")

        kept = read_attempts(store, "e")
        assert (evaluation, [last], ["b1"]) == (find_evaluation(store, "c"), kept, book.batches())
        assert [True] == [item.label for item in read_gold(store, 10)]
        assert snapshot.rows == len(cases)
