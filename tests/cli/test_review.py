"""`otel-training review`, as a program: in a real browser where there is one."""

import json
import signal
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import pytest

import otel_training
from otel_training.cli.review import _Queues
from otel_training.folder import DataFolder, make_folder
from otel_training.pipeline import process
from tests.receiving import until
from tests.reviewing import BROWSER, reviewing

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow

WAIT: Final = 60_000
HOSTILE: Final = "<img src=x onerror=\"document.title='hacked'\"> orders rose"


@pytest.fixture
def captured(folder: DataFolder) -> list[str]:
    """Two extractions; returns their ids, the one that comes up first before the other."""

    @otel_training.extraction
    def extract(topic: str, source_url: str, source_content: str, score: float) -> dict[str, Any]:
        insights = [
            {"text": f"{topic} orders rose", "category": "market"},
            {"text": "Nobody knows why", "category": "a"},
        ]
        return {"insights": insights, "quality_score": score}

    ids = []
    for topic, score in ((HOSTILE.removesuffix(" orders rose"), 6.5), ("chips", 2)):
        extract(topic, f"https://news.example/{score}", f"On Friday {topic} orders rose. It rained.", score)
        ids.append(otel_training.current().id)
    assert process.flush(30)
    return ids


def listed(command: Any) -> list[tuple[str, str, float]]:
    """List the scores that were given: whose they are, their names and values."""
    code, out, _ = command("view", "score", "--json")
    assert 0 == code
    rows = [json.loads(line) for line in out.splitlines()]
    return [(row["target_id"], row["name"], row["value"]) for row in rows]


def test_keeps_each_decision_and_ends_by_ctrl_c(
    folder: DataFolder, captured: list[str], command: Any, tmp_path: Path
) -> None:
    """What was decided is in the store of the next command; the exit code is 0."""
    with reviewing(folder.path, tmp_path, "--as", "mira") as (address, program):
        place = urlsplit(address)
        connection = HTTPConnection(place.netloc, timeout=60)
        connection.request("GET", f"/?{place.query}")
        answer = connection.getresponse()
        answer.read()
        browser = {"Cookie": answer.headers["set-cookie"].split(";")[0], "Origin": f"http://{place.netloc}"}
        body = json.dumps({"extraction_id": captured[0], "verdict": "accept"})
        connection.request("POST", "/decisions", body, browser)
        assert 200 == connection.getresponse().status
        connection.close()
        program.send_signal(signal.SIGINT)
        assert 0 == program.wait(60)

    assert [(captured[0], "review", 1)] == listed(command)


def test_opens_the_users_browser(folder: DataFolder, captured: list[str], tmp_path: Path) -> None:
    """By the address that it prints."""
    browser, opened = tmp_path / "browser", tmp_path / "opened"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {opened}.new && mv {opened}.new {opened}\n', encoding="utf-8")
    browser.chmod(0o700)

    with reviewing(folder.path, tmp_path, BROWSER=str(browser)) as (address, _):
        until(opened.exists)

        assert address == opened.read_text(encoding="utf-8")


def test_who_opts_out_meanwhile_counts_no_more(captured: list[str], folder: DataFolder) -> None:
    """The next look at the queue leaves their votes out, without the command's being started again."""
    for reader in (7, 8):
        liked = otel_training.insight_id("https://news.example/2", "Nobody knows why")
        otel_training.record_feedback(liked, "like", user_id=reader)
    assert process.flush(30)
    queues = _Queues("mira", 10)
    nets = []
    for opted_out in ("", "reader 7\n"):
        folder.opt_outs.write_text(opted_out, encoding="utf-8")
        nets += [item.net for item in queues.read().items if item.extraction_id == captured[1]]

    assert [2, 1] == nets


def test_says_what_it_needs(command: Any, folder: DataFolder) -> None:
    """Where nothing was captured, and where the reviewer is nobody."""
    code, _, err = command("review", "--no-browser")
    make_folder(folder)
    usage, _, why = command("review", "--no-browser", "--as", "null")

    assert (1, 2) == (code, usage)
    assert "There is no data in" in err
    assert "null is nobody's name" in why


@pytest.fixture
def page() -> Iterator["Page"]:
    """A page of a real browser, in which no script fails."""
    if BROWSER is None:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 800})
        page.set_default_timeout(WAIT)
        failures: list[str] = []
        page.on("pageerror", lambda error: failures.append(str(error)))
        yield page
        browser.close()
    assert [] == failures


def test_a_reviewer_decides_by_keyboard(
    folder: DataFolder, captured: list[str], command: Any, tmp_path: Path, page: "Page"
) -> None:
    """Reject, undo, edit, accept: the page says how far it is, and nothing that a source says runs in it."""
    with reviewing(folder.path, tmp_path) as (address, _):
        page.goto(address)
        page.wait_for_selector("#insights li")
        assert HOSTILE == page.inner_text("#insights li:first-child div:first-child")
        assert ["On Friday " + HOSTILE + ".1"] == page.locator("#source mark").all_inner_texts()
        assert "2 · a · no passage found" == page.inner_text("#insights li:last-child .soft")
        page.keyboard.press("r")
        page.wait_for_selector("text=1 of 500 reviewed, 0 accepted")
        page.keyboard.press("u")
        page.wait_for_selector("text=0 of 500 reviewed, 0 accepted")
        page.keyboard.press("e")
        page.fill("#insights li:first-child textarea", "Chip orders rose")
        page.click("#insights li:last-child button")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("text=1 of 500 reviewed, 1 accepted")
        page.keyboard.press("a")
        page.wait_for_selector("text=All of these are reviewed.")
        page.click("text=Load more")
        page.wait_for_selector("text=Nothing is left to review")
        assert "Review" == page.title()

    first, second = captured
    assert [(first, "review", 0), (first, "review", -1), (first, "review", 1), (second, "review", 1)] == listed(command)
    code, out, _ = command("view", "correction", "--json")
    assert 0 == code
    assert [(first, [{"text": "Chip orders rose", "category": "market"}])] == [
        (row["extraction_id"], row["extracted_insights"]) for row in map(json.loads, out.splitlines())
    ]


def test_fits_a_phone(folder: DataFolder, captured: list[str], tmp_path: Path, page: "Page") -> None:
    """Nothing is wider than the screen, and the buttons are in sight."""
    with reviewing(folder.path, tmp_path) as (address, _):
        page.set_viewport_size({"width": 390, "height": 700})
        page.goto(address)
        page.wait_for_selector("#insights li")

        assert 390 == page.evaluate("document.documentElement.scrollWidth")
        assert page.locator("[data-key=a]").bounding_box()["y"] < 700


def test_says_that_the_command_has_ended(folder: DataFolder, captured: list[str], tmp_path: Path, page: "Page") -> None:
    """A decision that nobody took is not shown as one."""
    with reviewing(folder.path, tmp_path) as (address, program):
        page.goto(address)
        page.wait_for_selector("#insights li")
        program.kill()
        program.wait()
        page.keyboard.press("a")

        page.wait_for_selector("text=The command has ended: run `otel-training review` again.")
        assert "0 of 500 reviewed, 0 accepted" == page.inner_text("#progress")
