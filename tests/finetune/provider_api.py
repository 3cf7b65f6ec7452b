"""A loopback stand-in for the file and job APIs of OpenAI, Nebius and Together, one of which it is at a time."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

JOBS = "/v1/fine_tuning/jobs"


@dataclass
class Api:
    """What the provider has, and how it behaves."""

    models: dict[str, str | None] = field(default_factory=dict)
    """The days on which they shut down, by name."""
    files: list[dict[str, Any]] = field(default_factory=list)
    jobs: list[dict[str, Any]] = field(default_factory=list)
    """The newest first."""
    deployed: list[dict[str, Any]] = field(default_factory=list)
    states: list[str] = field(default_factory=lambda: ["queued", "running", "succeeded"])
    """What a job is, each time that it is asked for."""
    refusals: dict[str, tuple[int, str]] = field(default_factory=dict)
    """By method and path."""
    asked: list[str] = field(default_factory=list)
    after: Callable[[str], None] = lambda _request: None
    """Called when a request has had its effect, and before it is answered."""
    url: str = ""

    def answer(self, request: str, body: Any) -> Any:  # noqa: C901, PLR0911, PLR0912 - a branch for each path
        """Do what a request asks for."""
        method, _, path = request.partition(" ")
        match method, path.split("/")[1:]:
            case "GET", ["v1", "models"]:
                entry = {"object": "model", "created": 0, "owned_by": "us"}
                return {"data": [entry | {"id": name, "shutdown_date": day} for name, day in self.models.items()]}
            case "GET", ["v1", "files" | "fine-tunes" as kind]:
                return {"data": self.files if kind == "files" else self.jobs, "has_more": False}
            case "POST", ["v1", "files", *_]:
                return self._keep(self.files, body | {"id": f"file-{len(self.files)}", "status": "processed"})
            case "GET", ["v1", "fine_tuning", "jobs"]:
                return {"data": self.jobs, "has_more": False}
            case "POST", ["v1", "fine_tuning", "jobs"] | ["v1", "fine-tunes"]:
                return self._keep(self.jobs, body | {"id": f"job-{len(self.jobs)}", **_fresh_job(body)})
            case "GET", ["v1", "fine_tuning", "jobs", _, "checkpoints"]:
                steps = [{"id": f"step-{step}", "step_number": step} for step in (30, 90, 60)]
                return {"data": steps, "has_more": False}
            case "POST", [*_, name, "cancel"]:
                return self._job(name) | {"status": "cancelled"}
            case "GET", ["v1", "fine_tuning", "jobs", name] | ["v1", "fine-tunes", name]:
                return self._advanced(self._job(name))
            case "GET", ["v1", "fine-tunes", "models", "limits"]:
                return {"max_seq_length_sft": 32768}
            case "POST", ["v1", "fine-tunes", "estimate-price"]:
                return {"estimation_available": True, "estimated_total_price": 3, "allowed_to_proceed": True}
            case "GET", ["v0", "models"]:
                return self.deployed
            case "POST", ["v0", "models"]:
                return self._keep(self.deployed, body | {"name": f"base:{body['name']}", "status": "validating"})
            case "GET", ["v0", "models", *names]:
                return next(model for model in self.deployed if model["name"] == "/".join(names)) | {"status": "active"}
        raise AssertionError(request)

    def _keep(self, place: list[dict[str, Any]], thing: dict[str, Any]) -> dict[str, Any]:
        place.insert(0, thing)
        return thing

    def _job(self, name: str) -> dict[str, Any]:
        return next(job for job in self.jobs if job["id"] == name)

    def _advanced(self, job: dict[str, Any]) -> dict[str, Any]:
        job["status"] = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        if job["status"] in {"succeeded", "completed"}:
            job |= {"fine_tuned_model": "ft:us", "output_name": "us/tuned", "trained_tokens": 9, "token_count": 9}
        return job


def _fresh_job(body: dict[str, Any]) -> dict[str, Any]:
    return {
        "object": "fine_tuning.job", "created_at": 4_000_000_000, "status": "queued", "hyperparameters": {},
        "organization_id": "us", "result_files": [], "seed": 1,
    } | body  # fmt: skip


def _body(handler: BaseHTTPRequestHandler) -> Any:
    """Read JSON, or the file and the fields of a form."""
    raw, kind = handler.rfile.read(int(handler.headers.get("content-length") or 0)), handler.headers["content-type"]
    if not (kind or "").startswith("multipart/"):
        return json.loads(raw or b"{}")
    form: dict[str, Any] = {}
    for part in message_from_bytes(f"content-type: {kind}\r\n\r\n".encode() + raw).get_payload():
        assert not isinstance(part, str)
        name = part.get_param("name", header="content-disposition")
        form[str(name)] = part.get_payload(decode=True).decode()
        form |= {"filename": part.get_filename()} if part.get_filename() else {}
    return form


@contextmanager
def serving(api: Api) -> Iterator[Api]:
    """Serve it on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            request = f"{self.command} {unquote(urlsplit(self.path).path)}"
            body = _body(self)
            api.asked.append(request)
            assert "Bearer k" == self.headers["authorization"]
            status, answer = 200, None
            if request in api.refusals:
                status, message = api.refusals[request]
                answer = {"error": {"message": message}}
            else:
                answer = api.answer(request, body)
                api.after(request)
            text = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_POST = do_GET  # noqa: N815 - the library's name

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        api.url = f"http://127.0.0.1:{server.server_port}/v1"
        yield api
        server.shutdown()
