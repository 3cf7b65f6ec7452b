"""The options that say which examples are taken."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import otel_training
from otel_training.folder import DataFolder, make_folder
from otel_training.store.client import connect_embedded
from tests.dataset.captured import engage, extract, manifest
from tests.stores import make_once

pytestmark = pytest.mark.slow

LENIENT = ("--net-above", "-1", "--min-viewers", "0")


@otel_training.extraction
def ask(topic: str, source_url: str, model: str, system: str, source_content: str = "text") -> dict[str, Any]:
    """Ask a model, and return what it answered."""
    messages = [{"role": "system", "content": system}, {"role": "user", "content": source_content}]
    otel_training.current().llm_call(model=model, input=messages, output=f'["{source_url} 0"]')
    return {"insights": [f"{source_url} 0"], "quality_score": 8}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the data folder is kept that most tests begin with."""
    return tmp_path_factory.mktemp("world") / "data"


@pytest.fixture
def world(kept: Path, folder: DataFolder, rows: Any) -> None:
    """Two topics, two models, two prompts, a cut source, one without score and some votes, all settled."""

    def settle() -> None:
        capture()
        rows("status")

    make_once(kept, folder, settle)


def capture() -> None:
    """Extract, and have readers act."""
    ask("chips", "a", "m1", "Extract.")
    ask('it\'s \\ "odd"', "b", "m2", "Extract.")
    ask("chips", "c", "m2", "Extract all.")
    extract("chips", "unscored", "text", None)
    extract("", "cut", "long " * 2000)
    ask("", "cut captured", "m1", "Extract.", "long " * 2000)
    engage("a", range(12))
    engage("b", range(4))
    engage("b", range(4, 8), "x")
    engage("c", range(3))


def sources(rows: Any, *options: str) -> list[str]:
    """Export, and return the sources that were taken."""
    path = Path("t.jsonl")
    rows("export", "--out", str(path), "--force", *options)
    return sorted(row["source_url"] for row in manifest(Path("t.manifest.json"))["rows"])


@pytest.mark.parametrize(
    ("options", "taken"),
    [
        ((), ["a", "b", "c", "cut", "cut captured"]),
        (("--no-score",), ["a", "b", "c", "cut", "cut captured", "unscored"]),
        (("--topic", "chips"), ["a", "c"]),
        (("--topic", 'it\'s \\ "odd"', "--topic", "chips"), ["a", "b", "c"]),
        (("--model", "m2"), ["b", "c"]),
        (("--model", "m1", "--topic", "chips"), ["a"]),
        (("--whole",), ["a", "b", "c", "cut captured"]),
        # Of 12 of 12 a share of 0.757 is certain, of 3 of 3 of 0.438, of 4 of 8 of 0.215.
        (("--min-bound", "0.75"), ["a"]),
        (("--min-bound", "0.43"), ["a", "c"]),
        (("--min-bound", "0.2"), ["a", "b", "c"]),
        (("--min-bound", "0"), ["a", "b", "c"]),
    ],
)
def test_takes_what_is_asked_for(world: None, rows: Any, options: tuple[str, ...], taken: list[str]) -> None:
    """Each option by itself, and two at a time; the funnel ends at the rows, and the printed SQL has as many."""
    assert taken == sources(rows, *LENIENT, *options)
    assert len(taken) == manifest(Path("t.manifest.json"))["funnel"][-1]["left"]


def test_takes_one_prompt(world: None, rows: Any) -> None:
    """By the version that `view llm_call` shows."""
    versions = {row["prompt_version"] for row in rows("view", "llm_call")}
    taken = [sources(rows, *LENIENT, "--prompt-version", version) for version in versions]

    assert [["a", "b", "cut captured"], ["c"]] == sorted(taken)


