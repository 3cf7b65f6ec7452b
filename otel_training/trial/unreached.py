"""Arms that are to get sources and get none: what no test of assignments can see, where there are none."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import log, log1p
from typing import Final

from otel_training.conventions import CLAUDE, Reason
from otel_training.folder import DataFolder
from otel_training.routing.state import Experiment
from otel_training.store.client import Store, read_query
from otel_training.trial.trail import serving_of

_CHANCE: Final = 1e-6
"""That so many sources miss an arm by chance: it is looked at often, and from each call of the arm on."""
_FEW: Final = 20
_CURES: Final = {
    Reason.COMPLEXITY: "see what `--leave` and `--max-length` leave to Claude, and whether `complex=` fails",
    Reason.NO_ARM: "give `otel_training.experiment` the arm by its name, and restart the app",
    Reason.NO_SOURCE: "name the arguments `source_url` and `source_content`, or say by `arguments=` where they are",
}
_NO_CALL: Final = (
    "have the app call what `otel_training.experiment` returns, restart it, and let it run in this data folder "
    "(OTEL_TRAINING_HOME)"
)
_OTHERS: Final = "have the app call what `otel_training.experiment` returns for all sources, not for some of them alone"


@dataclass(frozen=True, slots=True)
class Unreached:
    """An arm that was not asked once, though chance leaves none out so long."""

    arm: str
    share: float
    """Of the sources, in percent."""
    sources: int
    """That came to the experiment's functions since it was last asked, or its share was last changed."""
    functions: list[str]
    calls: int
    """Of the experiment, in that time."""
    reason: str
    """Why another answered those that were its own; empty where none was."""

    def sentence(self, experiment: str) -> str:
        """Say what is wrong, and what to do."""
        cure = _CURES.get(Reason(self.reason), _OTHERS) if self.reason else _OTHERS if self.calls else _NO_CALL
        why = f" ({self.reason})" if self.reason else ""
        return (
            f"The arm {self.arm} of experiment {experiment} was asked for none of the last {self.sources:,} sources of "
            f"{', '.join(self.functions)}, of which {self.share:g} % are its own{why}: {cure}."
        )


def read_unreached(
    store: Store, folder: DataFolder, experiments: Mapping[str, Experiment]
) -> dict[str, list[Unreached]]:
    """Read which arms in force are asked for no source, by experiment."""
    if not any(shares_of(experiment) for experiment in experiments.values()):
        return {}
    since = folder.experiments.stat().st_mtime
    return {name: list(_unreached(store, name, since, experiment)) for name, experiment in experiments.items()}


def shares_of(experiment: Experiment) -> dict[str, float]:
    """Return which share of all sources each arm beside Claude's is to get."""
    serving, free = serving_of(experiment), 1 - experiment.holdout
    total = sum(serving.values())
    return {arm: free * share / total for arm, share in serving.items() if share > 0 and free > 0 and arm != CLAUDE}


def _unreached(store: Store, name: str, since: float, experiment: Experiment) -> Iterator[Unreached]:
    for arm, share in shares_of(experiment).items():
        row = store.row(read_query("doctor_unreached"), experiment=name, arm=arm, since=since)
        sources, (calls, reasons) = row["sources"], row["called"]
        if sources >= _FEW and (share >= 1 or sources * log1p(-share) < log(_CHANCE)):
            yield Unreached(arm, round(100 * share, 1), sources, row["names"], calls, (reasons or [""])[0])
