"""`otel-training dataset`."""

import hashlib
import json
import random
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from otel_training.folder import DataFolder, make_folder
from otel_training.store.client import Store, embedded_dsn
from tests.dataset.captured import engage, extract, manifest

pytestmark = pytest.mark.slow

LENIENT = ("--net-above", "-1", "--min-viewers", "0")


def words(seed: int, count: int = 60) -> str:
    """A text of its own."""
    chance = random.Random(seed)
    return " ".join(str(chance.randrange(10**6)) for _ in range(count))


def gather(numbers: range, sites: int = 20) -> None:
    """Extract from pages of some sites."""
    for number in numbers:
        extract(f"topic {number % 2}", f"https://s{number % sites}.example/{number}", words(number))


def places(folder: DataFolder, name: str) -> dict[str, str]:
    """Read where each source of a dataset stands."""
    with closing(Store(embedded_dsn(make_folder(folder).store))) as store:
        datasets = "SELECT dataset_id FROM datasets WHERE name = {name:String}"
        query = f"SELECT source_url, split FROM dataset_rows WHERE dataset_id IN ({datasets})"  # noqa: S608 - two of ours
        return {row["source_url"]: row["split"] for row in store.rows(query, name=name)}


def test_freezes_rows_under_a_digest(rows: Any, folder: DataFolder) -> None:
    """Of the same parameters and data it is the same, under any name; its parts are reported as they are."""
    gather(range(60))
    (first,), (second,) = rows("dataset", "create", "a", *LENIENT), rows("dataset", "create", "b", *LENIENT)
    (other,) = rows("dataset", "create", "c", *LENIENT, "--split", "50/25/25", "--salt", "x")

    assert first["dataset_id"] == second["dataset_id"] != other["dataset_id"]
    assert {"source": 0, "text": 0, "domain": 0, "near-duplicate": 0} == first["leaks"]
    assert (60, 20) == (sum(first["splits"].values()), sum(first["groups"].values()))
    assert places(folder, "a") == places(folder, "b") != places(folder, "c")
    listed = rows("dataset", "list")
    assert [("a", 60), ("b", 60), ("c", 60)] == [(row["name"], row["rows"]) for row in listed]
    (shown,) = rows("dataset", "show", "a")
    assert shown == {name: value for name, value in first.items() if name != "leaks"}


def test_a_row_keeps_its_split_as_data_grows(rows: Any, folder: DataFolder) -> None:
    """By the salt of the dataset before; also where a copy of two sites' pages would join them."""
    gather(range(40))
    rows("dataset", "create", "a", *LENIENT)
    before = places(folder, "a")
    by_split = {split: url for url, split in before.items()}
    first, second = (int(by_split[split].rpartition("/")[2]) for split in ("train", "test"))
    gather(range(40, 60))
    # Copies of a page that is trained on, and of one that is tested by, on one site.
    for number, source in enumerate((first, second)):
        extract("t", f"https://copy.example/{number}", words(source, 50))
    rows("dataset", "create", "b", *LENIENT)
    after = places(folder, "b")

    assert before == {url: after[url] for url in before}
    assert (61, "train") == (len(after), after["https://copy.example/0"])


def test_a_name_is_one_dataset(command: Any) -> None:
    """A second time nothing happens; with other rows it is refused."""
    gather(range(30))
    assert 0 == command("dataset", "create", "a", *LENIENT)[0]
    assert 0 == command("dataset", "create", "a", *LENIENT)[0]
    gather(range(30, 31))
    code, _, err = command("dataset", "create", "a", *LENIENT)

    assert (1, True) == (code, "The dataset 'a' is another" in " ".join(err.split()))


def test_verify_finds_a_row_that_differs(command: Any, folder: DataFolder) -> None:
    """One text, one split, one row too few: exit code 1."""
    gather(range(30))
    for name in "abc":
        command("dataset", "create", name, *LENIENT, "--split", "50/25/25", "--salt", name)
        assert 0 == command("dataset", "verify", name)[0]
    with closing(Store(embedded_dsn(make_folder(folder).store))) as store:
        for name, change in zip(
            "abc",
            (
                "UPDATE example = replaceOne(example, 'topic 0', 'topic 1')",
                "UPDATE split = 'other'",
                "DELETE",
            ),
            strict=True,
        ):
            store.run(
                f"ALTER TABLE dataset_rows {change} WHERE source_url = 'https://s2.example/2' AND dataset_id IN "  # noqa: S608
                "(SELECT dataset_id FROM datasets WHERE name = {n:String}) SETTINGS mutations_sync = 1",
                n=name,
            )

    assert [1, 1, 1] == [command("dataset", "verify", name)[0] for name in "abc"]


def test_verify_compares_a_file_with_its_manifest(command: Any, tmp_path: Path) -> None:
    """One byte more, or no manifest: exit code 1."""
    gather(range(3))
    command("export", "--out", "t.jsonl", *LENIENT)
    assert 0 == command("dataset", "verify", "t.jsonl")[0]
    with (tmp_path / "t.jsonl").open("a") as file:
        file.write(" ")
    assert 1 == command("dataset", "verify", "t.jsonl")[0]
    (tmp_path / "t.manifest.json").write_text("{")
    assert 1 == command("dataset", "verify", "t.jsonl")[0]
    (tmp_path / "t.manifest.json").unlink()

    assert 1 == command("dataset", "verify", "t.jsonl")[0]


