"""`otel-training doctor`."""

import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

import otel_training
from otel_training.folder import DataFolder, make_folder
from otel_training.pipeline import process
from otel_training.record.clock import Clock, random_bits, use_clock
from otel_training.routing.state import Experiment, State, write_state
from tests.cli.news import extract, gather_all
from tests.cli.terminal import run_in_terminal
from tests.receiving import Receiver

pytestmark = pytest.mark.slow


def test_doctor_explains(gathered: None, rows: Any, command: Any) -> None:
    """Who wrote, what is orphaned, which keys, and a sentence for each thing to do."""
    process.lose(otel_training.conventions.Loss.FEED_TOO_LARGE)
    (report,) = rows("doctor")

    assert [("extraction", 1), ("feedback", 3), ("impression", 3)] == [
        (row["kind"], row["records"]) for row in report["programs"]
    ]
    assert [("feed_too_large", 1)] == [(row["reason"], row["count"]) for row in report["lost"]]
    assert [3] == [row["readers"] for row in report["keys"]]
    assert ["calls", "ids", "voters"] == [gap["name"] for gap in report["gaps"]]
    assert '1 record lost in the last day: see why under "Lost".' == report["findings"][-1]
    shown = " ".join(command("doctor")[1].split())
    assert all(word in shown for word in ("nosuch", "no reader", "page the feed", "Keys", "What to do"))


def test_doctor_notices_two_keys_and_a_missing_side(rows: Any) -> None:
    """Two keys, and feedback without any extraction, are each said."""
    for key in ("one", "two"):
        otel_training.configure(user_key=key)
        otel_training.record_feedback("a", "like", user_id=1)
        assert otel_training.flush(30)
    (report,) = rows("doctor")

    assert "OTEL_TRAINING_HOME" in report["findings"][0]
    assert "2 keys" in report["findings"][-1]


def test_doctor_is_content_where_all_is_well(command: Any) -> None:
    """Nothing to do is said, too."""
    gather_all()
    code, out, err = command("doctor")

    assert (0, "", True) == (code, err, "All is well." in out)


def test_doctor_says_why_segments_wait(left: None, receiver: Receiver, rows: Any, command: Any) -> None:
    """What the receiver answered, and what it refused for good."""
    (finding,) = rows("doctor")[0]["findings"]
    assert finding.startswith("The receiver does not take what is shipped: HTTP 503; 1 segment (")
    receiver.be('400:"b"')
    assert 0 == command("ship")[0]

    (finding,) = rows("doctor")[0]["findings"]
    assert finding.startswith("The receiver refused 1 record for good: rejected/*.reason says why")
    assert "Shipping" in command("doctor")[1]


