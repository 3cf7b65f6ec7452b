"""The report: one page, whatever was captured."""

import re
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import otel_training

pytestmark = pytest.mark.slow

HOSTILE = "<script>{{ 7 * 7 }}</td>\x1b[31m</svg>\ufffe\0"
BATTERIES = "\N{BATTERY}" * 40
"""A name that a library may cut within a letter."""
LEAF = {"meta", "path", "line", "br"}


class Page(HTMLParser):
    """The elements and the text of a page; each element that is opened must be closed in its turn."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        assert [] == self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in LEAF:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        if tag not in LEAF:
            assert tag == self._open.pop()

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())

    @property
    def text(self) -> str:
        return " ".join(filter(None, self.words))


@pytest.fixture
def report(command: Any, tmp_path: Path) -> Any:
    """Write the report of what was captured, and read it."""

    def report() -> Page:
        code, _, err = command("analyze", "--html", "r.html")
        assert (0, True) == (code, "The report is r.html." in err), err
        return Page((tmp_path / "r.html").read_text(encoding="utf-8"))

    return report


def nothing() -> None:
    """Only what is no extraction."""
    otel_training.record_feedback("i", "like", user_id=1)


def single_extraction() -> None:
    """One extraction, of which nothing else is known."""
    otel_training.extraction(lambda: ["About it"])()


def failing() -> None:
    """One that failed: a store without a sample."""
    with pytest.raises(ZeroDivisionError):
        otel_training.extraction(lambda: 1 / 0)()


def unscored() -> None:
    """Votes and calls, but neither scores nor prices."""

    @otel_training.extraction
    def extract(source_url: str) -> list[str]:
        otel_training.current().llm_call(model="odd", input="i", output="About it", input_tokens=1, output_tokens=1)
        return ["About it"]

    for url in "ab":
        extract(url)
        otel_training.record_feedback(otel_training.insight_id(url, "About it"), "like", user_id=1)


def hostile() -> None:
    """Names that would be elements, and templates."""

    @otel_training.extraction
    def extract(topic: str) -> dict[str, Any]:
        otel_training.current().llm_call(model=HOSTILE, input="i", output="A secret insight")
        return {"insights": ["A secret insight"], "quality_score": 8}

    for topic in (HOSTILE, BATTERIES, BATTERIES + "again"):
        extract(topic)
    otel_training.record_feedback("`<b>`" + HOSTILE, HOSTILE)
    otel_training.record_feedback(otel_training.insight_id(None, "A secret insight"), "like", user_id="reader-7")


@pytest.mark.parametrize("capture", [nothing, single_extraction, failing, unscored, hostile])
def test_a_page_is_whole_and_alone(capture: Any, report: Any) -> None:
    """Each element is closed, each id stands once, nothing runs, nothing is loaded, no figure is none."""
    capture()
    page = report()

    assert {} == {tag: count for tag, count in page.tags.items() if tag in {"script", "link", "img", "iframe", 'b"'}}
    outside = [pair for pair in page.attributes if pair[0] in {"src", "href", "xlink:href"} or pair[0].startswith("on")]
    ids = [value for name, value in page.attributes if name == "id"]
    assert ([], len(set(ids))) == (outside, len(ids))
    # Of readers a cure speaks of `undefined and the like`.
    leaks = r"url\(|@import|\bnan\b|\bnull\b|undefined(?!\W+and the like)"
    assert [] == re.findall(leaks, page.text, re.IGNORECASE)
    assert "None" not in page.words


def test_what_came_from_outside_is_text(report: Any, tmp_path: Path) -> None:
    """Names of topics, models and actions, in tables and charts; neither content nor readers are there at all."""
    hostile()
    page = report()
    raw = (tmp_path / "r.html").read_text(encoding="utf-8")

    assert (True, False, False, False) == (
        "<script>{{ 7 * 7 }}</td>" in page.text, "49" in page.text, "\x1b" in raw, "secret insight" in raw,
    )  # fmt: skip
    assert [] == re.findall(r"[0-9a-f]{64}|reader-7", raw)


@pytest.mark.parametrize("library", ["altair", "jinja2", "vl_convert"])
def test_without_a_library_one_sentence_says_what_to_install(
    library: str, command: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """And no file is written."""
    single_extraction()
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.delitem(sys.modules, "otel_training.analysis.charts", raising=False)
    code, shown, err = command("analyze", "--html", "r.html")

    assert (1, "", "Error: The report needs its libraries: pip install 'otel_training[analysis]'.\n") == (
        code,
        shown,
        err,
    )
    assert not (tmp_path / "r.html").exists()


def test_a_file_that_cannot_be_written_is_named(command: Any) -> None:
    """In one sentence."""
    single_extraction()
    code, _, err = command("analyze", "--html", "no/such/r.html")

    assert (1, 1, True) == (code, err.count("\n"), "no/such/r.html" in err)
