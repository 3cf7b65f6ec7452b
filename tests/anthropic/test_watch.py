"""Watching Claude's client, whoever imports and instruments it, and when."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import anthropic
import pytest
from anthropic import _base_client
from anthropic._decoders import jsonl

import otel_training
from otel_training.anthropic.watch import unwatch, watch

Lines = Callable[[], list[dict[str, Any]]]

THEIRS = "from opentelemetry.instrumentation.genai.anthropic import AnthropicInstrumentor\n"
ON = "AnthropicInstrumentor().instrument(tracer_provider=provider)\n"
OFF = "AnthropicInstrumentor().uninstrument()\n"
OURS = "import otel_training\n"
CLIENT = "import anthropic\n"
INSTRUMENTOR = "from otel_training.instrumentor import TrainingInstrumentor\nTrainingInstrumentor().instrument()\n"
ORDERS = {
    "ours, client": OURS + CLIENT,
    "client, ours": CLIENT + OURS,
    "ours, theirs, client": OURS + THEIRS + CLIENT,
    "theirs, ours, client": THEIRS + OURS + CLIENT,
    "ours, a part of the client": OURS + "import anthropic.resources.beta.messages\n",
    "ours, client in a thread": OURS + "import threading\nthread = threading.Thread(target=__import__, "
    "args=('anthropic',))\nthread.start()\nimport anthropic\nthread.join()\n",
    "ours, a look for the client": OURS
    + "import importlib.util\nassert importlib.util.find_spec('anthropic')\n"
    + CLIENT,
    "off, on, client": OURS + INSTRUMENTOR + "TrainingInstrumentor().uninstrument()\n" + INSTRUMENTOR + CLIENT,
    "off, client, on": OURS + INSTRUMENTOR + "TrainingInstrumentor().uninstrument()\n" + CLIENT + INSTRUMENTOR,
    "theirs on, ours": THEIRS + ON + OURS,
    "ours, theirs on": CLIENT + OURS + THEIRS + ON,
    "ours, theirs on and off": CLIENT + OURS + THEIRS + ON + OFF,
    "theirs on, ours, theirs off": THEIRS + ON + OURS + OFF,
}
PROGRAM = """
import json, os, sys
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
exporter, provider = InMemorySpanExporter(), TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(provider)
{order}
import anthropic, otel_training

@otel_training.extraction
def extract(source_content):
    client.messages.create(model="claude-x", max_tokens=9, messages=[{{"role": "user", "content": "P"}}])
    return ["One"]

with anthropic.Anthropic(base_url=sys.argv[1], api_key="k") as client:
    extract("x")
