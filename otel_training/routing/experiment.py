"""`experiment`: a function that answers as Claude's does, by Claude or by a candidate, and never worse than Claude."""

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MethodType
from typing import Any, Final, ParamSpec, TypeVar, cast

from otel_training.capture.arguments import Arguments, Way
from otel_training.capture.extraction import Plan, begin, extraction, plan_of
from otel_training.capture.handle import running
from otel_training.capture.result import ResultReader
from otel_training.capture.wrapping import begin_of, wrap
from otel_training.conventions import Reason
from otel_training.record.fields import MESSAGE_LIMIT
from otel_training.record.values import text_of
from otel_training.routing.answer import CandidateError, Reply, answer, messages_of
from otel_training.routing.assign import CANDIDATE
from otel_training.routing.attempt import Arm, Rejected
from otel_training.routing.route import Router, watch

P = ParamSpec("P")
R = TypeVar("R")

_ANTHROPIC: Final = "anthropic"  # the provider whose client reports its calls by itself


def experiment(  # noqa: PLR0913 - one parameter a word of the route
    name: str,
    /,
    *,
    claude: Callable[P, R],
    candidate: Callable[..., Any] | str | None = None,
    check: Callable[[Any], object] | None = None,
    complex: Callable[..., object] | None = None,  # noqa: A002 - the word of the state file
    min_score: float | None = None,
    returns: Callable[[Reply], object] | None = None,
    arguments: Mapping[str, Way] | None = None,
    result: ResultReader | None = None,
    **arms: Callable[..., Any] | str,
) -> Callable[P, R]:
    """Return a function like `claude`, which answers by Claude or by a candidate, as the experiment stands.

    Each source stays with one arm. Where a candidate raises, takes too long, or returns no insights,
    Claude answers. Where the experiment is not on, Claude alone answers. Changes by
    `otel-training experiment` hold within a second.

    Args:
        name: The experiment.
        claude: The function that asks Claude, decorated by `extraction` or not.
        candidate: One that takes the same and returns the same, decorated or not; or the name of a
            candidate of the state file. An async `claude` may have one that is not: it runs in a thread.
        check: Says whether what a candidate returned can be used; by default, whether it holds insights.
        complex: Says of a call's arguments whether it is too hard for a candidate.
        min_score: The least quality score that an answer may have given itself.
        returns: Turns the `Reply` of a candidate that is named into what `claude` returns.
        arguments: Where the source is among the arguments, and
        result: how a returned value is read, both as `extraction` takes them.
        arms: Further arms, by name.

    Raises `TypeError` for what cannot be right: a generator, an async candidate of a function that is not.

    """
    claude = cast("Callable[P, R]", _alone(claude))
    is_async, plan, inside = _is_async(claude), plan_of(_captured(claude)), claude
    if plan is None:
        claude = extraction(task=name, arguments=arguments, result=result)(claude)
        plan = cast("Plan", plan_of(claude))
    given = {**({} if candidate is None else {CANDIDATE: candidate}), **arms}
    candidates = {arm: _arm(name, arm, function, plan, returns, arguments) for arm, function in given.items()}
    if any(_is_async(function) for function in (check, complex, returns)):
        raise TypeError(f"experiment {name!r}: check, complex and returns must not be async")
    if lone := [arm.name for arm in candidates.values() if arm.is_async and not is_async]:
        raise TypeError(f"experiment {name!r}: {lone[0]} is async and claude is not: make claude async, too")
    router = Router(name, plan, candidates, check, complex, min_score)
    routed = (_routing_async if is_async else _routing)(router, claude, inside)
    return cast("Callable[P, R]", functools.wraps(claude)(routed))


