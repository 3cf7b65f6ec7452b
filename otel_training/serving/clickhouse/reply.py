"""What goes back over HTTP: status, headers, errors."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

import orjson

from otel_training.serving.clickhouse.compression import write_frames
from otel_training.serving.clickhouse.engine import QueryResult
from otel_training.serving.clickhouse.errors import QueryError
from otel_training.serving.clickhouse.native import DISPLAY_NAME
from otel_training.serving.clickhouse.request import Request

Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]

_TEXT: Final = "text/plain; charset=UTF-8"
_TYPES: Final = {
    "tabseparated": "text/tab-separated-values; charset=UTF-8",
    "csv": "text/csv; charset=UTF-8; header=absent",
    "json": "application/json; charset=UTF-8",
    "jsoneachrow": "application/x-ndjson; charset=UTF-8",
}
_NAME: Final = "X-ClickHouse-Server-Display-Name"


def headers_of(request: Request, result: QueryResult, timezone: str, tag: str) -> dict[str, str]:
    """Return the headers of an answer, with what clients read in them."""
    summary = {"read_rows": str(result.rows_read), "written_rows": str(result.rows_written)}
    kind = {"Content-Type": _TYPES.get(result.format.lower(), "application/octet-stream")}
    if result.format:
        kind["X-ClickHouse-Format"] = result.format
    return {
        **kind, "X-ClickHouse-Timezone": timezone,
        "X-ClickHouse-Query-Id": request.query_id if request.query_id.isprintable() else "",
        "X-ClickHouse-Exception-Tag": tag, "X-ClickHouse-Summary": orjson.dumps(summary).decode(), _NAME: DISPLAY_NAME,
    }  # fmt: skip


async def send_head(send: Send, headers: dict[str, str], status: int = 200) -> None:
    """Send status and headers."""
    pairs = [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})


async def send_text(send: Send, status: int, text: str, code: int = 0, *, frames: bool = False) -> None:
    """Send a short text, or an error with its code; in frames where the client reads nothing else."""
    body = b"".join(write_frames(iter([text.encode()]))) if frames else text.encode()
    headers = {"Content-Type": _TEXT, "Content-Length": str(len(body)), _NAME: DISPLAY_NAME}
    if code:
        headers["X-ClickHouse-Exception-Code"] = str(code)
    await send_head(send, headers, status)
    await send({"type": "http.response.body", "body": body})


def exception_block(error: QueryError, tag: str) -> bytes:
    """Write an error into an answer that has begun."""
    text = f"{error}\n".encode()
    mark = b"__exception__"
    return b"\r\n%s\r\n%s\r\n%s%d %s\r\n%s\r\n" % (mark, tag.encode(), text, len(text), tag.encode(), mark)
