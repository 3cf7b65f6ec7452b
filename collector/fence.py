"""Write what is made of the registry: the fence's lists in `config.yaml`, and the table in `ATTRIBUTES.md`.

A key that is missing in the fence would be data lost in silence; run by `make fence`, compared by tests.
"""

import re
import textwrap
from pathlib import Path
from typing import Final

from otel_training.conventions import REGISTRY

CONFIG: Final = Path(__file__).parent / "config.yaml"
ATTRIBUTES: Final = Path(__file__).parent / "ATTRIBUTES.md"
_INDENT: Final = " " * 12
_LIST: Final = re.compile(r"keep_keys\((\w+)\.attributes, \[.*?\]\)", re.DOTALL)
_TABLE: Final = re.compile(r"(<!-- generated: attributes -->\n).*?(\n<!-- end attributes -->)", re.DOTALL)


def allowed(target: str) -> list[str]:
    """Name the attributes that may pass on a resource, a scope, a log event or a span."""
    return [one.name for one in REGISTRY.values() if target in _carriers(one.records)]


def _carriers(records: str) -> set[str]:
    """Tell what may carry it: a span whatever a log event may, nothing a body's fields."""
    return {"body": set(), "resource": {"resource"}, "span": {"span"}}.get(records, {"log", "span"})


def fenced(config: str) -> str:
    """Return the configuration with each list written anew."""
    return _LIST.sub(lambda found: _keep(found[1]), config)


def _keep(target: str) -> str:
    quoted = ", ".join(f'"{name}"' for name in allowed(target))
    wrapped = textwrap.wrap(quoted, 116 - len(_INDENT), initial_indent=_INDENT, subsequent_indent=_INDENT)
    listed = "\n" + "\n".join(wrapped) if len(quoted) > len(_INDENT) * 4 else quoted
    return f"keep_keys({target}.attributes, [{listed}])"


def table() -> str:
    """Return the table of all attributes."""
    rows = [f"| `{one.name}` | {one.records} | {one.type} | {one.meaning} |" for one in REGISTRY.values()]
    return "\n".join(["| attribute | records | type | meaning |", "|---|---|---|---|", *rows])


def tabled(page: str) -> str:
    """Return the page with its table written anew."""
    return _TABLE.sub(lambda found: found[1] + table() + found[2], page)


if __name__ == "__main__":
    for path, renewed in ((CONFIG, fenced), (ATTRIBUTES, tabled)):
        path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")
