"""The explanation: why an extraction is an example, or which filter dropped it."""

from dataclasses import dataclass, replace

from otel_training.conventions import COMMAND
from otel_training.dataset.funnel import Filters, Step, funnel, last_drop
from otel_training.dataset.refining import Refining
from otel_training.dataset.trust import with_doubts
from otel_training.errors import TrainingError
from otel_training.store.client import Store


@dataclass(frozen=True, slots=True)
class Explanation:
    """How far one extraction comes."""

    extraction_id: str
    is_chosen: bool
    sentence: str
    quality_score: float | None
    likes: int
    dismissals: int
    viewers: int
    prompt: str
    instead: str
    """The extraction with its source and its insights that is taken instead; empty where none is."""
    steps: list[Step]


def explain(store: Store, filters: Filters, extraction_id: str) -> Explanation:
    """Follow one extraction through the filters; raises `TrainingError` where there is none of that id."""
    filters = with_doubts(store, filters)
    steps = funnel(store, filters, extraction_id).steps
    if not steps[0].left:
        raise TrainingError(
            f"There is no extraction {extraction_id!r}: `{COMMAND} view extraction --json` shows which there are."
        )
    row = store.row(filters.query("dataset_explain"), extraction_id=extraction_id, **filters.parameters())
    trimmed: list[str] = []
    if last_drop(steps) is None and (filters.trim or filters.grounded):
        # Of one second alone: the query reads the texts of all that passes.
        refining = Refining(replace(filters, since=row["second"], until=row["second"] + 1))
        left = [example for _, example in refining.examples(store, extraction_id)]
        steps += refining.steps(len(left))
        trimmed = [text for example in left for text in example.provenance.get("trimmed", ())]
    dropped = last_drop(steps)
    instead = row["chosen"] if dropped is None and row["chosen"] != extraction_id else ""
    if dropped is not None:
        reason = dropped.reason.partition(";")[0].removeprefix("1 ")
        sentence = f"The filter {dropped.filter!r} drops it, as one {reason}."
    elif instead:
        sentence = f"Another with its source and its insights is taken instead: {instead}."
    else:
        sentence = "It passes all filters." + (f" Left out of its answer: {'; '.join(trimmed)}." if trimmed else "")
    prompt = "captured" if row["call_event_id"] else "template"
    return Explanation(
        extraction_id, not (dropped or instead), sentence, row["quality_score"], row["likes"], row["dismissals"],
        row["viewers"], prompt, instead, steps,
    )  # fmt: skip
