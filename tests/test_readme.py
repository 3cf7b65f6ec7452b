"""The READMEs: every block of them runs, what is generated in them is up to date, what they link to exists."""

import re
import shlex
import subprocess
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import click
import pytest

from collector.fence import registry
from otel_training import conventions
from otel_training.anthropic.watch import watch
from otel_training.cli.app import app
from otel_training.cli.review import review
from otel_training.cli.serve import serve
from otel_training.config import Settings, variable
from otel_training.conventions import Action
from otel_training.folder import DataFolder, make_folder
from otel_training.pipeline.process import flush
from otel_training.pricing.overrides import read_overrides
from otel_training.privacy.redact import Redactor

ROOT = Path(__file__).parent.parent
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """One Markdown file of the repository."""

    name: str

    @property
    def path(self) -> Path:
        return ROOT / self.name

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    def blocks(self, language: str) -> list[str]:
        return [block for named, block in _BLOCK.findall(self.text) if named == language]

    def languages(self) -> list[str]:
        return [language for language, _ in _BLOCK.findall(self.text)]

    def anchors(self) -> set[str]:
        """Name the headings as a link does."""
        headings = _HEADING.findall(_BLOCK.sub("", self.text))
        return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}

    def broken_links(self) -> list[str]:
        """Find the relative links that lead nowhere."""
        links = [link for link in _LINK.findall(_BLOCK.sub("", self.text)) if "://" not in link]
        return [link for link in links if not self._leads_somewhere(*link.partition("#")[::2])]

    def _leads_somewhere(self, file: str, anchor: str) -> bool:
        target = (self.path.parent / file).resolve() if file else self.path
        return target.exists() and (not anchor or anchor in Page(str(target.relative_to(ROOT))).anchors())


def pages() -> list[Page]:
    """List the Markdown files that are, or would be, committed."""
    listing = ("git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md")
    listed = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [Page(name) for name in sorted(listed.splitlines())]


PAGES = pages()
READMES = [page for page in PAGES if page.path.name == "README.md"]
README = Page("README.md")
PYTHON = [
    pytest.param(block, id=f"{page.name}-{at}") for page in READMES for at, block in enumerate(page.blocks("python"))
]
each_readme = pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)


def settings_table() -> str:
    """The table of settings, from the settings themselves."""
    rows = [
        f"| `{setting.name}` | `{variable(setting.name)}` | {shown(setting.default)} | {setting.metadata['help']} |"
        for setting in fields(Settings)
    ]
    return "\n".join(["| setting | variable | default | meaning |", "|---|---|---|---|", *rows])


def shown(default: object) -> str:
    """A default as the README shows it."""
    return f"`{str(default).lower() if isinstance(default, bool) else default}`" if default != "" else ""


def test_finds_the_rooms_readmes() -> None:
    """The listing is not empty: the README, and one of each side."""
    assert {"README.md", "collector/README.md", "otel_training/privacy/README.md"} <= {page.name for page in READMES}


@each_readme
def test_has_no_block_that_no_test_runs(page: Page) -> None:
    """Every block is Python, a console, an old log that `import` takes, or a file of prices."""
    assert set() == set(page.languages()) - {"python", "console", "json", "toml"}


def test_the_file_of_prices_is_read(folder: DataFolder) -> None:
    """Each price in it, with each of its figures."""
    (prices,) = [prices for page in READMES for prices in page.blocks("toml")]
    (make_folder(folder).path / "prices.toml").write_text(prices, encoding="utf-8")

    assert 3 == len(read_overrides(folder).prices)


@pytest.mark.parametrize("block", PYTHON)
def test_python_blocks_run(block: str) -> None:
    """Each block is a program of its own."""
    exec(compile(block, "README.md", "exec"), {"__name__": "readme"})  # noqa: S102 - our own README

    assert flush(30)
    # One of them ends with `uninstrument()`, which holds for the process that other tests run in, too.
    watch()


def _expected(line: str, codes: dict[str, int]) -> int:
    words = line.split()
    return next((codes[name] for name in (" ".join(words[1:3]), *words[1:2]) if name in codes), 0)


@pytest.mark.slow
@each_readme
def test_console_blocks_run(page: Page, tmp_path: Path, migrated: None, command: Any) -> None:
    """In each README's order in a store of its own: every command of ours runs; others know what they are given."""
    for log in page.blocks("json"):
        (tmp_path / "old.jsonl").write_text(log, encoding="utf-8")
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    codes = {}
    for prompt, line in [(line[:2], line[2:]) for block in page.blocks("console") for line in block.splitlines()]:
        assert prompt == "$ "
        program, *argv = shlex.split(line)
        if program == "make":
            assert argv[0] in targets
        elif program == "pip":
            assert "otel_training[all]" in argv
        elif program == ".cache/otelcol-training":
            assert [] == [argument for argument in argv if argument != "--config" and not (ROOT / argument).is_file()]
        elif argv[:1] in (["serve"], ["review"]):
            # Runs until it is stopped: its own tests do.
            {"serve": serve, "review": review}[argv[0]].make_context(argv[0], argv[1:])
        else:
            assert program == "otel-training"
            codes[line] = command(*argv)[0]

    # Nothing passes the filters yet: the export says so instead of writing an empty file, and there is none to check.
    # Nor is there a key: no app ran.
    expected = {
        "dataset": 1, "dataset list": 0, "experiment candidate": 1, "experiment compare": 1, "experiment eval": 1,
        "experiment log": 1, "experiment promote": 1, "experiment watch": 1, "export": 1, "finetune": 1,
        "finetune list": 0, "keys rotate": 2, "prices share": 1, "validate": 2,
    }  # fmt: skip
    assert {line: _expected(line, expected) for line in codes} == codes