def test_doctor_says_that_nobody_ships(
    left: None, folder: DataFolder, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Segments that wait for more than a minute, with an endpoint here and without."""
    (path,) = folder.ship.glob("*.jsonl")
    os.utime(path, (time.time() - 90, time.time() - 90))
    folder.shipping.unlink()
    assert any(
        "no running app ships them: `otel-training ship` does." in finding for finding in rows("doctor")[0]["findings"]
    )
    monkeypatch.delenv("OTEL_TRAINING_OTLP_ENDPOINT")
    process.reset()

    assert any("no endpoint is set here" in finding for finding in rows("doctor")[0]["findings"])


def test_doctor_says_that_extractions_stopped(rows: Any, command: Any) -> None:
    """Between a day and a month: a program that rests was stopped on purpose. A clock that is ahead hides none."""

    def findings(hours: int) -> list[str]:
        """Capture as if it was so long ago, and ask."""
        moment = time.time_ns() - hours * 3_600 * 10**9
        use_clock(Clock(lambda: moment, lambda: 0, lambda: moment << 74 | random_bits(74)))
        extract("chips", "https://news.example/1", f"text of {hours}")
        assert otel_training.flush(30)
        use_clock(None)
        return [finding for finding in rows("doctor")[0]["findings"] if "last extraction" in finding]

    assert [] == findings(24 * 31)
    assert [] == findings(-48)
    assert ["The last extraction was 25 hours ago: see that the program that extracts runs, and what it logs."] == (
        findings(25)
    )
    assert [] == findings(1)


def test_doctor_says_whose_clock_is_ahead(rows: Any, tmp_path: Path) -> None:
    """By more than a day; an import says it at once."""
    lines = [
        json.dumps({"timestamp": f"{day}T00:00:00", "insight_id": "a", "action": "like"}) + "\n"
        for day in ("2035-01-01", "2035-01-02", "2025-01-03")
    ]
    (tmp_path / "ahead.jsonl").write_text("".join(lines), encoding="utf-8")
    (tmp_path / "right.jsonl").write_text(lines[2].replace("03T", "04T"), encoding="utf-8")
    ahead, right = (run_in_terminal(["import", name], tmp_path, []) for name in ("ahead.jsonl", "right.jsonl"))

    (finding,) = [finding for finding in rows("doctor")[0]["findings"] if "future" in finding]
    assert "2 rows of the future, first ahead.jsonl:1: 2035-01-01: a reader's latest vote counts" in ahead.err
    assert "future" not in right.err
    assert finding.startswith("import has records of the future, up to 2035-01-02: set the clock of its machine, or")


def test_doctor_says_that_a_model_in_use_ends(rows: Any) -> None:
    """Two months before, and afterwards."""
    with otel_training.extraction(source_content="text") as handle:
        for model in ("gpt-4o-mini-2024-07-18", "claude-sonnet-4-5", "my-own"):
            handle.llm_call(model=model, input="Prompt", output="Answer")
    assert otel_training.flush(30)
    named = [finding for finding in rows("doctor")[0]["findings"] if finding.startswith("The model")]

    # The later a test runs, the more have ended.
    assert "The model claude-sonnet-4-5 end" in named[0]
    assert all("my-own" not in finding for finding in named)


def test_doctor_says_that_traffic_moved_away(rows: Any) -> None:
    """From the newest dataset of everything: by topic and by version of the prompt; one of a topic is no measure."""

    def gather(topic: str, prompt: str, numbers: range) -> None:
        for number in numbers:
            text = " ".join(hashlib.sha256(b"%d %d" % (number, word)).hexdigest() for word in range(20))
            messages = [{"role": "system", "content": prompt}, {"role": "user", "content": text}]
            with otel_training.extraction(topic=topic, source_url=f"u{number}", source_content=text) as handle:
                handle.llm_call(model="m", input=messages, output=json.dumps([f"text {number}"]))
                handle.result([{"text": f"text {number}"}])
            handle.score(9)
        assert otel_training.flush(30)

    def findings() -> list[str]:
        return [finding.split(" (")[0] for finding in rows("doctor")[0]["findings"] if "two weeks" in finding]

    def new(share: int, what: str) -> str:
        return f"{share} % of the last two weeks' extractions have a {what} of which the newest dataset, v1, has no row"

    anything = ("--net-above", "-1", "--min-viewers", "0", "--group-by", "url")
    gather("chips", "Extract.", range(30))
    assert [] == findings()
    rows("dataset", "create", "v1", *anything)
    gather("rates", "Extract all.", range(30, 39))
    assert [] == findings()
    gather("rates", "Extract all.", range(39, 41))
    rows("dataset", "create", "part", "--topic", "chips", *anything)

    assert [new(27, "version of the prompt"), new(27, "topic")] == findings()
    rows("dataset", "create", "v2", *anything)
    assert [] == findings()


def test_doctor_says_that_claude_answers_for_a_candidate(folder: DataFolder, rows: Any) -> None:
    """By more than one call in ten, and of calls enough; what Claude had to answer anyway is no fallback."""
    experiment = Experiment("s", {"candidate": 1})
    write_state(make_folder(folder), State({"insights": experiment}))

    def candidate(source_url: str) -> list[str]:
        return [] if "empty" in source_url else ["Orders rose"]

    ask = otel_training.experiment("insights", claude=lambda source_url: ["Orders rose"], candidate=candidate)

    def findings(empty: int) -> list[str]:
        for number in range(20):
            ask(f"https://news.example/{number}{'/empty' if number < empty else ''}")
        assert otel_training.flush(30)
        return [finding for finding in rows("doctor")[0]["findings"] if "Claude answered" in finding]

    assert [] == findings(2)
    sentence = (
        "Claude answered for the candidate of insights in 6 of the last day's 40 calls, mostly by empty: mend it, or "
        "leave all to Claude by `otel-training experiment kill insights`."
    )
    assert [sentence] == findings(4)
