"""Values and names as ClickHouse writes them, where a statement takes no parameters: USE, SET, KILL."""

from collections.abc import Mapping


def quote(value: str) -> str:
    """Quote a value."""
    return "'" + _escape(value).replace("'", "\\'") + "'"


def quote_name(name: str) -> str:
    """Quote a name."""
    return "`" + _escape(name).replace("`", "\\`") + "`"


def assignments(settings: Mapping[str, str]) -> str:
    """Write settings as SET reads them."""
    return ", ".join(f"{quote_name(name)} = {quote(value)}" for name, value in settings.items())


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\")