@pytest.mark.slow
def test_the_old_log_is_read_whole(tmp_path: Path, rows: Any, command: Any) -> None:
    """Each of its lines is a record, and they belong together."""
    (log,) = [log for page in READMES for log in page.blocks("json")]
    (tmp_path / "old.jsonl").write_text(log, encoding="utf-8")

    assert command("import", "old.jsonl")[0] == 0
    assert {"extraction": 1, "feedback": 1, "link": 1} == rows("status")[0]["by_kind"]
    assert 1 == len({row["extraction_id"] for row in [*rows("view", "extraction"), *rows("view", "feedback")]})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Page) -> None:
    """What a page links to in the repository exists, heading included."""
    assert [] == page.broken_links()


@each_readme
def test_is_linked(page: Page) -> None:
    """Whoever begins at the README finds every other."""
    targets = {(README.path.parent / link.partition("#")[0]).resolve() for link in _LINK.findall(README.text)}

    assert page == README or page.path.resolve() in targets


def test_is_short() -> None:
    """The README can be read at one sitting; what belongs to a room stands there."""
    assert len(README.text.splitlines()) <= 200
    assert len(README.path.read_bytes()) <= 12_000


def test_the_first_screen_is_short() -> None:
    """Problem, what it is, at most eight bullets, the example and two commands."""
    screen = README.text.split("\n## ")[0]

    assert 8 >= len(re.findall(r"^- ", screen, re.MULTILINE))
    assert ["python", "console"] == [language for language, _ in _BLOCK.findall(screen)]
    assert len(screen.splitlines()) <= 45


def test_the_table_of_commands_is_complete() -> None:
    """Each command stands in the README."""
    missing = [
        name
        for name in app.list_commands(click.Context(app))
        if name != "status" and f"`otel-training {name}" not in README.text
    ]

    assert [] == missing


def test_names_every_action() -> None:
    """Each action of the wire stands in the README."""
    assert [] == [action for action in Action if f"`{action}`" not in README.text]


def test_the_table_of_settings_is_generated() -> None:
    """The README's table is the one that the settings give."""
    (table,) = re.findall(r"<!-- generated: settings -->\n(.*?)\n<!-- end -->", README.text, re.DOTALL)

    assert settings_table() == table


def test_the_registry_names_what_the_code_does() -> None:
    """The registry's page has the attributes of `conventions.py`, and those that earlier versions wrote."""
    names = [value for name, value in vars(conventions).items() if name.isupper() and not name.startswith("METRIC")]
    names += conventions.REDACTION_COUNTS.values()
    attributes = {name for name in names if isinstance(name, str) and re.fullmatch(r"[a-z_]+(\.\w+)+", name)}

    assert attributes | {"training.output.sha256"} == registry().keys()


def test_sql_and_registry_name_the_same_attributes() -> None:
    """What the tables read is registered."""
    schema = [path.read_text(encoding="utf-8") for path in (ROOT / "otel_training" / "store" / "schema").glob("*.sql")]
    read = {name for text in schema for name in re.findall(r"LogAttributes\['([^']+)'\]", text)}

    assert set() == read - registry().keys()


def test_says_what_is_replaced_and_what_is_not() -> None:
    """Each text of the two tables is kept as they say; in the first all is replaced, in the second nothing."""
    text = Page("otel_training/privacy/README.md").text
    tables = re.findall(r"<!-- checked: redaction -->\n(.*?)\n<!-- end redaction -->", text, re.DOTALL)
    replaced, kept = (re.findall(r"\| `([^`]+)` \| `([^`]+)` \|$", table, re.MULTILINE) for table in tables)

    assert [(given, Redactor().redact(given)) for given, _ in replaced] == replaced
    assert [(given, Redactor().redact(given)) for given, _ in kept] == kept
    assert [] == [given for given, after in replaced if given == after]
    assert [(given, given) for given, _ in kept] == kept


@pytest.mark.slow
def test_the_short_privacy_section_tells_the_truth() -> None:
    """The README's own example is kept as it says."""
    (example,) = re.findall(r"`(Mail [^`]+)`\s+is\s+kept\s+as\s+`([^`]+)`", README.text)

    assert example == (example[0], Redactor().redact(example[0]))
