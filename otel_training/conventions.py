"""Every event, attribute, action and table name, in one place.

The registry of what travels on the wire: one OpenTelemetry log event a record, scalars in the
attributes, content as one JSON string in the body. Reuses `gen_ai.*`, `user.hash`, `url.full`
and `error.type` where a convention exists; everything else is `training.*`.
"""

from enum import StrEnum
from typing import Final

SCOPE: Final = "otel_training"
SCHEMA_VERSION: Final = "0.1"
SCHEMA_URL: Final = "urn:otel_training:schema:0.1"
DATABASE: Final = "otel_training"
COMMAND: Final = "otel-training"


class Kind(StrEnum):
    """What a record tells; the value of `training.kind`, the key to filter on."""

    EXTRACTION = "extraction"
    LLM_CALL = "llm_call"
    FEEDBACK = "feedback"
    IMPRESSION = "impression"
    LINK = "link"
    QUERY = "query"
    SCORE = "score"
    CORRECTION = "correction"
    LOSS = "loss"

    @property
    def event_name(self) -> str:
        """The OTel event name, e.g. `training.extraction`."""
        return f"training.{self.value}"


class Action(StrEnum):
    """What a reader did to an insight, and the undo of it."""

    LIKE = "like"
    X = "x"
    BOOKMARK = "bookmark"
    SHARE = "share"
    UNLIKE = "unlike"
    UNX = "unx"
    UNBOOKMARK = "unbookmark"
    UNSHARE = "unshare"
    OTHER = "other"
    """Any action the app has beyond these: kept and shown, never a vote."""


class Outcome(StrEnum):
    """How an extraction ended."""

    OK = "ok"
    ERROR = "error"
    CANCELLED = "cancelled"
    CLOSED = "closed"
    """The consumer of a generator closed it before its end."""
    ABANDONED = "abandoned"
    """The consumer of a generator let go of it before its end."""


class Loss(StrEnum):
    """Why a record is not in the store."""

    QUEUE_FULL = "queue_full"
    SPOOL_FULL = "spool_full"
    ENCODE_ERROR = "encode_error"
    MALFORMED = "malformed"
    FEED_TOO_LARGE = "feed_too_large"
    SHUTDOWN = "shutdown"
    TORN = "torn"
    DAMAGED = "damaged"


# On every record
KIND: Final = "training.kind"
EVENT_ID: Final = "training.event.id"
VERSION: Final = "training.schema.version"
REDACTION: Final = "training.redaction"
REDACTION_COUNT: Final = "training.redaction.count"
IMPORTED: Final = "training.imported"

# Extraction
EXTRACTION_ID: Final = "training.extraction.id"
TASK_NAME: Final = "training.task.name"
TASK_VERSION: Final = "training.task.version"
TOPIC: Final = "training.source.topic"
SOURCE_URL: Final = "url.full"
SOURCE_LENGTH: Final = "training.source.length"
SOURCE_TRUNCATED: Final = "training.source.truncated"
OUTPUT_COUNT: Final = "training.output.count"
OUTPUT_SHA256: Final = "training.output.sha256"
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
FINISH_REASON: Final = "gen_ai.response.finish_reason"
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

# Queries: how good the sources are that a search found
QUERY_ID: Final = "training.query.id"
QUERY_COUNT: Final = "training.query.result_count"
SOURCE_QUALITY_MEAN: Final = "training.source.quality.mean"
SOURCE_QUALITY_MIN: Final = "training.source.quality.min"
SOURCE_QUALITY_RATIO: Final = "training.source.quality.pass_ratio"
QUALITY_KEYS: Final = ("quality_score", "quality", "score")
"""The names under which a source may say how good it is."""

# Corrections
EVALUATOR_KIND: Final = "training.evaluator.kind"

# Metrics of our own
METRIC_DROPPED: Final = "training.events.dropped"
METRIC_WAITING: Final = "training.events.waiting"

# Resource
SERVICE_NAME: Final = "service.name"

# Scores that override what the extraction itself said
SCORE_QUALITY: Final = "quality_score"
SCORE_PASSED: Final = "passed_filters"
