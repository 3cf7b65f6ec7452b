"""The route of a call: decided before, followed, and recorded after."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from otel_training import conventions as names
from otel_training._guard import guard
from otel_training.capture.extraction import Plan
from otel_training.capture.handle import Handle, last_finished, running
from otel_training.capture.result import read_result
from otel_training.capture.tracing import captures, current_context
from otel_training.conventions import CLAUDE, Decision, Kind, Outcome, Reason
from otel_training.folder import find_folder
from otel_training.pipeline.process import emit, settings
from otel_training.privacy.identity import url_in_id
from otel_training.record.clock import event_id, now, ticks
from otel_training.record.fields import FIELD_LIMIT, number
from otel_training.record.host import host_of
from otel_training.record.record import Record, Scalar
from otel_training.record.values import text_of
from otel_training.routing.assign import Assignment, assign
from otel_training.routing.attempt import Arm, Attempt, Rejected
from otel_training.routing.shadow import LIMIT, Shadow
from otel_training.routing.state import Complexity, Experiment, State, StateWatch
from otel_training.warning import warn_once

_PROVIDER: Final = "otel_training"
_DOWN: Final = frozenset({Reason.ERROR, Reason.TIMEOUT, Reason.SCHEMA})  # what opens the breaker, where it goes on
_watches: Final[list[tuple[object, StateWatch]]] = []


def watch() -> StateWatch:
    """Return the watch of the state file of the settings in force."""
    in_force = settings()
    if not _watches or _watches[0][0] is not in_force:
        _watches[:] = [(in_force, StateWatch(find_folder(in_force)))]
    return _watches[0][1]


@dataclass(frozen=True, slots=True)
class Router:
    """An experiment in an app: what is known before a call."""

    name: str
    plan: Plan
    """Of Claude's function: where the source stands among its arguments, and how its result is read."""
    arms: Mapping[str, Arm]
    check: Callable[[Any], object] | None
    complex: Callable[..., object] | None
    min_score: float | None
    shadows: set[Shadow] = field(default_factory=set)

    def begin(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> "Call":
        """Decide which arm is asked. Never raises."""
        call = Call(self, args, kwargs)
        with guard:
            call.decide()
        return call

    def judge(self, value: Any, handle: Handle | None) -> Reason | None:
        """Say why an answer is not good enough."""
        if self.check is not None and not self.check(value):
            return Reason.SCHEMA
        if handle is not None and handle.own_result is not None:
            value = handle.own_result
        result = read_result(value if self.plan.result is None else self.plan.result(value))
        insights = result.insights
        if self.check is None and (insights is None or not all(text and not text.isspace() for text, _, _ in insights)):
            return Reason.SCHEMA
        if insights is not None and not insights:
            return Reason.EMPTY
        own = number(None if handle is None else handle.attributes.get(names.QUALITY))
        score = result.quality_score if own is None else own
        is_low = score is not None and self.min_score is not None and score < self.min_score
        return Reason.SELF_SCORE if is_low else None

    def is_complex(self, rules: Complexity, topic: str | None, url: str | None, content: object) -> bool:
        """Return whether a source is one of those that the state file names as too hard."""
        length = len(content) if isinstance(content, (str, bytes)) else 0
        if (rules.max_length is not None and length > rules.max_length) or topic in rules.topics:
            return True
        host = host_of(url or "") if rules.slices else ""
        for text in rules.slices:
            name, _, value = text.partition("=")
            if name == "topic" and value == topic:
                return True
            if name == "domain" and value and f".{host}".endswith(f".{value}"):
                return True
            if name not in ("topic", "domain"):
                warn_once(
                    "otel_training: experiment %s cannot tell %s before a call: a candidate gets it", self.name, text
                )
        return False


class Call:
    """One call of an experiment: what was decided, and what came of it."""

    __slots__ = ("_args", "_attempt", "_before", "_kwargs", "_outer", "_router", "_started", "_state", "arm",
                 "assignment", "decision", "experiment", "name", "reason", "source")  # fmt: skip

    def __init__(self, router: Router, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        self._router, self._args, self._kwargs = router, args, kwargs
        self._attempt: Attempt | None = None
        self._state = State()
        self.experiment: Experiment | None = None
        self.assignment: Assignment | None = None
        self.decision = Decision.ASSIGNED
        self.reason: Reason | None = None
        self.arm: Arm | None = None
        """The arm that is asked before Claude."""
        self.source: tuple[str | None, str | None, object] = (None, None, None)
        self.name = router.name
        self._outer = running()
        self._before = last_finished.get()
        self._started = ticks()

    @property
    def is_inside(self) -> bool:
        """Return whether the app has an extraction open around the call, which is the one of whoever answers."""
        return self._outer is not None

    def decide(self) -> None:
        """Assign the source, and choose the arm."""
        router, seen = self._router, watch()
        self._state = seen.state()
        experiment = self.experiment = self._state.experiments.get(router.name)
        if experiment is None:
            self.reason = Reason.STATE
            fault = seen.fault or "the state file does not have it"
            warn_once("otel_training: experiment %s is not on, and Claude answers: %s", router.name, fault)
            return
        topic, url, content = self.source = router.plan.arguments.of(self._args, self._kwargs)
        source = url_in_id(url) if url else text_of(content, FIELD_LIMIT)
        if not source:
            self.decision, self.reason = Decision.POLICY, Reason.NO_SOURCE
            return
        self.assignment = assigned = assign(router.name, experiment, source)
        arm = router.arms.get(assigned.arm)
        if experiment.killed:
            self.decision = Decision.KILLED
        elif experiment.frozen is not None:
            self.decision = Decision.FROZEN
        elif assigned.arm == CLAUDE:
            self.reason = Reason.HOLDOUT if assigned.is_held_out else None
        elif arm is None:
            self.decision, self.reason = Decision.POLICY, Reason.NO_ARM
        elif router.is_complex(experiment.complex, topic, url, content) or self._is_complex_to_app():
            self.decision, self.reason = Decision.POLICY, Reason.COMPLEXITY
        elif not arm.breaker.allows(time.monotonic()):
            self.decision, self.reason = Decision.FALLBACK, Reason.BREAKER
        else:
            self.arm = arm

    def _is_complex_to_app(self) -> bool:
        rule = self._router.complex
        try:
            return rule is not None and bool(rule(*self._args, **self._kwargs))
        except Exception as error:  # noqa: BLE001 - the app's own rule: in doubt Claude answers
            warn_once("otel_training: complex= of experiment %s failed (%s)", self._router.name, type(error).__name__)
            return True

    def attempt(self, arm: Arm) -> "Trying":
        """Return the scope in which an arm is asked: what it raises there ends it, and Claude is asked."""
        timeout = 0.0 if self.experiment is None else self.experiment.timeout
        self._attempt = Attempt(arm, self._router.judge, timeout, is_own=not self.is_inside)
        return Trying(self, arm, self._attempt)

    def record(self, served: str | None, error: BaseException | None) -> str:
        """Emit the assignment; return the id of the extraction that answered."""
        tried = None if self._attempt is None else self._attempt.handle
        handle = self._outer or (tried if served != CLAUDE else last_finished.get())
        served_id = "" if served is None or handle is None or handle is self._before else handle.id
        attributes: dict[str, Scalar | None] = {
            **self.attributes(self._assigned()),
            names.FLAG_REASON: self._flag_reason(),
            names.ROUTE_SERVED: served,
            names.ROUTE_DECISION: self.decision.value,
            names.ROUTE_REASON: self.reason and self.reason.value,
            names.ROUTE_ATTEMPT: None if tried is None else tried.id,
            names.ROUTE_WEIGHTS: None if self.experiment is None else _weights(self.experiment),
            names.EXTRACTION_ID: served_id or None,
            names.OUTCOME: Outcome.of(error),
            names.DURATION: (ticks() - self._started) / 1e9,
        }
        if captures():
            emit(Record(Kind.ASSIGNMENT, event_id(), now(), attributes, context=current_context()))
        return served_id

    def attributes(self, arm: str) -> dict[str, Scalar | None]:
        """Return what assignments and shadows of this call have in common."""
        own = self._router.arms.get(arm)
        name = "" if self.experiment is None else self.experiment.candidates.get(arm, own.definition if own else "")
        definition = self._state.candidates.get(name)
        return {
            names.FLAG_KEY: self._router.name,
            names.FLAG_VARIANT: arm,
            names.FLAG_PROVIDER: _PROVIDER,
            names.ROUTE_CANDIDATE: name or None,
            names.ROUTE_UNIT: None if self.assignment is None else self.assignment.unit,
            names.SIMULATED: True if definition is not None and definition.simulated else None,
        }

    def _flag_reason(self) -> str:
        """Return OpenTelemetry's word for why the arm is the assigned one."""
        if self.assignment is None:
            return "error" if self.reason is Reason.STATE else "default"
        return "disabled" if self.decision in (Decision.KILLED, Decision.FROZEN) else "split"

    def _assigned(self) -> str:
        return CLAUDE if self.assignment is None else self.assignment.arm

    def start_shadows(self, extraction_id: str) -> None:
        """Have the candidates answer beside Claude, where that is on; those that are too hard for them have none."""
        router, experiment = self._router, self.experiment
        if experiment is None or self.assignment is None or not experiment.shadow or not captures():
            return
        is_claudes = self.decision is Decision.ASSIGNED and self.assignment.arm == CLAUDE
        topic, url, content = self.source
        if not (is_claudes or self.decision is Decision.FROZEN):
            return
        if router.is_complex(experiment.complex, topic, url, content) or self._is_complex_to_app():
            return
        for name, arm in router.arms.items():
            if len(router.shadows) < LIMIT:
                attributes = {**self.attributes(name), names.EXTRACTION_ID: extraction_id}
                shadow = Shadow(arm, router.plan, attributes, url, experiment.timeout)
                shadow.start(router.shadows, self._args, self._kwargs)

    def __enter__(self) -> None:
        """Begin to ask Claude."""

    def __exit__(self, kind: object, error: BaseException | None, trail: object) -> None:
        """Record what Claude did, and start the shadows of what it answered."""
        with guard:
            extraction_id = self.record(CLAUDE if error is None else None, error)
            if error is None:
                self.start_shadows(extraction_id)


@dataclass(frozen=True, slots=True)
class Trying:
    """The scope of an attempt."""

    call: Call
    arm: Arm
    attempt: Attempt

    def __enter__(self) -> Attempt:
        return self.attempt

    def __exit__(self, kind: object, error: BaseException | None, trail: object) -> bool:
        """Record an answer; or note why there is none, and let Claude be asked."""
        with guard:
            call, breaker = self.call, self.arm.breaker
            if error is None:
                breaker.succeeded()
                if self.attempt.handle is not None:
                    last_finished.set(self.attempt.handle)
                call.record(self.arm.name, None)
            elif not isinstance(error, Exception):
                call.record(None, error)
            else:
                call.decision = Decision.FALLBACK
                call.reason = error.reason if isinstance(error, Rejected) else Reason.ERROR
                if call.reason in _DOWN:
                    breaker.failed(time.monotonic())
                else:
                    breaker.succeeded()
                warn_once(
                    "otel_training: %s of experiment %s failed (%s), and Claude answers in its place: %s",
                    self.arm.name, call.name, call.reason, type(error).__name__,
                )  # fmt: skip
        return isinstance(error, Exception)


def _weights(experiment: Experiment) -> str:
    return ",".join(f"{arm}={weight:g}" for arm, weight in sorted(experiment.weights.items()))
