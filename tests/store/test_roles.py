"""The least-privilege roles, each as what the engine's one user may."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from otel_training.analysis.reading import read_figures
from otel_training.cli.doctor import examine
from otel_training.cli.gaps import read_gaps
from otel_training.errors import StoreError
from otel_training.folder import DataFolder, make_folder
from otel_training.store.client import Store, read_query
from otel_training.store.costs import price_calls
from otel_training.store.deployment import Deployment, read_roles
from otel_training.store.drain import drain
from otel_training.store.migrate import make_script, migrate
from otel_training.store.settle import settle

pytestmark = pytest.mark.slow

PARAMETERS = {
    "min_quality": 0, "net_above": 0, "min_viewers": 1, "good": 9, "limit": 100, "version": "", "again": True,
    "least": 0, "baseline": "", "since": 0, "until": 1 << 52, "no_score": False,
    "min_bound": -1, "topics": [], "models": [], "prompt_versions": [], "whole": False,
    "opted_out": ["p"], "opted_out_sources": [], "lockstep": [1], "lockstep_groups": [1], "piled": [2],
    "shown_only": True, "every_vote": True,
    "extraction_id": "", "edges": [1000], "reviewer": "", "ids": [], "extraction_ids": [], "call_event_ids": [],
    "has_batches": True, "experiment": "", "arm": "",
    "calls": "v_llm_calls",
}  # fmt: skip
LOSS = (
    "INSERT INTO otel_logs (Timestamp, LogAttributes) VALUES ('2026-01-02 03:04:05', "
    "{'training.kind': 'loss', 'training.event.id': 'l1', 'training.loss.count': '3'})"
)
CONTENT = {
    "candidates": ["definition"],
    "corrections": ["insights"],
    "dataset_rows": ["example"],
    "evaluations": ["answer", "reason"],
    "extractions": ["insights", "source_content"],
    "llm_calls": ["messages", "output", "tools"],
    "queries": ["query"],
    "shadows": ["insights"],
}


@pytest.fixture(params=[Deployment(), Deployment("training", everywhere=False)], ids=["server", "cluster"])
def deployment(request: pytest.FixtureRequest) -> Deployment:
    """A server's tables, or a cluster's."""
    deployment: Deployment = request.param
    return deployment


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the filled stores are kept, of each deployment one."""
    return tmp_path_factory.mktemp("filled")


@pytest.fixture
def fill(deployment: Deployment, configured: Any, folder: DataFolder, everything: Callable[[], None]) -> Any:
    """Fill a store of the deployment with records of every kind."""

    def fill(servers: str) -> None:
        everything()
        with configured(servers, "<distributed_foreground_insert>1</distributed_foreground_insert>") as store:
            for statement in make_script(deployment):
                # This engine has one user, who becomes another below: what its views may is another's.
                store.run(statement.replace("CURRENT_USER", "owner"))
            drain(store, folder)
            settle(store)

    return fill


@pytest.fixture
def become(  # noqa: PLR0913, PLR0917 - what a store of a deployment is made of
    deployment: Deployment, filled: Path, fill: Any, configured: Any, cluster: Any, folder: DataFolder
) -> Any:
    """Open a filled store as a user who has a role's grants and settings and no others."""
    servers, kept = cluster("127.0.0.1"), filled / (deployment.cluster or "server")
    if not kept.exists():
        fill(servers)
        shutil.copytree(folder.store, kept, symlinks=True)
    else:
        shutil.copytree(kept, make_folder(folder).store, symlinks=True)

    @contextmanager
    def become(role: str) -> Iterator[Store]:
        texts = [text for text in read_roles(deployment) if f"otel_training_{role}" in text]
        (settings,) = re.findall(r"SETTINGS (.*)", texts[0])
        (granted,) = re.findall(r"GRANT (.*)\nTO|GRANT (.*) TO", texts[1], re.DOTALL)
        grants = re.sub(r" ON (\w+)", r" ON otel_training.\1", "".join(granted))
        pairs = [setting.split(" = ") for setting in settings.split(", ")]
        xml = "".join(f"<{name}>{value}</{name}>" for name, value in pairs)
        with configured(servers, xml, f"<query>GRANT {grants}</query>") as store:
            yield store

    return become


def ran(store: Store, statement: str) -> bool:
    """Tell whether a statement is allowed; any error but a refusal is an error."""
    try:
        store.run(statement, **PARAMETERS)
    except StoreError as error:
        if "ACCESS_DENIED" not in str(error) and "READONLY" not in str(error):
            raise
        return False
    return True


def test_the_exporter_reads_what_exports_need(become: Any, answer: Any) -> None:
    """Every query of ours, and the store as it is: opening it needs no right but to read."""
    with become("exporter") as store:
        assert [] == [name for name, rows in answer(store).items() if not rows]
        assert [] == migrate(store)
        doubted = [
            read_query(name, doubted=doubted)
            for doubted in ("doubted", "doubted_lockstep")
            for name in (
                "funnel",
                "export",
                "export_calls",
                "export_texts",
                "trust_ballots",
                "trust_shown",
                "trust_influence",
            )
        ]
        assert all(ran(store, query) for query in doubted)


