"""The drawing of a plan: what training would take, cost and give, and what to type next."""

from collections.abc import Iterator
from datetime import UTC, datetime

from rich.console import RenderableType

from otel_training.cli.output import plural, table
from otel_training.conventions import COMMAND
from otel_training.dataset.target import read_target
from otel_training.finetune.job import Job, State
from otel_training.finetune.plan import Plan
from otel_training.finetune.provider import Answer
from otel_training.finetune.routes import Route, read_routes
from otel_training.pricing.call import Reason
from otel_training.pricing.price import CURES


def draw_plan(plan: Plan, job: Job, answer: Answer, terms: str) -> list[RenderableType]:
    """Draw a plan."""
    route, today = read_routes()[plan.route], datetime.now(UTC).date()
    title = f"{plan.dataset} to {plan.model or 'no model'}, by {route.title}"
    rows = [
        ("dataset", _dataset(plan, route)),
        ("tokens", f"{plan.tokens:,} an epoch ({plan.counted_by}), the longest row {plan.longest:,}"),
        ("training", _training(plan)),
        ("route", f"{route.status(today)} ({route.source}, read on {route.read})"),
        ("provider", answer.sentence),
        ("the model ends", f"{plan.ends}, in {(plan.ends - today).days} days" if plan.ends else "no day is announced"),
        ("it answers", f"{route.serves}; {_answers(plan)}"),
        ("its prompt", _prompt(plan)),
        ("answers of", ", ".join(f"{model} ({count:,})" for model, count in plan.answers.items()) + f"; {terms}"),
        ("becomes", f"the candidate {job.candidate}, by the job {job.id}"),
    ]
    return [table(title, ("what", "figure"), rows), *_sentences(plan, job, route, answer)]


def _dataset(plan: Plan, route: Route) -> str:
    rows = ", ".join(f"{count:,} {split}" for split, count in plan.rows.items())
    left_out = sum(plan.left_out.values())
    rest = f"; {plural(left_out, 'row')} left out, no rows of this format" if left_out else ""
    return f"{rows} rows as {read_target(route.target).name}, each as strict as `validate`{rest}; id {plan.dataset_id}"


def _training(plan: Plan) -> str:
    amount = f"{plan.epochs} epochs, {plan.trained_tokens:,} tokens"
    if plan.price is None or plan.cost is None:
        return f"{amount}; the cost is unknown, nobody publishes the price for programs: give --price"
    origin = f"{plan.price.source}, {plan.price.read}"
    return f"{amount} x {plan.price.usd} USD a million = {plan.cost} USD ({origin})"


def _answers(plan: Plan) -> str:
    names = {"input_mtok": "in", "output_mtok": "out", "per_hour": "an hour"}
    prices = [f"{plan.answer_prices[name]} USD {word}" for name, word in names.items() if name in plan.answer_prices]
    if not prices:
        return CURES[Reason.NO_TOKEN_PRICE]
    return f"{', '.join(prices)} (a million tokens, by {plan.answer_prices_by})"


def _prompt(plan: Plan) -> str:
    prompt = plan.prompt
    if not prompt.rows:
        return "the source alone: no row's prompt holds its source"
    return f"the one of {prompt.rows / prompt.of:.0%} of the rows, the source in its place"


def _sentences(plan: Plan, job: Job, route: Route, answer: Answer) -> Iterator[str]:
    for problem in plan.problems:
        yield f"A fault in {problem}."
    if plan.prompt.rows < plan.prompt.of:
        yield (
            f"{plan.prompt.of - plan.prompt.rows:,} of {plan.prompt.of:,} rows have another prompt than the candidate "
            "is asked with: `dataset create --only captured` or `--prompt-version` freezes one kind."
        )
    if plan.prompt.has_url:
        yield "The rows' prompts name the source's URL, which a candidate is not given: leave it out of yours."
    today = datetime.now(UTC).date()
    if answer.closed or not route.is_open_on(today):
        yield f"It would be refused: {answer.closed or route.status(today)}. Instead: {', '.join(route.instead)}."
    elif job.state is State.PREPARED:
        yield "Try a cheap model with examples in its prompt first: it costs no training."
        again = f"--dataset {plan.dataset} --route {plan.route} --yes"
        yield f"Nothing was started: `{COMMAND} finetune start {again}` starts it."
    else:
        yield f"This job is there, {job.state}: `{COMMAND} finetune status {job.id}` says how far."