def test_takes_a_time(tmp_path: Path, rows: Any) -> None:
    """From a day on, and before another."""
    lines = [
        {
            "timestamp": f"2026-05-{day:02d}T12:00:00Z", "stage": "extraction", "source_url": f"u{day:02d}",
            "source_content": "text", "extracted_insights": [{"text": f"x{day}", "category": "c"}], "quality_score": 8,
        }
        for day in range(1, 11)
    ]  # fmt: skip
    (tmp_path / "old.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    rows("import", "old.jsonl")

    assert [f"u{day:02d}" for day in range(3, 7)] == sources(
        rows, *LENIENT, "--since", "2026-05-03", "--until", "2026-05-06T12:00:01"
    )


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--topic", "nosuch"), "'topic nosuch' dropped the last 5: 1 without a topic; 4 of other topics"),
        (("--topic", "nosuch"), "(there are chips"),
        (("--model", "m3"), "without a captured call"),
        (("--model", "m3"), "(there are m"),
        (("--since", "2030-01-01"), "'time since 2030-01-01 00:00' dropped the last 6: 6 of another time"),
        (("--min-bound", "0.99"), "'likes certain >= 0.99' dropped the last 5"),
    ],
)
def test_says_what_there_is_instead(world: None, command: Any, options: tuple[str, ...], reason: str) -> None:
    """Where an option drops all, the sentence names why, and what could be asked for."""
    ask("", "topicless", "", "Extract.")
    code, out, err = command("export", "--out", "t.jsonl", *LENIENT, *options)

    assert (1, "") == (code, out)
    assert reason.replace("last 5", "last").replace("last 6", "last").split("dropped the last")[0] in " ".join(
        err.split()
    )


def test_the_printed_sql_runs_as_it_stands(world: None, rows: Any, command: Any, folder: DataFolder) -> None:
    """Quotes, lists and numbers in any client."""
    options = ("--topic", 'it\'s \\ "odd"', "--topic", "chips", "--since", "2020-01-01", "--min-bound", "0.2")
    taken = sources(rows, *LENIENT, *options)
    script = command("export", "--print-sql", *LENIENT, *options)[1]
    *settings, query = script.rstrip().removesuffix(";").split(";\n")
    with closing(connect_embedded(make_folder(folder).store)) as connection:
        connection.query("USE otel_training")
        for setting in settings:
            connection.query(setting)
        lines = connection.query(query, "JSONEachRow").bytes().splitlines()

    assert taken == sorted(json.loads(line)["source_url"] for line in lines)


def test_empty_ones_are_a_share(rows: Any) -> None:
    """Extractions of which the model gave none either; not those that the app emptied."""

    @otel_training.extraction
    def nothing(source_url: str, source_content: str, output: str = "") -> dict[str, Any]:
        if output:
            # Rows that are equal would be written once.
            otel_training.current().llm_call(model="m", input=f"Extract: {source_content}", output=output)
        return {"insights": []}

    for number in range(8):
        extract("t", f"https://s{number}.example/", f"text {number}")
        nothing(f"https://e{number}.example/", f"empty {number}", '{"insights": []}' if number % 2 else "")
    nothing("https://filtered.example/", "text", '{"insights": [{"text": "x"}]}')
    (dataset,) = rows("dataset", "create", "a", *LENIENT, "--empty-share", "0.2", "--split", "100/0/0")
    rows("export", "--dataset", "a", "--out", "t.jsonl")
    urls = [row["source_url"] for row in manifest(Path("t.manifest.json"))["rows"]]
    answers = [json.loads(line)["messages"][-1]["content"] for line in Path("t.jsonl").read_text().splitlines()]

    assert (10, 2) == (dataset["splits"]["train"], sum("https://e" in url for url in urls))
    assert 2 == answers.count('{"insights": []}')
    assert "https://filtered.example/" not in urls


def steps_of(report: dict[str, Any]) -> dict[str, tuple[int, int, str]]:
    """What each step of the funnel left and dropped, and why."""
    return {step["filter"]: (step["left"], step["dropped"], step["reason"]) for step in report["funnel"]["steps"]}


