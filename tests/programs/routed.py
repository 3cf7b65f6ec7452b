"""Answer sources by Claude or by a candidate: their numbers come by stdin, who answered each goes to stdout."""

import json
import sys
from typing import Any

from anthropic import Anthropic

import otel_training
from tests.cli.test_experiment_eval import SYSTEM, source_of

CLIENT = Anthropic()


def ask_claude(topic: str, source_url: str, source_content: str) -> dict[str, Any]:
    """Ask the Messages API."""
    prompt = f"Topic: {topic}\n\n{source_content}"
    reply = CLIENT.messages.create(
        model="claude-haiku-4-5", max_tokens=500, system=SYSTEM, messages=[{"role": "user", "content": prompt}]
    )
    return {**json.loads(reply.content[0].text), "by": "claude"}


extract = otel_training.experiment(
    "insights", claude=ask_claude, candidate="good", returns=lambda reply: {"insights": reply.insights, "by": "good"}
)

if __name__ == "__main__":
    for line in sys.stdin:
        number = int(line)
        who = extract("chips", f"https://t{number}.example/1", source_of(number))["by"]
        sys.stdout.write(f"{who}\n")
        sys.stdout.flush()