def _routing(router: Router, claude: Callable[..., Any], inside: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that routes; `inside` is Claude's where an extraction runs already."""

    def routing(*args: Any, **kwargs: Any) -> Any:
        call = router.begin(args, kwargs)
        if call.arm is not None:
            with call.attempt(call.arm) as attempt:
                return attempt.answer(args, kwargs)
        with call:
            return (inside if call.is_inside else claude)(*args, **kwargs)

    return routing


def _routing_async(router: Router, claude: Callable[..., Any], inside: Callable[..., Any]) -> Callable[..., Any]:
    """Return the same, as a coroutine function."""

    async def routing(*args: Any, **kwargs: Any) -> Any:
        call = router.begin(args, kwargs)
        if call.arm is not None:
            with call.attempt(call.arm) as attempt:
                return await attempt.answer_async(args, kwargs)
        with call:
            return await (inside if call.is_inside else claude)(*args, **kwargs)

    return routing


def _arm(  # noqa: PLR0913, PLR0917 - what is known of the experiment, for each arm
    name: str,
    arm: str,
    function: Callable[..., Any] | str,
    plan: Plan,
    returns: Callable[[Reply], object] | None,
    arguments: Mapping[str, Way] | None,
) -> Arm:
    if isinstance(function, str):
        if returns is None:
            raise TypeError(
                f"experiment {name!r}: {arm} is asked by name, so say by returns= what claude would have returned, "
                'such as returns=lambda reply: {"insights": reply.insights}'
            )
        ask = functools.partial(_ask, name, arm, function, plan, returns)
        return Arm(arm, ask, functools.partial(begin, plan), is_async=False, definition=function)
    answering = _alone(function)
    if plan_of(answering) is None:
        if plan_of(_captured(answering)) is not None:
            raise TypeError(f"experiment {name!r}: of the decorators of {arm} let extraction be the outermost")
        answering = extraction(task=plan.task, arguments=arguments, result=plan.result)(answering)
    scope = begin_of(answering)
    assert scope is not None  # noqa: S101 - just decorated
    own = answering.__wrapped__
    return Arm(arm, own, scope, is_async=_is_async(own))


def _ask(
    name: str, arm: str, own: str, plan: Plan, returns: Callable[[Reply], object], /, *args: Any, **kwargs: Any
) -> object:
    """Ask the candidate of the state file, as that stands now, about the source among a call's arguments."""
    state = watch().state()
    experiment = state.experiments[name]
    definition = state.candidates.get(wanted := experiment.candidates.get(arm, own))
    if definition is None:
        raise CandidateError(f"There is no candidate {wanted}: the state file does not have it.")
    topic, _, content = plan.arguments.of(args, kwargs)
    text = text_of(content, MESSAGE_LIMIT) or ""
    reply = answer(definition, text, topic or "", experiment.timeout)
    if definition.provider != _ANTHROPIC and (handle := running()) is not None:
        handle.llm_call(
            model=reply.model,
            input=messages_of(definition, text, topic or ""),
            output=reply.text,
            input_tokens=reply.input_tokens,
            output_tokens=reply.output_tokens,
            provider=definition.provider,
            response_id=reply.response_id,
            cache_read_tokens=reply.cache_read_tokens,
        )
    if reply.insights is None:
        raise Rejected(Reason.SCHEMA)
    return returns(reply)


@dataclass(frozen=True, slots=True)
class _MethodArguments:
    """The places of a method's fields among the arguments behind its instance."""

    arguments: Arguments
    owner: object

    def of(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> tuple[str | None, str | None, object]:
        return self.arguments.of((self.owner, *args), kwargs)


def _alone(function: Any) -> Any:
    """Return an instance's method that `extraction` made with a plan of its own; all else as it is."""
    plan = plan_of(function.__func__) if type(function) is MethodType else None
    if plan is None:
        return function
    arguments = cast("Arguments", _MethodArguments(plan.arguments, function.__self__))
    method = MethodType(function.__func__.__wrapped__, function.__self__)
    return wrap(method, functools.partial(begin, replace(plan, arguments=arguments)))


def _captured(function: Any) -> Any:
    """Return what `extraction` made of a function, maybe inside of other decorators; else the function."""
    inner = function
    while inner is not None and plan_of(inner) is None:
        inner = getattr(inner, "__wrapped__", None)
    return function if inner is None else inner


def _is_async(function: Any) -> bool:
    """Return whether calling it gives a coroutine. Raises `TypeError` for a generator, which cannot be tried first."""
    call = getattr(type(function), "__call__", None)  # noqa: B004 - of a callable object, whose own it is
    if any(
        test(kind) for kind in (function, call) for test in (inspect.isgeneratorfunction, inspect.isasyncgenfunction)
    ):
        raise TypeError("experiment: a generator cannot be an arm: return the insights as a list")
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(call)
