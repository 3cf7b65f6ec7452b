"""Every event, attribute, action and table name, in one place.

The registry of what travels on the wire: one OpenTelemetry log event a record, scalars in the
attributes, content as one JSON string in the body. Reuses `gen_ai.*`, `user.hash`, `url.full`
and `error.type` where a convention exists; everything else is `training.*`.
"""

from asyncio import CancelledError
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

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
    LOSS = "loss"

    @property
    def event_name(self) -> str:
        """The OTel event name, e.g. `training.extraction`."""
        return f"training.{self.value}"


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
    CLOSED = "closed"
    """The consumer of a generator closed it before its end."""
    ABANDONED = "abandoned"
    """The consumer of a generator let go of it before its end."""

    @classmethod
    def of(cls, error: BaseException | None) -> "Outcome":
        """Return how a call ended that raised this error, or none."""
        if error is None:
            return cls.OK
        return cls.CANCELLED if isinstance(error, (CancelledError, KeyboardInterrupt)) else cls.ERROR


class Content(StrEnum):
    """How texts are kept; the values of the setting `content`."""

    NONE = "none"
    """Not at all: ids and digests stay, so that links and votes still work."""
    REDACTED = "redacted"
    """With placeholders for secrets and personal data."""
    FULL = "full"
    """As they are."""


class Loss(StrEnum):
    """Why a record is not in the store: the values of `training.loss.reason`."""

    QUEUE_FULL = "queue_full"
    SPOOL_FULL = "spool_full"
    FOLDER_REFUSED = "folder_refused"
    ENCODE_ERROR = "encode_error"
    MALFORMED = "malformed"
    """Content that is no JSON."""
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
    UNATTACHED = "unattached"
    """What was said of an extraction that `current()` could not tell."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One entry of the registry."""

    name: str
    records: str
    """The kinds of records that carry the attribute."""
    type: str
    """OTel type and unit (UCUM); lists travel as JSON text: exporters render them differently."""
    meaning: str


REGISTRY: Final[dict[str, Attribute]] = {}
"""Every attribute and body field by its name; the table of `collector/ATTRIBUTES.md` is made of it."""


def _attribute(name: str, records: str, type_: str, meaning: str) -> str:
    REGISTRY[name] = Attribute(name, records, type_, meaning)
    return name


# On every record
KIND: Final = _attribute("training.kind", "all", "string", "what the record tells; the key to filter on")
EVENT_ID: Final = _attribute(
    "training.event.id",
    "all",
    "string",
    "UUIDv7 made where the record was captured; delivery is at least once, reading once by it",
)
VERSION: Final = _attribute("training.schema.version", "all", "string", "version of this registry")
REDACTION: Final = _attribute(
    "training.redaction", "all with a body", "string", "version of the redaction that ran, or `none` or `full`"
)
REDACTION_COUNT: Final = _attribute(
    "training.redaction.count", "all with a body", "int", "what was replaced in the texts"
)
REDACTION_COUNTS: Final = {
    word: _attribute(f"training.redaction.{word.lower()}", "all with a body", "int", f"of these, {what}")
    for word, what in (
        ("EMAIL", "e-mail addresses"),
        ("PHONE", "phone numbers"),
        ("IP", "IP addresses"),
        ("CARD", "card numbers"),
        ("IBAN", "account numbers"),
        ("KEY", "keys and tokens"),
        ("CUSTOM", "what `redact_patterns` found"),
    )
}
"""The attribute that counts a type of placeholder, by the word in the placeholder."""
CONTENT_DROPPED: Final = _attribute(
    "training.content.dropped",
    "all with a body",
    "string",
    "`fence`: a collector dropped the body, since no redaction had marked it",
)
IMPORTED: Final = _attribute(
    "training.imported.line", "extraction, feedback, link", "int", "line of the old log it came from: orders one second"
)

