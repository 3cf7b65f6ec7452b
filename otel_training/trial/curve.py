"""The curve of a verdict: what was known of a candidate after a tenth of its pairs, two tenths, and so on."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from otel_training.store.client import Store
from otel_training.trial.compare import compare
from otel_training.trial.evaluation import Evaluation
from otel_training.trial.pair import Pair
from otel_training.trial.verdict import Plan, Verdict

_POINTS: Final = 10
_COLUMNS: Final = (
    "evaluation_id", "metric", "n", "ts", "revision", "candidate", "ratio", "lower", "upper", "bar", "verdict",
    "is_simulated",
)  # fmt: skip


def keep_curve(store: Store, evaluation: Evaluation, pairs: Sequence[Pair], plan: Plan, last: Verdict) -> None:
    """Store the bounds of both means by the number of sources, for whoever looks at them; `last` is of all pairs."""
    now, revision = datetime.now(UTC), time.time_ns()
    sizes = sorted({len(pairs) * part // _POINTS for part in range(1, _POINTS)} - {0})
    rows = [
        [
            evaluation.evaluation_id, gate.metric, gate.sources, now, revision, evaluation.candidate, gate.ratio,
            gate.lower, gate.upper, verdict.bar, verdict.verdict, verdict.simulated,
        ]
        for verdict in [*(compare(pairs[:size], plan) for size in sizes), last]
        for gate in verdict.gates
    ]  # fmt: skip
    if rows:
        store.insert("verdict_bounds", _COLUMNS, rows)