def test_single_insights_are_trimmed(rows: Any, command: Any) -> None:
    """The manifest, the frozen row and `explain` name them, the funnel counts them; what is not safe is left whole."""

    @otel_training.extraction
    def counted(source_url: str, source_content: str) -> dict[str, Any]:
        insights = [{"text": f"{source_url} {number}", "category": "c"} for number in range(2)]
        output = json.dumps({"insights": insights, "count": 2})
        otel_training.current().llm_call(model="m", input=source_content, output=output)
        return {"insights": insights, "quality_score": 8}

    extract("chips", "a", "text a")
    identity = otel_training.current().id
    extract("chips", "b", "text b")
    counted("c", "text c")
    for url in "abc":
        engage(url, range(12))
    for url in "ac":
        engage(url, range(4), "x", index=1)
    (report,) = rows("export", "--out", "t.jsonl", "--trim")
    (dataset,) = rows("dataset", "create", "d", "--trim", "--split", "100/0/0")
    (explained,) = rows("dataset", "explain", identity, "--trim")

    answers = [json.loads(line)["messages"][-1]["content"] for line in Path("t.jsonl").read_text().splitlines()]
    assert [["a 0"], ["b 0", "b 1"], ["c 0", "c 1"]] == [
        [insight["text"] for insight in json.loads(answer)["insights"]] for answer in answers
    ]
    assert [(["a 1"], None), (None, None), (None, ["c 1"])] == [
        (row.get("trimmed"), row.get("untrimmed")) for row in manifest(Path("t.manifest.json"))["rows"]
    ]
    left_whole = "1 left whole, which are no JSON, would be empty, or are not safe to cut"
    reason = f"1 dismissed insights left out of 1 answers; {left_whole}"
    assert (3, 0, reason) == steps_of(report)["trimmed"]
    assert reason == next(step["reason"] for step in dataset["funnel"] if step["filter"] == "trimmed")
    assert "It passes all filters. Left out of its answer: a 1." == explained["sentence"]
    shown = " ".join(command("export", "--out", "shown.jsonl", "--trim")[2].split())
    assert all(word in shown for word in ("trimmed", "1 left whole"))
    rows("export", "--dataset", "d", "--out", "d.jsonl")
    frozen = [json.loads(line)["messages"][-1]["content"] for line in Path("d.jsonl").read_text().splitlines()]
    assert answers == frozen
    (pairs,) = rows("export", "--dataset", "d", "--out", "p.jsonl", "--for", "trl-dpo")
    assert (1, 2) == (pairs["rows"], command("export", "--trim", "--print-sql")[0])


def test_answers_without_ground_in_their_source_are_left_out(rows: Any, command: Any) -> None:
    """Each insight needs it; `explain` says so, and where none is left the sentence says what to do."""
    for url, text in (("alpha", "alpha has 0, and 1 too."), ("beta", "Nothing of it is here: beta 0.")):
        extract("chips", url, text)
    missing = otel_training.current().id
    (report,) = rows("export", "--out", "t.jsonl", *LENIENT, "--grounded", "0.9")
    (dataset,) = rows("dataset", "create", "d", *LENIENT, "--grounded", "0.5", "--split", "100/0/0")
    (explained,) = rows("dataset", "explain", missing, *LENIENT, "--grounded", "0.9")
    assert (1, 1, "1 with an insight that no passage of its source supports") == steps_of(report)["grounded >= 0.9"]
    assert ["alpha"] == [row["source_url"] for row in manifest(Path("t.manifest.json"))["rows"]]
    assert 2 == dataset["splits"]["train"]
    assert (False, True) == (explained["is_chosen"], "no passage of its source supports" in explained["sentence"])
    extract("lost", "delta", "Nothing.")
    for argv in (("export", "--out", "n.jsonl"), ("dataset", "create", "n")):
        code, _, err = command(*argv, *LENIENT, "--topic", "lost", "--grounded", "0.5")
        assert (1, True) == (code, "None of 1 examples passes --grounded 0.5: lower it" in " ".join(err.split()))
