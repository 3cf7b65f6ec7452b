"""Write the fence's lists of attributes in `config.yaml`: exactly those that `conventions.py` registers.

A key that is missing there would be data lost in silence; run by `make fence`, compared by a test.
"""

import re
import textwrap
from pathlib import Path
from typing import Final

from otel_training.conventions import REGISTRY

CONFIG: Final = Path(__file__).parent / "config.yaml"
_INDENT: Final = " " * 12
_LIST: Final = re.compile(r"keep_keys\((\w+)\.attributes, \[.*?\]\)", re.DOTALL)


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


if __name__ == "__main__":
    CONFIG.write_text(fenced(CONFIG.read_text(encoding="utf-8")), encoding="utf-8")