# Extraction
EXTRACTION_ID: Final = _attribute(
    "training.extraction.id", "extraction, llm_call, link, correction", "string", "the extraction; its own event id"
)
TASK_NAME: Final = _attribute("training.task.name", "extraction, query", "string", "the function's name, or `task=`")
TASK_VERSION: Final = _attribute("training.task.version", "extraction", "string", "`version=`")
TOPIC: Final = _attribute("training.source.topic", "extraction", "string", "topic of the source")
SOURCE_URL: Final = _attribute(
    "url.full", "extraction, link", "string", "URL of the source, without user info and secret-looking parameters"
)
SOURCE_LENGTH: Final = _attribute(
    "training.source.length", "extraction", "int {char}", "length of the whole source content"
)
SOURCE_TRUNCATED: Final = _attribute("training.source.truncated", "extraction", "bool", "the source content was cut")
OUTPUT_COUNT: Final = _attribute(
    "training.output.count", "extraction, llm_call", "int {insight}", "insights returned; items in an answer"
)
OUTPUT_UNREAD: Final = _attribute(
    "training.output.unread",
    "extraction",
    "string",
    "what was returned and could not be read, between commas: insights, text (of some), quality_score, passed_filters",
)
_attribute("training.output.sha256", "extraction, llm_call", "string", "of earlier versions: one digest of all texts")
OUTPUT_TEXTS: Final = _attribute(
    "training.output.texts",
    "extraction, llm_call",
    "string",
    "keyed digests of the insights' texts, or of those in an answer: tell which call's answer was returned",
)
OUTPUT_CATEGORIES: Final = _attribute(
    "training.output.categories", "extraction", "string", "keyed digests of the insights' categories"
)
OUTPUT_QUOTED: Final = _attribute(
    "training.output.quoted", "extraction, llm_call", "string", "of these texts, those that stand in source or prompt"
)
QUALITY: Final = _attribute("training.quality.score", "extraction", "double", "quality score, 0 to 10")
PASSED: Final = _attribute("training.filter.passed", "extraction", "bool", "passed the app's filters")
OUTCOME: Final = _attribute(
    "training.outcome", "extraction, query", "string", "ok, error, cancelled, closed or abandoned"
)
ERROR_TYPE: Final = _attribute(
    "error.type", "extraction, llm_call, query", "string", "class of the exception, never its text"
)
DURATION: Final = _attribute("training.duration", "extraction, llm_call, query", "double s", "how long it took")

# Spans
OPERATION: Final = _attribute("gen_ai.operation.name", "span", "string", "`invoke_workflow` or `retrieval`")
WORKFLOW: Final = _attribute("gen_ai.workflow.name", "span", "string", "the task")

# Body of an extraction
INPUT: Final = _attribute("training.input", "body", "JSON", "source content, messages sent, or query")
OUTPUT: Final = _attribute("training.output", "body", "JSON", "insights, or the answer's text")

# One call of a model, under its extraction; body: INPUT (messages) and OUTPUT (text)
MODEL: Final = _attribute("gen_ai.request.model", "llm_call", "string", "model asked for")
PROVIDER: Final = _attribute("gen_ai.provider.name", "llm_call", "string", "who serves it")
RESPONSE_MODEL: Final = _attribute("gen_ai.response.model", "llm_call", "string", "model that answered")
RESPONSE_ID: Final = _attribute("gen_ai.response.id", "llm_call", "string", "the provider's id of the answer")
FINISH_REASONS: Final = _attribute(
    "gen_ai.response.finish_reasons", "llm_call", "JSON string[]", "why the answer ended"
)
FIRST_CHUNK: Final = _attribute(
    "gen_ai.response.time_to_first_chunk", "llm_call", "double s", "time to the first chunk of a stream"
)
MAX_TOKENS: Final = _attribute("gen_ai.request.max_tokens", "llm_call", "int {token}", "limit asked for")
STREAM: Final = _attribute("gen_ai.request.stream", "llm_call", "bool", "asked for as a stream")
INPUT_TOKENS: Final = _attribute(
    "gen_ai.usage.input_tokens", "llm_call", "int {token}", "all input tokens, cache reads and writes included"
)
OUTPUT_TOKENS: Final = _attribute("gen_ai.usage.output_tokens", "llm_call", "int {token}", "output tokens")
CACHE_READ_TOKENS: Final = _attribute(
    "gen_ai.usage.cache_read.input_tokens", "llm_call", "int {token}", "read from the cache"
)
CACHE_WRITE_TOKENS: Final = _attribute(
    "gen_ai.usage.cache_write.input_tokens", "llm_call", "int {token}", "written to the cache"
)
REASONING_TOKENS: Final = _attribute(
    "gen_ai.usage.reasoning.output_tokens", "llm_call", "int {token}", "spent on thinking"
)
SERVICE_TIER: Final = _attribute("anthropic.response.service_tier", "llm_call", "string", "tier that prices the call")
CACHE_5M_TOKENS: Final = _attribute(
    "anthropic.usage.cache_creation.ephemeral_5m_input_tokens",
    "llm_call",
    "int {token}",
    "written to the cache for five minutes",
)
CACHE_1H_TOKENS: Final = _attribute(
    "anthropic.usage.cache_creation.ephemeral_1h_input_tokens",
    "llm_call",
    "int {token}",
    "written to the cache for an hour",
)
PROMPT_VERSION: Final = _attribute("gen_ai.prompt.version", "llm_call", "string", "digest of the system prompt")
BATCH_ID: Final = _attribute("anthropic.batch.id", "llm_call", "string", "the Message Batch")
BATCH_CUSTOM_ID: Final = _attribute(
    "anthropic.batch.custom_id", "llm_call", "string", "the request of the batch: joins its prompt to its answer"
)
TOOLS: Final = _attribute("gen_ai.tool.definitions", "body", "JSON", "tools offered to the model")

