"""The commands as a person or a script meets them."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import otel_training
from otel_training.cli.app import app
from otel_training.cli.main import main
from otel_training.folder import DataFolder
from otel_training.pipeline import lifecycle
from otel_training.store.owner import owned

HOLDER = """
import sys, time
from pathlib import Path
from otel_training.store.owner import owned
with owned(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""
SPEC_EXTRACTION = [
    "timestamp", "stage", "topic", "source_url", "source_content", "extracted_insights", "quality_score",
    "passed_filters", "insight_count",
]  # fmt: skip
SPEC_FEEDBACK = ["timestamp", "insight_id", "action", "metadata"]


@otel_training.extraction
def extract(topic: str, source_url: str, source_content: str = "") -> dict[str, Any]:
    """Answer one insight."""
    return {"insights": [{"text": f"About {topic}", "category": "c"}], "quality_score": 8, "passed_filters": True}


@pytest.fixture
def gathered() -> None:
    """An extraction, three impressions, two actions and an orphan."""
    extract("chips", "u1", "text")
    known = otel_training.insight_id("u1", "About chips")
    for reader in range(3):
        otel_training.record_impressions([known], user_id=reader)
    otel_training.record_feedback(known, "like", user_id=0)
    otel_training.record_feedback(known, "share", user_id=1)
    otel_training.record_feedback("nosuch", "x")


def test_shows_records_field_for_field(gathered: None, rows: Any) -> None:
    """The spec's fields come first and are always there, null if unknown."""

    @otel_training.extraction(task="bare")
    def bare() -> None:
        return None

    bare()
    extractions, actions = rows("view", "extraction"), rows("view", "feedback")
    assert [SPEC_EXTRACTION] * 2 == [list(row)[:9] for row in extractions]
    assert [SPEC_FEEDBACK] * 3 == [list(row)[:4] for row in actions]
    assert ["extraction", None, None, None, [], None, None, None] == [
        extractions[1][name] for name in SPEC_EXTRACTION[1:]
    ]
    assert ["extraction", "chips", "u1", "text", [{"text": "About chips", "category": "c"}], 8, True, 1] == [
        extractions[0][name] for name in SPEC_EXTRACTION[1:]
    ]
    assert {"user_id": None} == actions[2]["metadata"]


def test_shows_everything_in_the_order_of_time(gathered: None, rows: Any) -> None:
    """`view` merges all kinds; --limit keeps the newest."""
    every = rows("view")

    assert ["extraction", *["impression"] * 3, *["feedback"] * 3] == [row["stage"] for row in every]
    assert every[-2:] == rows("view", "all", "--limit", 2)
    assert rows("view", "feedback")[-1:] == rows("view", "feedback", "--limit", 1)


def test_status_adds_up(gathered: None, rows: Any, folder: DataFolder) -> None:
    """The figures of the status are those of what was captured."""
    (status,) = rows()

    assert {
        "folder": str(folder.path),
        "captured": 7,
        "stored": 7,
        "spooled": 0,
        "lost": {},
        "by_kind": {"extraction": 1, "feedback": 3, "impression": 3},
        "samples": 1,
        "targets": {"500": 0.002, "1000": 0.001},
        "shipping": None,
        "next_step": status["next_step"],
    } == status
    assert [status] == rows("status")


def test_tells_losses_on_stderr_with_exit_code_0(command: Any) -> None:
    """Losses are no failure of the command, and not its result."""
    lifecycle.lose(otel_training.conventions.Loss.QUEUE_FULL)
    lifecycle.lose(otel_training.conventions.Loss.QUEUE_FULL)
    code, out, err = command("status", "--json")

    assert (0, {"queue_full": 2}, 2) == (code, json.loads(out)["lost"], json.loads(out)["captured"])
    assert "2 queue_full" in err


def test_analyze_counts(gathered: None, rows: Any) -> None:
    """Quality, engagement, exposure and topics, as figures."""
    (found,) = rows("analyze")

    assert {
        "totals": {
            "extractions": 1, "failed": 0, "passed": 1, "judged": 1, "quality": 8,
            "actions": {"like": 1, "share": 1, "x": 1}, "readers": 3, "impressions": 3,
        },
        "quality": [{"score": 8, "extractions": 1}],
        "exposure": [{"readers": "1 to 4", "insights": 1}],
        "topics": [{
            "topic": "chips", "extractions": 1, "failed": 0, "passed": 1, "judged": 1, "quality": 8, "likes": 1,
            "dismissals": 0, "bookmarks": 0, "shares": 1, "net": 1, "mean_viewers": 3,
        }],
    } == found  # fmt: skip


def test_doctor_explains(gathered: None, rows: Any, command: Any) -> None:
    """Who wrote, what is orphaned, which keys, and a sentence for each thing to do."""
    lifecycle.lose(otel_training.conventions.Loss.FEED_TOO_LARGE)
    (found,) = rows("doctor")

    assert [("extraction", 1), ("feedback", 3), ("impression", 3)] == [
        (row["kind"], row["records"]) for row in found["programs"]
    ]
    assert (1, 0, ["nosuch"], 1) == tuple(
        found["orphans"][name] for name in ("feedback_orphans", "impression_orphans", "examples", "without_reader")
    )
    assert [("feed_too_large", 1)] == [(row["reason"], row["count"]) for row in found["lost"]]
    assert [3] == [row["readers"] for row in found["keys"]]
    assert [True, True] == [word in found["findings"][at] for at, word in enumerate(("nosuch", "no reader"))]
    shown = " ".join("".join(command("doctor")[1:]).split())
    assert all(word in shown for word in ("nosuch", "no reader", "page the feed", "Keys"))


def test_doctor_notices_two_keys_and_a_missing_side(rows: Any) -> None:
    """Two keys, and feedback without any extraction, are each said."""
    for key in ("one", "two"):
        otel_training.configure(user_key=key)
        otel_training.record_feedback("a", "like", user_id=1)
        assert otel_training.flush(2)
    (found,) = rows("doctor")

    assert "OTEL_TRAINING_HOME" in found["findings"][0]
    assert "2 keys" in found["findings"][-1]


def test_doctor_is_content_where_all_is_well(command: Any) -> None:
    """Nothing to do is said, too."""
    extract("t", "u", "text")
    otel_training.record_feedback(otel_training.insight_id("u", "About t"), "like", user_id=1)
    code, out, err = command("doctor")

    assert (0, "", True) == (code, err, "All is well." in out)


def test_csv_is_safe_for_spreadsheets(command: Any) -> None:
    """Nested values are JSON, and a cell that would be a formula is text."""
    extract("=cmd()", "u", "text")
    code, out, _ = command("view", "extraction", "--csv")

    (row,) = csv.DictReader(io.StringIO(out))
    assert (0, "'=cmd()", [{"text": "About =cmd()", "category": "c"}]) == (
        code, row["topic"], json.loads(row["extracted_insights"]),
    )  # fmt: skip


@pytest.mark.parametrize(
    "argv", [(), ("view",), ("view", "extraction"), ("view", "impression"), ("view", "feedback"), ("analyze",)]
)
def test_tables_show_a_stored_escape_sequence_as_text(gathered: None, command: Any, argv: tuple[str, ...]) -> None:
    """What was captured cannot drive the terminal, and markup in it is text."""
    extract("\x1b[2J[bold]t[/bold]", "u2", "text")
    otel_training.record_feedback("\x1b]0;x\x07", "like", user_id=1)
    otel_training.record_impressions(["\x1b[31m"], user_id=1)
    code, out, err = command(*argv)

    assert (0, False) == (code, "\x1b" in out + err)


@pytest.mark.parametrize("argv", [("view",), ("view", "extraction"), ("analyze",)])
def test_an_empty_store_is_no_failure(folder: DataFolder, command: Any, argv: tuple[str, ...]) -> None:
    """Where nothing was gathered yet, a sentence says so."""
    folder.path.mkdir()
    code, out, err = command(*argv)

    assert (0, "", True) == (code, out, "yet" in err)


@pytest.mark.parametrize("argv", [("view",), ("analyze",), ("doctor",), ("export", "--out", "t.jsonl")])
def test_a_missing_store_is_one_sentence(folder: DataFolder, command: Any, argv: tuple[str, ...]) -> None:
    """Where no app ever ran, the command says what to do, and makes nothing."""
    code, out, err = command(*argv)

    assert (1, "", 1, False) == (code, out, len(err.splitlines()), folder.path.exists())
    assert "OTEL_TRAINING_HOME" in err


def test_the_status_of_nothing_says_where_to_begin(folder: DataFolder, rows: Any) -> None:
    """The first command a person tries works before there is anything."""
    (status,) = rows()

    assert (0, str(folder.path), False) == (status["captured"], status["folder"], folder.path.exists())
    assert "@otel_training.extraction" in status["next_step"]


@pytest.mark.parametrize(
    ("kinds", "word"),
    [
        (("feedback",), "extracting program"), (("extraction",), "TrainingMiddleware"),
        (("extraction", "feedback"), "499 samples"),
    ],
)  # fmt: skip
def test_the_status_names_one_next_step(rows: Any, kinds: tuple[str, ...], word: str) -> None:
    """What is missing is what is said."""
    if "extraction" in kinds:
        extract("t", "u", "text")
    if "feedback" in kinds:
        otel_training.record_feedback("a", "like", user_id=1)

    assert word in rows("status")[0]["next_step"]


def test_a_held_store_names_its_holder(
    gathered: None, folder: DataFolder, command: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has the store is said, and nothing is lost."""
    monkeypatch.setattr(owned.__wrapped__, "__defaults__", (0.1,))
    assert otel_training.flush(2)
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(folder.lock)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        code, out, err = command("status")
        process.kill()

    assert (1, "", True) == (code, out, f"pid {process.pid}" in err)
    assert 0 == command("status")[0]


@pytest.mark.parametrize(
    "argv",
    [
        ("--nosuch",), ("nosuch",), ("--json", "view"), ("view", "nosuch"), ("view", "--limit", "0"), ("view", "--csv"),
        ("view", "feedback", "--csv", "--json"), ("export",), ("export", "--out", "t", "--min-quality", "high"),
        ("import",), ("status", "more"),
    ],
)  # fmt: skip
def test_wrong_usage_is_exit_code_2(command: Any, argv: tuple[str, ...]) -> None:
    """A sentence on stderr, nothing on stdout, no traceback."""
    code, out, err = command(*argv)

    assert (2, "", True, False) == (code, out, "Error: " in err, "Traceback" in err)


def test_every_command_has_help() -> None:
    """`--help` of each command says what it does."""
    texts = {name: CliRunner().invoke(app, [name, "--help"]).output for name in app.commands}

    names = {"status", "view", "analyze", "export", "import", "ship", "doctor", "serve", "schema", "demo"}
    assert names == set(texts)
    assert [] == [name for name, text in texts.items() if "Usage: " not in text or len(text.splitlines()) < 4]


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyboardInterrupt(), 130, "nothing was lost"),
        (OSError(30, "Read-only file system", "/data"), 1, "/data: Read-only file system"),
        (BrokenPipeError(), 0, ""),
    ],
    ids=["Ctrl-C", "read-only", "broken pipe"],
)
def test_whatever_ends_a_command_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: BaseException, code: int, said: str
) -> None:
    """Ctrl-C, a read-only disk, a closed pipe: no traceback."""

    def ending(*_: object) -> None:
        raise error

    monkeypatch.setattr(app, "invoke", ending)
    monkeypatch.setattr("otel_training.cli.main.os.dup2", lambda *_: None)
    monkeypatch.setattr(sys, "stdout", Path("/dev/null").open("w"))  # noqa: SIM115 - closed by the fixture's end
    result = main(["status"])
    sys.stdout.close()

    assert (code, said != "") == (result, said in capsys.readouterr().err and said != "")


def test_says_which_libraries_are_missing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Without the extras the command says what to install."""
    monkeypatch.setitem(sys.modules, "otel_training.cli.app", None)

    assert (1, "Error: The command needs its libraries: pip install 'otel_training[cli,local]'.\n") == (
        main([]), capsys.readouterr().err,
    )  # fmt: skip


def test_runs_as_a_module() -> None:
    """`python -m otel_training.cli` is the command."""
    done = subprocess.run(
        [sys.executable, "-m", "otel_training.cli", "--version"], capture_output=True, text=True, check=True
    )

    assert "otel-training, version 0.1.0\n" == done.stdout
