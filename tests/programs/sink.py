"""An OTLP/HTTP sink: writes the size and path of each request to a file."""

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

OUT = Path(sys.argv[1])


class Sink(BaseHTTPRequestHandler):
    """Takes everything."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        asked = ExportLogsServiceRequest.FromString(body)
        names = [
            record.event_name
            for resource in asked.resource_logs
            for scope in resource.scope_logs
            for record in scope.log_records
        ]
        with OUT.open("a", encoding="utf-8") as file:
            file.write(f"{self.path} {' '.join(names)}\n")
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""


server = HTTPServer(("127.0.0.1", 0), Sink)
print(server.server_port, flush=True)  # noqa: T201 - read by the test
server.serve_forever()
