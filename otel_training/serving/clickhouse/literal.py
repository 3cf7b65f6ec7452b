"""Values and names as ClickHouse writes them, where a statement takes no parameters: USE, SET, KILL."""

from collections.abc import Mapping


def text(value: str) -> str:
    """Quote a value."""
    return "'" + _escaped(value).replace("'", "\\'") + "'"


def identifier(name: str) -> str:
    """Quote a name."""
    return "`" + _escaped(name).replace("`", "\\`") + "`"


def assigned(settings: Mapping[str, str]) -> str:
    """Write settings as SET takes them."""
    return ", ".join(f"{identifier(name)} = {text(value)}" for name, value in settings.items())


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\")
