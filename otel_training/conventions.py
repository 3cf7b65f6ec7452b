"""Every event, attribute, action and table name, in one place.

On the wire a record is one OpenTelemetry log event: scalars in the attributes, content as one JSON
string in the body. Reuses `gen_ai.*`, `user.hash`, `url.full` and `error.type` where a convention
exists; everything else is `training.*`. What each attribute means: `collector/ATTRIBUTES.md`.
"""

from enum import StrEnum
from typing import Final

from otel_training._loop import is_cancelled

SCOPE: Final = "otel_training"
SCHEMA_VERSION: Final = "0.1"
SCHEMA_URL: Final = "urn:otel_training:schema:0.1"
DATABASE: Final = "otel_training"
COMMAND: Final = "otel-training"


class Kind(StrEnum):
    """The kind of a record: the value of `training.kind`, the key to filter on."""

    EXTRACTION = "extraction"
    LLM_CALL = "llm_call"
    FEEDBACK = "feedback"
    IMPRESSION = "impression"
    LINK = "link"
    QUERY = "query"
    SCORE = "score"
    CORRECTION = "correction"
    ASSIGNMENT = "assignment"  # which arm of an experiment a call was assigned, and which answered
    SHADOW = "shadow"
    """What a candidate answered beside, shown to nobody: no other kind has anything of it, its calls neither."""
    LOSS = "loss"

    @property
    def event_name(self) -> str:
        """The OTel event name, e.g. `training.extraction`; OpenTelemetry has one of its own for an assignment."""
        return "feature_flag.evaluation" if self is Kind.ASSIGNMENT else f"training.{self.value}"


class Action(StrEnum):
    """A reader's action on an insight, or the undo of one; any other word of the app's is kept as it came."""

    LIKE = "like"
    X = "x"
    BOOKMARK = "bookmark"
    SHARE = "share"
    UNLIKE = "unlike"
    UNX = "unx"
    UNBOOKMARK = "unbookmark"
    UNSHARE = "unshare"


class Outcome(StrEnum):
    """How an extraction or a query ended."""

    OK = "ok"
    ERROR = "error"
    CANCELLED = "cancelled"
    CLOSED = "closed"  # the consumer of a generator closed it before its end
    ABANDONED = "abandoned"  # the consumer of a generator let go of it before its end

    @classmethod
    def of(cls, error: BaseException | None) -> "Outcome":
        """Return how a call ended that raised this error, or none."""
        if error is None:
            return cls.OK
        return cls.CANCELLED if issubclass(type(error), KeyboardInterrupt) or is_cancelled(error) else cls.ERROR


class Decision(StrEnum):
    """How a call of an experiment went its way: the values of `training.route.decision`."""

    ASSIGNED = "assigned"  # the assigned arm answered, or was the only one to be asked
    POLICY = "policy"  # Claude was asked instead, before any other: see the reason
    FALLBACK = "fallback"  # Claude was asked since the assigned arm had failed, or is known to be down: see the reason
    FROZEN = "frozen"
    KILLED = "killed"


class Reason(StrEnum):
    """Why another than the assigned arm was asked: the values of `training.route.reason`."""

    ERROR = "error"
    TIMEOUT = "timeout"
    SCHEMA = "schema"  # the answer holds no insights, or does not pass the app's `check`
    EMPTY = "empty"
    SELF_SCORE = "self_score"  # the answer's own score is too low
    BREAKER = "breaker"  # it failed several times in a row, and is given a rest
    COMPLEXITY = "complexity"
    NO_SOURCE = "no_source"  # nothing tells sources apart: neither URL nor content is known
    NO_ARM = "no_arm"  # the app has no function of the assigned arm
    HOLDOUT = "holdout"  # None: it belongs to the sources that stay with Claude
    STATE = "state"  # nothing could be assigned: the state file is missing or broken, or does not have the experiment


class Content(StrEnum):
    """How texts are kept; the values of the setting `content`."""

    NONE = "none"  # not at all: ids and digests stay, so that links and votes still work
    REDACTED = "redacted"  # with placeholders for secrets and personal data
    FULL = "full"  # as they are


class Loss(StrEnum):
    """Why a record is not in the store: the values of `training.loss.reason`."""

    QUEUE_FULL = "queue_full"
    SPOOL_FULL = "spool_full"
    FOLDER_REFUSED = "folder_refused"
    ENCODE_ERROR = "encode_error"
    MALFORMED = "malformed"  # content that is no JSON
    UNRECOGNISED = "unrecognised"
    """JSON that holds nothing under the names that are looked for; the loss names the route and what it held."""
    UNMATCHED = "unmatched"
    """No record: a route that no request was of when others came. Such a loss counts none and names the route."""
    FEED_TOO_LARGE = "feed_too_large"
    SHUTDOWN = "shutdown"
    TORN = "torn"
    DAMAGED = "damaged"
    REJECTED = "rejected"
    EXPIRED = "expired"
    UNKNOWN_CLIENT = "unknown_client"
    UNATTACHED = "unattached"  # a score, result or link for an extraction that `current()` could not determine


# On every record
KIND: Final = "training.kind"
EVENT_ID: Final = "training.event.id"
VERSION: Final = "training.schema.version"
REDACTION: Final = "training.redaction"
REDACTION_COUNT: Final = "training.redaction.count"
REDACTION_COUNTS: Final = {
    kind: f"training.redaction.{kind.lower()}" for kind in ("EMAIL", "PHONE", "IP", "CARD", "IBAN", "KEY", "CUSTOM")
}
"""The attribute that counts a type of placeholder, by the word in the placeholder."""
CONTENT_DROPPED: Final = "training.content.dropped"
IMPORTED: Final = "training.imported.line"

