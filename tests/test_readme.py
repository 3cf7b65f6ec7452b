"""The README: every block of it runs, and what is generated in it is up to date."""

import re
import shlex
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from otel_training.cli.app import app
from otel_training.config import Settings
from otel_training.conventions import REGISTRY, Action
from otel_training.pipeline.lifecycle import flush

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
PYTHON = [block for language, block in BLOCKS if language == "python"]
CONSOLE = [line[2:] for language, block in BLOCKS if language == "console" for line in block.splitlines()]
JSON = [block for language, block in BLOCKS if language == "json"]


def settings_table() -> str:
    """The table of settings, from the settings themselves."""
    rows = [
        f"| `{one.name}` | `{one.metadata['env']}` | {shown(one.default)} | {one.metadata['help']} |"
        for one in fields(Settings)
    ]
    return "\n".join(["| setting | variable | default | meaning |", "|---|---|---|---|", *rows])


def attributes_table() -> str:
    """The table of attributes, from the registry."""
    rows = [f"| `{one.name}` | {one.records} | {one.type} | {one.meaning} |" for one in REGISTRY.values()]
    return "\n".join(["| attribute | records | type | meaning |", "|---|---|---|---|", *rows])


def shown(default: object) -> str:
    """A default as the README shows it."""
    return f"`{str(default).lower() if isinstance(default, bool) else default}`" if default != "" else ""


def test_has_no_block_that_no_test_runs() -> None:
    """Every block is Python, a console or JSON, and there are some of each."""
    assert {"python", "console", "json"} == {language for language, _ in BLOCKS}


@pytest.mark.parametrize("block", PYTHON, ids=range(len(PYTHON)))
def test_python_blocks_run(block: str) -> None:
    """Each block is a program of its own."""
    exec(compile(block, "README.md", "exec"), {"__name__": "readme"})  # noqa: S102 - our own README

    assert flush(5)


def test_console_blocks_are_commands_that_exist(tmp_path: Path, rows: Any, command: Any) -> None:
    """In the README's order on the README's own data: every command of ours runs; make and pip know their targets."""
    (tmp_path / "old.jsonl").write_text(JSON[0], encoding="utf-8")
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    codes = {}
    for line in CONSOLE:
        program, *argv = shlex.split(line)
        if program == "make":
            assert argv[0] in targets
        elif program == "pip":
            assert "otel_training[all]" in argv
        elif program == ".cache/otelcol-training":
            assert [] == [one for one in argv if one != "--config" and not (ROOT / one).is_file()]
        elif argv[:1] == ["serve"]:
            # Runs until it is stopped: tests/serving does.
            assert app.commands["serve"].make_context("serve", argv[1:])
        else:
            codes[line] = command(*argv)[0]

    # Nothing passes the filters yet: the export says so instead of writing an empty file.
    assert {line: 1 if "export" in line else 0 for line in codes} == codes
    assert {"extraction": 1, "feedback": 1, "link": 1} == rows("status")[0]["by_kind"]
    assert 1 == len({row["extraction_id"] for row in [*rows("view", "extraction"), *rows("view", "feedback")]})


def test_the_table_of_commands_is_complete() -> None:
    """Each command stands in the README."""
    missing = [name for name in app.commands if name != "status" and f"`otel-training {name}" not in README]

    assert [] == missing


def test_names_every_action() -> None:
    """Each action of the wire stands in the README."""
    assert [] == [action for action in Action if action is not Action.OTHER and f"`{action}`" not in README]


def test_the_table_of_settings_is_generated() -> None:
    """The README's table is the one that the settings give."""
    (table,) = re.findall(r"<!-- generated: settings -->\n(.*?)\n<!-- end -->", README, re.DOTALL)

    assert settings_table() == table


def test_the_table_of_attributes_is_generated() -> None:
    """The README's registry is that of the code."""
    (table,) = re.findall(r"<!-- generated: attributes -->\n(.*?)\n<!-- end attributes -->", README, re.DOTALL)

    assert attributes_table() == table


def test_sql_and_registry_name_the_same_attributes() -> None:
    """What the tables read is registered."""
    schema = [path.read_text(encoding="utf-8") for path in (ROOT / "otel_training" / "store" / "schema").glob("*.sql")]
    read = {name for text in schema for name in re.findall(r"LogAttributes\['([^']+)'\]", text)}

    assert set() == read - set(REGISTRY)


def test_the_first_screen_is_short() -> None:
    """Problem, what it is, at most eight bullets, the example and two commands."""
    screen = README.split("\n## ")[0]

    assert 8 >= len(re.findall(r"^- ", screen, re.MULTILINE))
    assert ["python", "console"] == [
        language for language, _ in re.findall(r"^```(\w+)\n(.*?)^```", screen, re.DOTALL | re.MULTILINE)
    ]
    assert len(screen.splitlines()) <= 45
