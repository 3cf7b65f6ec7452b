"""Tests lie where the code lies."""

import re
from pathlib import Path
from typing import Final

TESTS: Final = Path(__file__).parent
PACKAGE: Final = TESTS.parent / "otel_training"
ROOMS: Final = (
    "", "analysis", "anthropic", "asgi", "capture", "cli", "dashboards", "dataset", "demo", "events", "finetune",
    "finetune/trainer", "imports", "pipeline", "pricing", "privacy", "record", "review", "routing", "serving",
    "serving/clickhouse", "shipping", "spool", "store", "trial",
)  # fmt: skip
OTHERS: Final = {
    "analysis/test_hand.py": "an example that is computed by hand, in every command and dashboard",
    "anthropic/test_identity.py": "a bare client and a watched one, asked the same odd things",
    "asgi/test_middleware_identity.py": "a bare app and a wrapped one, asked the same over sockets",
    "capture/test_foreign.py": "objects whose own code never runs, wherever an app passes them",
    "cli/test_terminal.py": "every command in a terminal, a pipe or a file",
    "dashboards/test_build.py": "the committed dashboards, beside their generator and their lint",
    "dashboards/test_macros.py": "what Grafana makes of a panel's SQL, which the tests do in its place",
    "dashboards/test_panels.py": "every query of the dashboards, asked by the reader",
    "dataset/test_others.py": "files for each target, read by what others wrote",
    "privacy/test_key_forms.py": "what keys look like, as generated from a list of others",
    "privacy/test_recovery.py": "nothing brings back what redaction took",
    "serving/clickhouse/test_clickhouse_connect.py": "a client that others wrote",
    "serving/clickhouse/test_driver.py": "the Go driver of others",
    "serving/clickhouse/test_grafana.py": "what Grafana asks, as recorded",
    "serving/clickhouse/test_schema.py": "our schema by the endpoint instead of the door",
    "serving/test_attacks.py": "what nobody may do, asked as each user",
    "shipping/test_damaged.py": "whatever lies among the segments stops neither shipper nor drain",
    "spool/test_full_disk.py": "a real full disk, from the queue to the receiver",
    "spool/test_segments_model.py": "drain and shipper against one model of segments",
    "store/test_credit.py": "the views of votes and readers, beside plain Python",
    "store/test_roles.py": "what each least-privilege role may do, and what not",
    "store/test_prompts.py": "the view `v_prompts`: which call answered what was returned",
    "store/test_users.py": "the engine's `users.xml`, beside the roles of servers",
    "test_end_to_end.py": "two programs of one project, from the app to the export",
    "test_layout.py": "of the tests themselves",
    "test_package.py": "the package as an app imports it",
    "test_readme.py": "of the READMEs",
}
"""Files of tests that are no one module's, each with what it is about."""


def test_a_file_of_tests_names_its_module() -> None:
    """`tests/<room>/test_<module>.py` tests `otel_training/<room>/<module>.py`; the others are few and listed."""
    files = [path for room in ROOMS for path in (TESTS / room).glob("test_*.py")]
    modules = {path.relative_to(PACKAGE).with_name(path.name.lstrip("_")) for path in PACKAGE.rglob("*.py")}
    names = [path.relative_to(TESTS) for path in files]

    assert sorted(OTHERS) == sorted(
        str(name) for name in names if name.with_name(name.name.removeprefix("test_")) not in modules
    )


def test_a_file_without_tests_of_its_own_says_where_they_are() -> None:
    """CONTRIBUTING names each such file, and the tests that it names are there."""
    page = (TESTS.parent / "CONTRIBUTING.md").read_text()
    files = [path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py") if not path.name.startswith("__")]
    lonely = [
        f"`{file}`" for file in files if not (TESTS / file.with_name(f"test_{file.stem.lstrip('_')}.py")).exists()
    ]
    paths = re.findall(r"`(tests/[\w/]+(?:\.py|/))`", page)

    assert ([], []) == (
        sorted(name for name in lonely if name not in page),
        sorted(path for path in paths if not (TESTS.parent / path).exists()),
    )
