"""`otel-training experiment`: a cheaper model beside Claude, from a candidate to its proof."""

import click

from otel_training.cli.experiment_candidate import candidate
from otel_training.cli.experiment_compare import compare
from otel_training.cli.experiment_eval import evaluate
from otel_training.cli.experiment_promote import COMMANDS as PROMOTE
from otel_training.cli.experiment_renew import renew
from otel_training.cli.experiment_route import COMMANDS as ROUTE


@click.group(name="experiment")
def experiment() -> None:
    """Try a cheaper model beside Claude."""


experiment.add_command(candidate)
experiment.add_command(compare)
experiment.add_command(evaluate)
for command in (*ROUTE, *PROMOTE, renew):
    experiment.add_command(command)
