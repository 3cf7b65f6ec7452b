"""Forms: clients send long parameters as `multipart/form-data` instead of in the URL."""

from email.parser import BytesParser
from email.policy import HTTP
from typing import IO

from otel_training.serving.clickhouse.errors import refusal


def read_form(body: IO[bytes], content_type: str) -> list[tuple[str, str]]:
    """Read a form's fields; raises `QueryError` where it holds a table's data."""
    form = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body.read())
    fields = []
    for part in form.iter_parts():
        name = part.get_param("name", header="content-disposition")
        if part.get_filename() is not None:
            raise refusal(48, "NOT_IMPLEMENTED", f"External tables are not supported here: '{name}'.")
        data = part.get_payload(decode=True)
        fields.append((str(name), data.decode(errors="replace") if isinstance(data, bytes) else ""))
    return fields
