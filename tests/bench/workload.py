"""The work that is measured: one extraction of 8,000 characters, and the same for the bare OTel SDK."""

import asyncio
import inspect
import json
import os
import time
from collections.abc import Callable
from importlib.resources import files
from typing import Any

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

import otel_training
from otel_training.privacy.redact import Redactor

LENGTH = 8_000
URL = "https://news.example/chips/northfab-orders?id=11"


def articles() -> str:
    """Join the demo's articles: prose with the e-mail addresses and phone numbers that articles end with."""
    sources = json.loads((files("otel_training.demo") / "sources.json").read_text(encoding="utf-8"))
    return " ".join(source["text"] for source in sources)


SOURCE = articles()[:LENGTH]
HINTLESS = ("extraordinary_developments_" * LENGTH)[:LENGTH]
"""A text in which redaction has nothing to look for."""
RESULT: dict[str, Any] = {
    "insights": [
        {
            "text": "Northfab booked orders worth 4.1 billion crowns, twice as much as a year earlier.",
            "category": "market",
        },
        {"text": "Deliveries of the new stage slip to March because a supplier burnt down.", "category": "risk"},
        {"text": "Two thirds of the orders came from makers of memory, who had held back.", "category": "market"},
    ],
    "quality_score": 8.5,
    "passed_filters": True,
}

Extract = Callable[[str, str, str], Any]


def bare(topic: str, source_url: str, source_content: str) -> dict[str, Any]:
    """Extract nothing: the body that all variants share."""
    return RESULT


async def slow(topic: str, source_url: str, source_content: str) -> dict[str, Any]:
    """Wait for 20 ms, as for a very fast model."""
    await asyncio.sleep(0.02)
    return RESULT


def configured(variant: str) -> str:
    """Apply what a variant says and return the text to extract from.

    `ours-full` writes without redaction: by the setting `content`, or where this version has
    none, on a text that gives redaction little to do; `call` takes that little off.
    """
    if variant != "ours-full":
        return SOURCE
    if "content" in inspect.signature(otel_training.configure).parameters:
        otel_training.configure(content="full")
        return SOURCE
    return HINTLESS


def redacting(text: str) -> float:
    """Measure the CPU of redacting all texts of one record, in microseconds."""
    texts = [text, "chips", URL, *(insight[key] for insight in RESULT["insights"] for key in ("text", "category"))]
    times = []
    for _ in range(20):
        began = time.thread_time_ns()
        for content in texts:
            Redactor().redact(content)
        times.append((time.thread_time_ns() - began) / 1e3)
    return min(times)


def traced(endpoint: str) -> TracerProvider:
    """Trace as a host does: batches, OTLP over HTTP, for the whole process."""
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    trace.set_tracer_provider(provider)
    return provider


def bare_span(endpoint: str) -> tuple[Extract, Callable[[], object]]:
    """Make the span that a host makes by hand, with nothing in it."""
    provider = traced(endpoint)
    tracer = provider.get_tracer("bench")

    def extract(topic: str, source_url: str, source_content: str) -> dict[str, Any]:
        with tracer.start_as_current_span("extraction"):
            return bare(topic, source_url, source_content)

    return extract, provider.force_flush


def spanned(endpoint: str) -> tuple[Extract, Callable[[], object]]:
    """Do what the decorator does with a bare OTel SDK: span, 15 attributes, content as JSON."""
    provider = traced(endpoint)
    tracer = provider.get_tracer("bench")

    def extract(topic: str, source_url: str, source_content: str) -> dict[str, Any]:
        with tracer.start_as_current_span("extraction") as span:
            result = bare(topic, source_url, source_content)
            span.set_attributes(attributes(topic, source_url, source_content, result))
            return result

    return extract, provider.force_flush


def attributes(topic: str, url: str, content: str, result: dict[str, Any]) -> dict[str, str | int | float | bool]:
    """Name the 15 attributes of one extraction, with its content as JSON."""
    return {
        "training.kind": "extraction",
        "training.event.id": os.urandom(16).hex(),
        "training.schema.version": "0.1",
        "training.extraction.id": os.urandom(16).hex(),
        "training.task.name": "extract",
        "training.task.version": "1",
        "training.source.topic": topic,
        "url.full": url,
        "training.source.length": len(content),
        "training.source.truncated": False,
        "training.output.count": len(result["insights"]),
        "training.quality.score": result["quality_score"],
        "training.filter.passed": result["passed_filters"],
        "training.input": json.dumps(content),
        "training.output": json.dumps(result["insights"]),
    }