# Feedback, impressions, links, scores, losses
INSIGHT_ID: Final = _attribute("training.insight.id", "feedback", "string", "the id that the app gave")
INSIGHT_IDS: Final = _attribute(
    "training.insight.ids", "impression", "JSON string[]", "ids shown, by their place in the feed"
)
INSIGHT_INDEX: Final = _attribute(
    "training.insight.index", "link", "int", "place of the insight in its extraction, from 0"
)
TEXT_SHA256: Final = _attribute(
    "training.insight.text_sha256", "link", "string", "digest of the insight's text in normal form"
)
ACTION: Final = _attribute(
    "training.feedback.action",
    "feedback",
    "string",
    "like, x, bookmark, share, unlike, unx, unbookmark, unshare, or another word as it came, which is never a vote",
)
ROUTE: Final = _attribute("http.route", "feedback, impression, query", "string", "route of the request")
USER_HASH: Final = _attribute(
    "user.hash", "feedback, impression, query", "string", "the reader's pseudonym: HMAC-SHA-256, 16 bytes, hex"
)
USER_KEY_ID: Final = _attribute(
    "training.user.key_id", "feedback, impression, query", "string", "which key made the pseudonym"
)
LINK_ID: Final = _attribute("training.link.id", "link", "string", "the app's id of an insight")
SCORE_TARGET: Final = _attribute("training.score.target", "score", "string", "the extraction or insight")
SCORE_NAME: Final = _attribute(
    "training.score.name",
    "score",
    "string",
    "what was scored; `quality_score` and `passed_filters` replace the extraction's own",
)
SCORE_VALUE: Final = _attribute("training.score.value", "score", "double", "the score")
LOSS_REASON: Final = _attribute("training.loss.reason", "loss", "string", "why records were lost")
LOSS_COUNT: Final = _attribute("training.loss.count", "loss", "int {event}", "how many")
LOSS_ROUTE: Final = _attribute(
    "training.loss.route", "loss", "string", "the route, as it was declared, of the requests that were lost"
)
LOSS_DETAIL: Final = _attribute(
    "training.loss.detail", "loss", "string", "the keys that they held instead; of an unmatched route what it is for"
)

# Queries: how good the sources are that a search found
QUERY_ID: Final = _attribute("training.query.id", "query", "string", "the query; its own event id")
QUERY_COUNT: Final = _attribute("training.query.result_count", "query", "int", "sources found")
SOURCE_QUALITY_MEAN: Final = _attribute(
    "training.source.quality.mean", "query", "double", "mean quality of the sources found"
)
SOURCE_QUALITY_MIN: Final = _attribute(
    "training.source.quality.min", "query", "double", "least quality of the sources found"
)
SOURCE_QUALITY_RATIO: Final = _attribute(
    "training.source.quality.pass_ratio",
    "query",
    "double",
    "share of the sources found that passed the filters, 0 to 1",
)
QUALITY_KEYS: Final = ("quality_score", "quality", "score")
"""The names under which a source may say how good it is."""

# Corrections
EVALUATOR_KIND: Final = _attribute("training.evaluator.kind", "correction", "string", "who says so: HUMAN")

# Metrics of our own
METRIC_DROPPED: Final = "training.events.dropped"
METRIC_WAITING: Final = "training.events.waiting"

# Resource
SERVICE_NAME: Final = _attribute("service.name", "resource", "string", "the program")

# Names of scores that replace the extraction's own
SCORE_QUALITY: Final = "quality_score"
SCORE_PASSED: Final = "passed_filters"