# Extraction
EXTRACTION_ID: Final = "training.extraction.id"
TASK_NAME: Final = "training.task.name"
TASK_VERSION: Final = "training.task.version"
TOPIC: Final = "training.source.topic"
SOURCE_URL: Final = "url.full"
SOURCE_LENGTH: Final = "training.source.length"
SOURCE_TRUNCATED: Final = "training.source.truncated"
OUTPUT_COUNT: Final = "training.output.count"
OUTPUT_UNREAD: Final = "training.output.unread"
OUTPUT_TEXTS: Final = "training.output.texts"
OUTPUT_CATEGORIES: Final = "training.output.categories"
OUTPUT_QUOTED: Final = "training.output.quoted"
QUALITY: Final = "training.quality.score"
PASSED: Final = "training.filter.passed"
OUTCOME: Final = "training.outcome"
ERROR_TYPE: Final = "error.type"
DURATION: Final = "training.duration"

# Spans
OPERATION: Final = "gen_ai.operation.name"
WORKFLOW: Final = "gen_ai.workflow.name"

# Body of an extraction
INPUT: Final = "training.input"
OUTPUT: Final = "training.output"

# One call of a model, under its extraction; body: INPUT (messages) and OUTPUT (text)
MODEL: Final = "gen_ai.request.model"
PROVIDER: Final = "gen_ai.provider.name"
RESPONSE_MODEL: Final = "gen_ai.response.model"
RESPONSE_ID: Final = "gen_ai.response.id"
FINISH_REASONS: Final = "gen_ai.response.finish_reasons"
FIRST_CHUNK: Final = "gen_ai.response.time_to_first_chunk"
MAX_TOKENS: Final = "gen_ai.request.max_tokens"
STREAM: Final = "gen_ai.request.stream"
INPUT_TOKENS: Final = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS: Final = "gen_ai.usage.output_tokens"
CACHE_READ_TOKENS: Final = "gen_ai.usage.cache_read.input_tokens"
CACHE_WRITE_TOKENS: Final = "gen_ai.usage.cache_write.input_tokens"
REASONING_TOKENS: Final = "gen_ai.usage.reasoning.output_tokens"
SERVICE_TIER: Final = "anthropic.response.service_tier"
CACHE_5M_TOKENS: Final = "anthropic.usage.cache_creation.ephemeral_5m_input_tokens"
CACHE_1H_TOKENS: Final = "anthropic.usage.cache_creation.ephemeral_1h_input_tokens"
PROMPT_VERSION: Final = "gen_ai.prompt.version"
BATCH_ID: Final = "anthropic.batch.id"
BATCH_CUSTOM_ID: Final = "anthropic.batch.custom_id"
TOOLS: Final = "gen_ai.tool.definitions"

# Feedback, impressions, links, scores, losses
INSIGHT_ID: Final = "training.insight.id"
INSIGHT_IDS: Final = "training.insight.ids"
INSIGHT_INDEX: Final = "training.insight.index"
TEXT_SHA256: Final = "training.insight.text_sha256"
ACTION: Final = "training.feedback.action"
ROUTE: Final = "http.route"
USER_HASH: Final = "user.hash"
USER_KEY_ID: Final = "training.user.key_id"
LINK_ID: Final = "training.link.id"
SCORE_TARGET: Final = "training.score.target"
SCORE_NAME: Final = "training.score.name"
SCORE_VALUE: Final = "training.score.value"
LOSS_REASON: Final = "training.loss.reason"
LOSS_COUNT: Final = "training.loss.count"
LOSS_ROUTE: Final = "training.loss.route"
LOSS_DETAIL: Final = "training.loss.detail"

# Queries: how good the sources are that a search found
QUERY_ID: Final = "training.query.id"
QUERY_COUNT: Final = "training.query.result_count"
SOURCE_QUALITY_MEAN: Final = "training.source.quality.mean"
SOURCE_QUALITY_MIN: Final = "training.source.quality.min"
SOURCE_QUALITY_RATIO: Final = "training.source.quality.pass_ratio"
QUALITY_KEYS: Final = ("quality_score", "quality", "score")  # the names under which a source may say how good it is

# Corrections
EVALUATOR_KIND: Final = "training.evaluator.kind"
HUMAN: Final = "HUMAN"

# Assignments of experiments, and what a candidate answered beside
FLAG_KEY: Final = "feature_flag.key"
FLAG_VARIANT: Final = "feature_flag.result.variant"
FLAG_REASON: Final = "feature_flag.result.reason"
FLAG_PROVIDER: Final = "feature_flag.provider.name"
ROUTE_SERVED: Final = "training.route.served"
ROUTE_DECISION: Final = "training.route.decision"
ROUTE_REASON: Final = "training.route.reason"
ROUTE_ATTEMPT: Final = "training.route.attempt.id"
ROUTE_CANDIDATE: Final = "training.route.candidate"
ROUTE_UNIT: Final = "training.route.unit"
ROUTE_WEIGHTS: Final = "training.route.weights"
SIMULATED: Final = "training.simulated"
CALLS: Final = "training.calls"  # in the body of a shadow: the calls of models that it made, without content
CLAUDE: Final = "claude"  # the arm that is the baseline

# Metrics of our own
METRIC_DROPPED: Final = "training.events.dropped"
METRIC_WAITING: Final = "training.events.waiting"

# Resource
SERVICE_NAME: Final = "service.name"

# Names of scores that replace the extraction's own
SCORE_QUALITY: Final = "quality_score"
SCORE_PASSED: Final = "passed_filters"

# Name of the score that a reviewer gives: 1 accepted, 0 rejected, -1 taken back
SCORE_REVIEW: Final = "review"
