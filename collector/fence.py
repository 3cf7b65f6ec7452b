"""Write the fence's lists in `config.yaml` by the registry, which is the table in `ATTRIBUTES.md`.

A key that is missing in the fence would be data lost in silence; run by `make fence`, compared by tests.
"""

import re
import textwrap
from pathlib import Path
from typing import Final

CONFIG: Final = Path(__file__).parent / "config.yaml"
ATTRIBUTES: Final = Path(__file__).parent / "ATTRIBUTES.md"
_INDENT: Final = " " * 12
_LIST: Final = re.compile(r"keep_keys\((\w+)\.attributes, \[.*?\]\)", re.DOTALL)
_ROW: Final = re.compile(r"^\| `(?P<name>[^`]+)` \| (?P<records>[^|]+) \|", re.MULTILINE)


def registry() -> dict[str, str]:
    """Return every attribute and body field with the kinds of records that carry it."""
    return {row["name"]: row["records"] for row in _ROW.finditer(ATTRIBUTES.read_text(encoding="utf-8"))}


def allowed(target: str) -> list[str]:
    """Name the attributes that may pass on a resource, a scope, a log event or a span."""
    return [name for name, records in registry().items() if target in _carriers(records)]


def _carriers(records: str) -> set[str]:
    """Return what may carry an attribute of such records: a span whatever a log event may, nothing a body's fields."""
    return {"body": set(), "resource": {"resource"}, "span": {"span"}}.get(records, {"log", "span"})


def fenced(config: str) -> str:
    """Return the configuration with each list written anew."""
    return _LIST.sub(lambda match: _keep(match[1]), config)


def _keep(target: str) -> str:
    quoted = ", ".join(f'"{name}"' for name in allowed(target))
    wrapped = textwrap.wrap(quoted, 116 - len(_INDENT), initial_indent=_INDENT, subsequent_indent=_INDENT)
    listed = "\n" + "\n".join(wrapped) if len(quoted) > len(_INDENT) * 4 else quoted
    return f"keep_keys({target}.attributes, [{listed}])"


if __name__ == "__main__":
    CONFIG.write_text(fenced(CONFIG.read_text(encoding="utf-8")), encoding="utf-8")
