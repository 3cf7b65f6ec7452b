"""Watching Claude's client, beside whoever else traces it."""

import json
import subprocess
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

pytestmark = pytest.mark.slow

Lines = Callable[[], list[dict[str, Any]]]


ORDERS = {
    "ours alone": "",
    "theirs before": "AnthropicInstrumentor().instrument(tracer_provider=provider)\nimport otel_training",
    "theirs after": "import anthropic, otel_training; otel_training.extraction(len)\n"
    "AnthropicInstrumentor().instrument(tracer_provider=provider)",
    "sdk off": "import os; os.environ['ANTHROPIC_OPEN_TELEMETRY'] = 'false'",
}


PROGRAM = """
import json, sys
from opentelemetry import trace
from opentelemetry.instrumentation.genai.anthropic import AnthropicInstrumentor
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


@pytest.mark.parametrize("order", ORDERS)
def test_composes_with_whoever_traces_claude(api: ModuleType, lines: Lines, order: str) -> None:
    """Whatever instruments the client before or after us, content is captured, and no span is added or lost."""
    program = PROGRAM.format(order=ORDERS[order])
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, api.url], capture_output=True, text=True, check=False
    )
    assert (0, "") == (done.returncode, done.stderr)

    # Each span with whether ours is its parent: theirs nests in ours, and the client's own in theirs.
    clients = [["CLIENT", False]] * order.startswith("theirs") + [["CLIENT", True]]
    assert [*clients, ["INTERNAL", False]] == json.loads(done.stdout)
    call = next(record for record in lines() if record["training.kind"] == "llm_call")
    assert ([{"role": "user", "content": "P"}], 23) == (
        call["body"]["training.input"],
        call["gen_ai.usage.input_tokens"],
    )


CHOICES = """
import anthropic
from anthropic.resources import beta, messages
from opentelemetry.instrumentation.genai.anthropic import AnthropicInstrumentor
AnthropicInstrumentor().instrument()

def choices():
    methods = [messages.Messages.create, messages.AsyncMessages.stream, beta.messages.Messages.create]
    wrappers = [method._self_wrapper for method in methods]
    cells = [wrapper.__closure__[wrapper.__code__.co_freevars.index("capture_content")] for wrapper in wrappers]
    return [cell.cell_contents for cell in cells]

before = choices()
import otel_training
from otel_training.instrumentor import TrainingInstrumentor
TrainingInstrumentor().instrument()
during = choices()
TrainingInstrumentor().uninstrument()
print(before, during, choices())
"""


def test_gives_back_the_hosts_choice_of_content(lines: Lines) -> None:
    """The host's instrumentation reads content while we watch, and no longer than that."""
    done = subprocess.run([sys.executable, "-W", "error", "-c", CHOICES], capture_output=True, text=True, check=False)
    hosts, ours = [False] * 3, [True] * 3

    assert (0, "", f"{hosts} {ours} {hosts}\n") == (done.returncode, done.stderr, done.stdout)
