"""Who may ask: a name, a password, and a role of the engine's, which decides what its holder may."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from otel_training.serving.clickhouse.errors import refusal
from otel_training.serving.clickhouse.literal import assignments, quote, quote_name
from otel_training.serving.clickhouse.request import Request

if TYPE_CHECKING:
    from chdb.state.sqlitelike import Connection


@dataclass(frozen=True, slots=True)
class User:
    """One who may ask."""

    name: str
    password: str = field(repr=False)
    role: str
    """The only role its connections have; the settings' profile of the same name bounds them."""
    settings: Mapping[str, str]
    """What that profile sets: the engine takes on its bounds, and not its values."""
    max_queries: int = 64
    """How many it may run at once."""
    is_fenced: bool = True
    """Whether it is refused what the engine's grants do not guard; not so where it is this process's own."""
    has_routes: bool = False
    """Whether it may use the routes beside ClickHouse's."""

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