def test_the_reader_reads_all_but_content(become: Any, deployment: Deployment) -> None:
    """Column by column: what it may not read of the typed tables is what the app's texts are in."""
    columns = "SELECT table, name FROM system.columns WHERE database = 'otel_training' AND NOT startsWith(table, 'v_')"
    with become("exporter") as store:
        fields = [(row["table"], row["name"]) for row in store.rows(columns)]
    refused: dict[str, list[str]] = {}
    with become("reader") as store:
        for table, name in sorted(fields):
            if not ran(store, f"SELECT `{name}` FROM {table} LIMIT 1"):  # noqa: S608 - our own names
                refused.setdefault(table, []).append(name)

        suffixes = ("", "_local") if deployment.cluster else ("",)
        assert {table + suffix: names for table, names in CONTENT.items() for suffix in suffixes} == refused
        assert [] == migrate(store)


def test_the_reader_analyzes_and_is_told_what_is_missing(become: Any, folder: DataFolder) -> None:
    """All figures: none takes content to say."""
    with become("reader") as store:
        of_reader = read_figures(store, read_gaps(store, folder))
    with become("exporter") as store:
        assert of_reader == read_figures(store, read_gaps(store, folder))

    assert (14, True) == (of_reader.totals.extractions, "fields" in [gap.name for gap in of_reader.gaps])


def test_doctor_has_the_same_for_who_reads(become: Any, folder: DataFolder) -> None:
    """All that it asks is within the rights of either role."""
    reports = []
    for role in ("reader", "exporter"):
        with become(role) as store:
            reports.append(examine(store, folder))

    assert reports[0] == reports[1]


@pytest.mark.parametrize("role", ["reader", "exporter"])
def test_who_reads_alone_prices_nothing(role: str, become: Any, folder: DataFolder) -> None:
    """It sees what waits, and that it may not."""
    with become(role) as store:
        for calls in ("llm_calls", "v_llm_calls"):
            assert 8 == len(list(store.rows(read_query("costs_waiting"), version="", again=False, calls=calls)))
        with pytest.raises(StoreError, match=r"\((ACCESS_DENIED|READONLY)\)"):
            price_calls(store, folder)
        assert 0 == store.row("SELECT count() AS priced FROM call_costs")["priced"]


def test_the_reader_has_what_dashboards_show(become: Any, reading: list[str]) -> None:
    """Analysis and orphans are within its rights; exports and records are not."""
    with become("reader") as store:
        allowed = [name for name in reading if ran(store, read_query(name))]

    assert [
        "analyze_blind_spots",
        "analyze_costs",
        "analyze_exposure",
        "analyze_groups",
        "analyze_reactions",
        "chosen",
        "costs_missing",
        "costs_shadows",
        "costs_unknown",
        "costs_waiting",
        "count",
        "coverage_costs",
        "coverage_reactions",
        "coverage_routes",
        "coverage_samples",
        "coverage_scales",
        "doctor_experiments",
        "doctor_keys",
        "doctor_moved",
        "doctor_programs",
        "doctor_unreached",
        "doctor_use",
        "export_batches",
        "funnel",
        "ids",
        "met",
        "review_counts",
        "review_queue",
        "savings_calls",
        "savings_days",
        "savings_models",
        "savings_shadows",
        "savings_simulated",
        "status",
        "view_assignment",
        "view_feedback",
        "view_impression",
        "view_score",
    ] == allowed


@pytest.mark.parametrize("role", ["reader", "exporter"])
def test_who_reads_cannot(become: Any, role: str) -> None:
    """Read what came in, change anything, or reach files and addresses."""
    statements = [
        "SELECT Body FROM otel_logs",
        "INSERT INTO feedback (event_id) SELECT 'e1'",
        "DROP VIEW v_events",
        "SELECT * FROM file('/etc/hostname', 'LineAsString')",
        "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
    ]
    with become(role) as store:
        assert [] == [statement for statement in statements if ran(store, statement)]


def test_the_writer_inserts_what_comes_in_and_reads_nothing(become: Any, configured: Any, cluster: Any) -> None:
    """The views type its rows by the rights of who made them."""
    with become("writer") as store:
        assert ran(store, "DESCRIBE TABLE otel_logs")
        store.run(LOSS)
        refused = ["SELECT count() FROM otel_logs", "SELECT 1 FROM losses", "INSERT INTO losses (count) SELECT 3"]
        assert [] == [statement for statement in refused if ran(store, statement)]

    with configured(cluster("127.0.0.1")) as store:
        assert [{"event_id": "l1", "count": 3}] == list(
            store.rows("SELECT event_id, count FROM losses WHERE event_id = 'l1'")
        )
