"""Users: a name, a password, and the role of the engine that says what they may do.

SET and the like take no parameters: values and names are quoted as ClickHouse writes them.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from otel_training.serving.clickhouse.errors import refusal
from otel_training.serving.clickhouse.request import Request

if TYPE_CHECKING:
    from chdb.state.sqlitelike import Connection


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


@dataclass(frozen=True, slots=True)
class User:
    """A user of the endpoint."""

    name: str
    password: str = field(repr=False)
    role: str  # the only role its connections have; the settings' profile of the same name bounds them
    settings: Mapping[str, str]  # what that profile sets: the engine takes on its bounds, and not its values
    max_queries: int = 64  # how many queries the user may run at once
    is_fenced: bool = True  # whether the fence applies: the engine's grants do not guard all
    has_routes: bool = False  # whether the user may use the routes beside ClickHouse's

    def become(self, connection: "Connection") -> None:
        """Give a new connection this user's rights and no others, for good; raises `RuntimeError`."""
        connection.query(f"SET ROLE {quote_name(self.role)}", "Null")
        connection.query(f"SET profile = {quote(self.role)}", "Null")
        connection.query(f"SET {assignments(self.settings)}", "Null")


def find_user(request: Request, users: Mapping[str, User]) -> User:
    """Find who asks; raises `QueryError`, after the same time, for a wrong name as for a wrong password."""
    user = users.get(request.user, next(iter(users.values())))
    is_right = hmac.compare_digest(request.password.encode(), user.password.encode())
    if not is_right or user.name != request.user:
        sentence = "Authentication failed: password is incorrect, or there is no user with such name."
        raise refusal(516, "AUTHENTICATION_FAILED", f"{request.user}: {sentence}")
    return user
