"""The feed's first program with a cheaper model beside Claude: `otel-training experiment` says who answers.

Run as `python -m otel_training.demo.routed`. The function that asks Claude is the one of `automation`, as it was.
"""

import asyncio

import otel_training
from otel_training.demo import automation
from otel_training.routing.answer import Reply


def returns(reply: Reply) -> automation.Extraction:
    """Return what `automation.extract` returns of the same answer."""
    return automation.extraction_of(automation.Reading.model_validate_json(reply.text))


extract = otel_training.experiment("insights", claude=automation.extract, candidate="few-shot", returns=returns)

if __name__ == "__main__":
    asyncio.run(automation.main(extract))