@pytest.mark.parametrize(
    ("argv", "reason"),
    [
        (("create", "a"), "No example can pass. There are no impressions and no feedback yet"),
        (
            ("create", "a", *LENIENT),
            "3 rows stand in 1 group, by domain and nearly equal texts; gather more sources, or choose --group-by",
        ),
        (("create", "a", *LENIENT, "--split", "0/0/0"), "such as 80/10/10"),
        (("create", "now"), "is not `now`"),
        (("create", "a/b"), "up to 64 letters"),
        (("show", "a"), "There is no dataset 'a': `otel-training dataset create a` makes it."),
        (("create", "a", *LENIENT, "--only", "captured"), "None of the 3 that pass the filters has a captured prompt"),
    ],
)
def test_says_what_to_do(command: Any, argv: tuple[str, ...], reason: str) -> None:
    """One sentence, and nothing is stored."""
    gather(range(3), sites=1)
    code, out, err = command("dataset", *argv)

    assert (True, "") == (code in {1, 2}, out)
    assert reason in " ".join(err.split())
    assert 0 == len(json.loads(f"[{','.join(command('dataset', 'list', '--json')[1].splitlines())}]"))


def test_export_writes_one_part(command: Any, rows: Any, folder: DataFolder, tmp_path: Path) -> None:
    """As it was frozen, though readers changed their mind; the manifest names the dataset."""
    gather(range(40))
    (dataset,) = rows("dataset", "create", "a", *LENIENT)
    engage("https://s1.example/1", range(3), "x")
    where, sources = places(folder, "a"), []
    for split in ("train", "validation", "test"):
        (report,) = rows("export", "--dataset", "a", "--split", split, "--out", f"{split}.jsonl")
        written = manifest(tmp_path / f"{split}.manifest.json")
        origin = {"name": "a", "id": dataset["dataset_id"], "split": split, "only": ""}
        assert origin == report["dataset"] == written["dataset"]
        assert {split} == {where[row["source_url"]] for row in written["rows"]}
        sources += [row["source_url"] for row in written["rows"]]
        assert 0 == command("dataset", "verify", f"{split}.jsonl")[0]

    assert sorted(where) == sorted(sources)
    code, out, _ = command("export", "--dataset", "a", "--out", "all.jsonl")
    assert (0, True) == (code, "No leaks: no source or group stands in two splits." in out)


def test_verify_compares_a_file_with_its_dataset(command: Any, rows: Any, tmp_path: Path) -> None:
    """Also where somebody made its manifest fit, and where the name is another dataset's."""
    gather(range(40))
    rows("dataset", "create", "a", *LENIENT)
    rows("dataset", "create", "b", *LENIENT, "--split", "1/0/0")
    rows("export", "--dataset", "a", "--out", "t.jsonl", "--only", "template")
    path, beside = tmp_path / "t.jsonl", tmp_path / "t.manifest.json"
    whole, origin = path.read_bytes(), manifest(beside)
    assert 0 == command("dataset", "verify", "t.jsonl")[0]
    for text, dataset in ((whole.replace(b"topic 0", b"topic 9", 1), "a"), (whole, "b")):
        path.write_bytes(text)
        changed = origin | {
            "sha256": hashlib.sha256(text).hexdigest(),
            "dataset": origin["dataset"] | {"name": dataset},
        }
        beside.write_text(json.dumps(changed))

        assert 1 == command("dataset", "verify", "t.jsonl")[0]


def test_a_reader_who_repeats_himself_has_one_vote(rows: Any) -> None:
    """A thousand times."""
    gather(range(1))
    for _ in range(1000):
        engage("https://s0.example/0", range(1))
    (explanation,) = rows("dataset", "explain", rows("view", "extraction")[0]["extraction_id"])

    assert (1, 1) == (explanation["likes"], explanation["viewers"])


