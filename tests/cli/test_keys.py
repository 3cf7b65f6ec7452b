"""`otel-training keys`: another key from now on, and readers of before are still found."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import otel_training
from otel_training.folder import DataFolder, make_folder
from otel_training.pipeline import process
from otel_training.pipeline.keys import read_old_keys, rotate
from otel_training.pipeline.settings import settings_in_force
from otel_training.privacy.identity import load_key

pytestmark = pytest.mark.slow


def like(*insights: str) -> None:
    """Have reader 1 like insights, in an app of its own."""
    for insight in insights:
        otel_training.record_feedback(insight, "like", user_id=1)
    assert process.flush(30)
    process.reset()


def test_finds_a_reader_by_the_keys_of_before(folder: DataFolder, rows: Any, command: Any) -> None:
    """Two pseudonyms, of which the old key's goes, too; that key is nobody's business, and destroyed at last."""
    like("a", "b")
    old = folder.key.read_text(encoding="utf-8")
    code, printed, _ = command("keys", "rotate")
    like("a")
    first, second = rows("keys", "list")
    (folder.path / "opt_outs.txt").write_text("reader 1\n", encoding="utf-8")

    assert (0, True) == (code, f"The key {first['user_key_id']} is kept" in printed)
    assert (old, 0o600) == (folder.keys.read_text(encoding="utf-8").strip(), folder.keys.stat().st_mode & 0o777)
    assert old != folder.key.read_text(encoding="utf-8")
    assert [(1, "rotated"), (1, "in force")] == [(row["readers"], row["state"]) for row in (first, second)]
    assert {"feedback": 3, "reader_events": 3, "reader_events_by_time": 3, "readers": 2} == rows(
        "forget", "--user", 1, "--show"
    )[0]["rows"]
    assert not [finding for finding in rows("doctor")[0]["findings"] if "key" in finding]
    assert 0 == command("keys", "destroy", first["user_key_id"], "--yes")[0]
    assert not [finding for finding in rows("doctor")[0]["findings"] if "key" in finding]
    assert {"feedback": 1, "reader_events": 1, "reader_events_by_time": 1, "readers": 1} == rows(
        "forget", "--user", 1, "--yes"
    )[0]["rows"]
    assert ["not here", "in force"] == [row["state"] for row in rows("keys", "list")]
    err = " ".join(command("forget", "--user", 1, "--show")[2].split())
    assert f"1 reader of keys that are not here ({first['user_key_id']}) may be this one: nobody can tell." in err
    assert 1 == command("keys", "destroy", first["user_key_id"], "--yes")[0]


def test_doctor_names_an_app_that_still_has_the_old_key(rows: Any, command: Any) -> None:
    """It is to be restarted; until then the old key makes its pseudonyms."""
    otel_training.record_feedback("a", "like", user_id=1)
    _, _, err = command("keys", "rotate")
    otel_training.record_feedback("b", "like", user_id=1)

    (report,) = rows("doctor")

    assert "1 running app must be restarted" in err
    row, fresh = report["keys"]
    assert (0, "in force") == (fresh["readers"], fresh["state"])
    assert (
        f"The key {row['user_key_id']} was rotated, and still makes pseudonyms: restart the apps." in report["findings"]
    )


def test_a_key_that_has_made_nothing_is_no_second_one(rows: Any, command: Any) -> None:
    """Beside one that was destroyed, whose pseudonyms stay: no reader is two."""
    like("a")
    command("keys", "rotate")
    (first, _) = rows("keys", "list")
    assert 0 == command("keys", "destroy", first["user_key_id"], "--yes")[0]

    (report,) = rows("doctor")

    assert [(1, "not here"), (0, "in force")] == [(row["readers"], row["state"]) for row in report["keys"]]
    assert not [finding for finding in report["findings"] if "key" in finding]


def test_keeps_the_key_of_a_setting(folder: DataFolder, rows: Any, command: Any, monkeypatch: Any) -> None:
    """Which it cannot change, and so asks for another; twice keeps it once."""
    monkeypatch.setenv("OTEL_TRAINING_USER_KEY", "one, long and random")
    process.reset()
    like("a")
    messages = [command("keys", "rotate")[2] for _ in range(2)]
    monkeypatch.setenv("OTEL_TRAINING_USER_KEY", "another, long and random")
    process.reset()
    like("a")

    assert all("now set it to another" in text for text in messages)
    assert [b"one, long and random".hex()] == folder.keys.read_text(encoding="utf-8").split()
    assert {"feedback": 2, "reader_events": 2, "reader_events_by_time": 2, "readers": 2} == rows(
        "forget", "--user", 1, "--show"
    )[0]["rows"]


def test_asks_before_it_destroys(folder: DataFolder, command: Any) -> None:
    """Without a word nothing is destroyed."""
    like("a")
    command("keys", "rotate")
    kept = folder.keys.read_bytes()
    key = command("keys", "list", "--csv")[1].splitlines()[1].split(",")[0]

    code, _, error = command("keys", "destroy", key)

    assert (True, kept) == ("Nobody can answer here: add --yes." in " ".join(error.split()), folder.keys.read_bytes())
    assert code


def test_nothing_is_made_where_nothing_is(folder: DataFolder, command: Any) -> None:
    """Where no app has run there is no key to rotate or destroy."""
    refused = [command("keys", *words) for words in (("rotate",), ("destroy", "x", "--yes"), ("list",))]

    assert [(1, True)] * 3 == [(code, "There is no data in" in " ".join(err.split())) for code, _, err in refused]
    assert not folder.path.exists()
    make_folder(folder)
    code, _, err = command("keys", "rotate")
    assert (2, True, False, False) == (
        code, "There is no key to rotate" in err, folder.key.exists(), folder.keys.exists(),
    )  # fmt: skip


def test_who_rotates_at_once_loses_no_key(folder: DataFolder) -> None:
    """Each key that was in force is kept, whoever took turns."""
    make_folder(folder)
    settings = settings_in_force()

    with ThreadPoolExecutor(8) as threads:
        kept = list(threads.map(lambda _: rotate(folder, settings).id, range(12)))

    assert sorted(kept) == sorted(key.id for key in read_old_keys(folder))
    assert load_key(folder.key).id not in kept