assert otel_training.flush(30)
spans = exporter.get_finished_spans()
ours = next(span for span in spans if span.name.startswith("invoke_workflow"))
parents = [span.parent.span_id if span.parent else 0 for span in spans]
print(json.dumps([[span.kind.name, parent == ours.context.span_id] for span, parent in zip(spans, parents)]))
"""


def the_prompt_is_captured(lines: Lines) -> bool:
    """Whether the one call of the program is there, once, with what was sent and what it cost."""
    calls = [record for record in lines() if record["training.kind"] == "llm_call"]
    return [([{"role": "user", "content": "P"}], 23)] == [
        (call["body"]["training.input"], call["gen_ai.usage.input_tokens"]) for call in calls
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("order", "traced"), [*((order, True) for order in ORDERS), ("ours, client", False), ("theirs on, ours", False)]
)
def test_captures_in_every_order_of_imports(api: ModuleType, lines: Lines, order: str, *, traced: bool) -> None:
    """Whoever is imported or switched on first: the call is captured, and no span is added or lost."""
    environ = {**os.environ, "ANTHROPIC_OPEN_TELEMETRY": str(traced).lower()}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM.format(order=ORDERS[order]), api.url],
        env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (0, "") == (done.returncode, done.stderr)

    assert the_prompt_is_captured(lines)
    # Each span with whether ours is its parent: theirs nests in ours, and the client's own in theirs.
    theirs = "theirs on" in order and not order.endswith("off")
    clients = [["CLIENT", False]] * (theirs and traced) + [["CLIENT", True]] * (theirs or traced)
    assert [*clients, ["INTERNAL", False]] == json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("disabled", "begin"),
    [
        ("", "import anthropic, otel_training"),
        ("", "import otel_training, anthropic"),
        ("anthropic", "import anthropic, otel_training"),
        ("*", "import anthropic, otel_training"),
    ],
)
def test_captures_under_opentelemetry_instrument(
    tmp_path: Path, api: ModuleType, lines: Lines, disabled: str, begin: str
) -> None:
    """Started by the zero-code command, which loads every instrumentation there is, or some of them."""
    program = tmp_path / "app.py"
    program.write_text(
        f"import sys\n{begin}\n@otel_training.extraction\ndef extract(source_content):\n"
        "    client.messages.create(model='claude-x', max_tokens=9, messages=[{'role': 'user', 'content': 'P'}])\n"
        "    return ['One']\nclient = anthropic.Anthropic(base_url=sys.argv[1], api_key='k')\nextract('x')\n",
        encoding="utf-8",
    )
    environ = {f"OTEL_{signal}_EXPORTER": "none" for signal in ("TRACES", "METRICS", "LOGS")}
    environ |= {"OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": disabled}
    command = Path(sys.executable).parent / "opentelemetry-instrument"
    done = subprocess.run(
        [str(command), sys.executable, str(program), api.url],
        env={**os.environ, **environ}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (0, "") == (done.returncode, done.stderr)
    assert the_prompt_is_captured(lines)


@pytest.fixture
def again() -> Iterator[None]:
    """Watch again, as the package does once it is imported."""
    yield
    unwatch()
    watch()


METHODS = [
    (_base_client.SyncAPIClient, "request"),
    (_base_client.AsyncAPIClient, "request"),
    (_base_client.SyncAPIClient, "_process_response"),
    (_base_client.AsyncAPIClient, "_process_response"),
    (jsonl.JSONLDecoder, "__decode__"),
    (jsonl.AsyncJSONLDecoder, "__decode__"),
]


def wrappers() -> list[bool]:
    """Which methods of the client are not its own."""
    return [hasattr(vars(owner)[name], "__wrapped__") for owner, name in METHODS]


@pytest.mark.usefixtures("again")
def test_leaves_the_client_as_it_was() -> None:
    """While we do not watch, all methods are the client's own."""
    watch()
    during = wrappers()
    unwatch()

    assert ([True] * 6, [False] * 6) == (during, wrappers())


@pytest.mark.usefixtures("again")
def test_leaves_what_others_have_wrapped_since(api: ModuleType, lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another wrapper around ours stays; ours captures nothing then, and once when we watch again."""
    watch()
    ours = vars(_base_client.SyncAPIClient)["request"]
    seen: list[str] = []

    def outer(*args: Any, **kwargs: Any) -> Any:
        seen.append("called")
        return ours.__get__(args[0])(*args[1:], **kwargs)

    monkeypatch.setattr(_base_client.SyncAPIClient, "request", outer)
    unwatch()
    assert vars(_base_client.SyncAPIClient)["request"] is outer
    watch()

    @otel_training.extraction
    def extract() -> list[str]:
        client.messages.create(model="claude-x", max_tokens=9, messages=[{"role": "user", "content": "P"}])
        return ["One"]

    with anthropic.Anthropic(base_url=api.url, api_key="k") as client:
        extract()
    assert (["called"], True) == (seen, the_prompt_is_captured(lines))


@pytest.mark.usefixtures("again")
def test_says_that_it_does_not_know_a_client(
    lines: Lines, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A version whose methods have other names is left alone: a warning, and a loss that the store knows."""
    unwatch()
    monkeypatch.delattr(_base_client.AsyncAPIClient, "_process_response")
    watch()

    assert [{"training.loss.reason": "unknown_client", "training.loss.count": 1}] == [
        {name: value for name, value in record.items() if name.startswith("training.loss.")} for record in lines()
    ]
    assert ["otel_training does not know this version of anthropic: calls of Claude are not captured"] == [
        record.getMessage() for record in caplog.records if record.levelname == "WARNING"
    ]
    # What was wrapped before the failure is taken off again.
    monkeypatch.undo()
    assert [False] * 6 == wrappers()
