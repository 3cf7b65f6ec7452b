"""A candidate that is a function of the app: called with what its parameters name of a source, within its time."""

import asyncio
import functools
import hashlib
import inspect
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from otel_training.capture.result import read_result
from otel_training.routing.answer import CandidateError, Reply, insights_of
from otel_training.routing.attempt import in_thread
from otel_training.trial.judge import find_function

CALLABLE: Final = "callable"
_VALUES: Final = ("source_content", "source_url", "topic")


class FunctionError(Exception):
    """A function could not read or write what it needs: its own failure, not that of a provider."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def find_candidate_function(name: str) -> Callable[..., Any]:
    """Return the function of `module:function`; raises `CandidateError` where it cannot be given a source."""
    if ":" not in name:
        raise CandidateError("This candidate is a function that the app alone has: name it as module:function.")
    function = find_function(name)
    taken = _taken(function)
    missing = [
        parameter.name
        for parameter in inspect.signature(function).parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind not in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD}
        and parameter.name not in taken
    ]
    if missing or not {"source_content", "source_url"} & set(taken):
        problem = f"needs {missing[0]}" if missing else "takes neither source_content nor source_url"
        raise CandidateError(f"{name} {problem}: name a function that takes some of {', '.join(_VALUES)}, no more.")
    return function


def ask_function(name: str, function: Callable[..., Any], values: Mapping[str, str], timeout: float) -> Reply:
    """Call a function with what it takes of a source, an async one in a loop of its own.

    Raises `TimeoutError` after so many seconds, when it is left alone; whatever the function raises, and
    `FunctionError` for an `OSError`.
    """
    arguments = {key: values[key] for key in _taken(function)}
    started = time.perf_counter()
    try:
        result = read_result(in_thread(lambda: _returned(function(**arguments))).result(timeout))
    except TimeoutError:
        raise
    except OSError as error:
        raise FunctionError(type(error).__name__) from error
    seconds = time.perf_counter() - started
    return Reply(insights_of(result), "", name, None, None, seconds, quality_score=result.quality_score)


def code_of(function: Callable[..., Any]) -> str:
    """Return the digest of the file that a function stands in: another text of it is another candidate."""
    # Either may be around the other.
    while isinstance(function, functools.partial) or hasattr(function, "__wrapped__"):
        function = function.func if isinstance(function, functools.partial) else inspect.unwrap(function)
    is_named = inspect.isroutine(function) or inspect.isclass(function)
    try:
        file = inspect.getsourcefile(function if is_named else type(function))
    except TypeError:  # the interpreter's own
        file = None
    return "" if file is None else hashlib.sha256(Path(file).read_bytes()).hexdigest()


def _taken(function: Callable[..., Any]) -> list[str]:
    """Return which of the values a function takes by name."""
    parameters = inspect.signature(function).parameters.values()
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return list(_VALUES)
    named = {parameter.name for parameter in parameters if parameter.kind is not parameter.POSITIONAL_ONLY}
    return [value for value in _VALUES if value in named]


def _returned(value: Any) -> Any:
    return asyncio.run(_awaited(value)) if inspect.isawaitable(value) else value


async def _awaited(value: Any) -> Any:
    return await value