def test_diff_says_what_readers_did_since(rows: Any, command: Any) -> None:
    """What came, what they dismiss by now, and nothing where nothing happened."""
    gather(range(40))
    for number in range(40):
        engage(f"https://s{number % 20}.example/{number}", range(10))
    engage("https://s2.example/2", range(1), "like", 1)
    rows("dataset", "create", "a")
    assert "+0 rows, -0 rows, 0 flipped, 0 changed, 0 in another split" in command("dataset", "diff", "a")[1]
    engage("https://s1.example/1", range(10), "x")
    engage("https://s2.example/2", range(10), "x", 1)
    engage("https://s2.example/2", range(10, 12), "like", 1)
    extract("t", "https://s3.example/new", words(99))
    engage("https://s3.example/new", range(10))
    (diff,) = rows("dataset", "diff", "a")

    assert (1, 1, 2, 0, 0) == tuple(len(diff[name]) for name in ("added", "removed", "flipped", "changed", "moved"))
    rows("dataset", "create", "b")
    assert "+1 rows, -1 rows, 1 flipped" in command("dataset", "diff", "a", "b")[1]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ((), "The filter 'likes - dismissals > 0' drops it, as one that no known reader saw or acted on."),
        (LENIENT, "It passes all filters."),
        (("--topic", "other"), "The filter 'topic other' drops it, as one of other topics (there are topic 0)."),
        (("--min-quality", "9"), "The filter 'quality >= 9' drops it, as one of lower quality."),
    ],
)
def test_explains_what_became_of_an_extraction(rows: Any, options: tuple[str, ...], sentence: str) -> None:
    """The filter that drops it, or that it passes."""
    gather(range(1))
    identity = rows("view", "extraction")[0]["extraction_id"]
    (explanation,) = rows("dataset", "explain", identity, *options)

    assert (options == LENIENT, sentence) == (explanation["is_chosen"], explanation["sentence"])


def test_explains_which_of_equals_is_taken(rows: Any, command: Any) -> None:
    """The later one, by its id."""
    gather(range(1))
    gather(range(1))
    early, late = [row["extraction_id"] for row in rows("view", "extraction")]
    (explanation,) = rows("dataset", "explain", early, *LENIENT)

    assert (False, late) == (explanation["is_chosen"], explanation["instead"])
    assert 1 == command("dataset", "explain", "nosuch")[0]


COPIES = {
    "a word less": lambda text: text.partition(" ")[2],
    "a word more in the middle": lambda text: text.replace(" ", " really ", 30).replace(" really ", " ", 29),
    "framed": lambda text: f"Home News Sport Weather {text} All rights reserved",
    "cut": lambda text: text[: int(len(text) * 0.7)],
    "in capitals": str.upper,
    "other blanks": lambda text: text.replace(" ", ",\n"),
}


@pytest.mark.parametrize(
    ("seed_text", "kinds"),
    [
        (words(1), sorted(COPIES)),
        ("".join(chr(0x4E00 + number * 7 % 2000) for number in range(300)), ["cut", "framed", "in capitals"]),
        ("Chip orders rose", ["in capitals", "other blanks"]),
        ("Rose", ["in capitals"]),
    ],
    ids=["words", "Chinese", "three words", "one word"],
)
def test_nearly_equal_sources_are_known(rows: Any, seed_text: str, kinds: list[str]) -> None:
    """Each copy on another site stands where its source does, and of all the best is left."""
    extract("t", "https://source.example/", seed_text, 9)
    for number, kind in enumerate(kinds):
        extract("t", f"https://copy{number}.example/", COPIES[kind](seed_text))
    for number in range(3):
        extract("t", f"https://other{number}.example/", words(90 + number))
    options = (*LENIENT, "--split", "100/0/0")
    (full,), (thinned,) = (
        rows("dataset", "create", "a", *options),
        rows("dataset", "create", "b", *options, "--drop-near-duplicates"),
    )

    assert ({"train": 4}, {"train": 4 + len(kinds)}) == (full["groups"], full["splits"])
    assert {"train": 4} == thinned["splits"]
    rows("export", "--dataset", "b", "--out", "b.jsonl")
    assert "https://source.example/" in {row["source_url"] for row in manifest(Path("b.manifest.json"))["rows"]}


def test_caps_keep_the_best(rows: Any, folder: DataFolder) -> None:
    """Of a topic and of a domain: what readers like for certain, then the better score, then the older."""
    for number, quality in enumerate((8, 9, 8, 10)):
        extract("t", f"https://s.example/{number}", words(number), quality)
        extract("u", f"https://s{number}.example/", words(10 + number), 8)
    engage("https://s.example/0", range(5))
    rows("dataset", "create", "a", *LENIENT, "--split", "1/0/0", "--max-per-domain", "2", "--max-per-topic", "3")

    assert [
        "https://s.example/0", "https://s.example/3", "https://s0.example/", "https://s1.example/", "https://s2.example/",
    ] == sorted(places(folder, "a"))  # fmt: skip


def test_tests_by_the_newest(rows: Any, folder: DataFolder, tmp_path: Path) -> None:
    """Rows from the day on are tested by, if their group is; older ones are trained on."""
    lines = [
        {
            "timestamp": f"2026-05-{1 + number // 10:02d}T12:00:00Z", "stage": "extraction",
            "source_url": f"https://s{number % 10}.example/{number}", "source_content": words(number),
            "extracted_insights": [{"text": f"x{number}", "category": "c"}], "quality_score": 8,
        }
        for number in range(100)
    ]  # fmt: skip
    (tmp_path / "old.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    rows("import", "old.jsonl")
    rows("dataset", "create", "a", *LENIENT, "--split", "50/0/50", "--test-since", "2026-05-08")
    days = {split: set[int]() for split in ("train", "test")}
    for url, split in places(folder, "a").items():
        days[split].add(1 + int(url.rpartition("/")[2]) // 10)

    assert {"train": set(range(1, 8)), "test": {8, 9, 10}} == days
