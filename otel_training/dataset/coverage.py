"""The coverage: what is missing from what was captured, how many examples that costs, and what to do about it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from otel_training.conventions import COMMAND, Kind, Loss
from otel_training.store.client import Row, Store, read_query
from otel_training.store.settle import count_unsettled

PRICES: Final = "prices"
MIN_VIEWERS: Final = 10
"""Readers that an example needs, unless a filter says otherwise."""
_OPTIONS: Final = {Kind.FEEDBACK: "engage", Kind.IMPRESSION: "feed", Kind.QUERY: "search"}
_UNSETTLED_SECONDS: Final = 600
_SHORT: Final = 40
"""Characters of an id or a word in a sentence."""
_HEADS: Final = {
    "content-encoding": "put TrainingMiddleware inside the compression, by calling `add_middleware` for it before that",
    "content-type": "answer JSON or JSON Lines, or call `record_impressions(...)`",
}
"""What to do about the head of an answer that is not read."""
_ELSEWHERE: Final = (
    "; if that program runs, it gathers elsewhere: start both inside one project, or set the same OTEL_TRAINING_HOME"
)


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing, and the one thing to do about it."""

    name: str
    count: int
    total: int
    """Of how many `count` lack it; 0 where there is none at all."""
    examples_lost: int
    """At most so many samples cannot become examples as long as it is missing."""
    missing: str
    cure: str

    @property
    def sentence(self) -> str:
        """What is missing, and what to do."""
        return f"{self.missing}: {self.cure}."


NOTHING: Final = Gap(
    "extractions", 0, 0, 0, "There is no extraction yet",
    "decorate your extraction function with @otel_training.extraction and run it",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Check:
    """How a gap is read from the figures, by their names, and what is said of it."""

    name: str
    count: str
    total: str
    lost: str
    noun: str
    missing: str
    """After `2 of 3 samples`, say; `have` and `are` agree with the count."""
    cure: str


_SAMPLES: Final = (
    _Check(
        "scores", "unscored", "samples", "unscored", "sample", "{have} no quality score",
        "return `quality_score`, or call `current(result).score(...)`; the export drops them but for --no-score",
    ),
    _Check(
        "scale", "off_scale", "scored", "off_scale", "quality score", "{are} outside 0 to 10",
        "give scores from 0 to 10, e.g. a tenth of a score out of 100",
    ),
    _Check(
        "low_scale", "low_scale", "scored", "low_scale", "quality score", "{are} within 0 to 1{of_tasks}",
        "give scores from 0 to 10, ten times a score out of 1; the export's --min-quality drops them",
    ),
    _Check(
        "texts", "blank", "samples", "blank", "sample", "{have} an insight without text",
        "name the text `text`, or say by `result=` where it stands; the log of the app names the keys that were there",
    ),
    _Check(
        "content", "bare", "samples", "bare", "sample", "{have} no texts, only ids and digests",
        "set OTEL_TRAINING_CONTENT=redacted instead of none where the extraction runs; freeze datasets before "
        "`retention` deletes texts",
    ),
    _Check(
        "calls", "uncalled", "live", "uncalled_lost", "sample", "{have} no captured call of a model",
        "ask by Claude's client inside the extraction, in threads that it starts or jobs that it submits, or report it "
        "by `current().llm_call(...)`; a template stands in for the prompt",
    ),
    _Check(
        "prompts", "unmatched", "live", "unmatched_lost", "sample", "{have} calls, but no answer with the insights",
        "return the insights as the model answers them, or report the answer that they come from by "
        "`current().llm_call(...)`; a template stands in for the prompt",
    ),
    _Check(
        "judges", "judged", "live", "judged_lost", "sample",
        "{have} only calls that were asked about the insights, which stand in their prompts",
        "ask by Claude's client inside the extraction; where the model quotes its source, name it as `source_content`; "
        "a template stands in for the prompt",
    ),
    _Check(
        "source_content", "contentless", "samples", "promptless", "sample", "{have} no source content",
        'name the argument `source_content`, or say where it is: `arguments={"source_content": "article.body"}`',
    ),
    _Check(
        "source_url", "urlless", "samples", "", "sample", "{have} no source URL",
        'name the argument `source_url`, or say where it is: `arguments={"source_url": "article.link"}`',
    ),
    _Check(
        "topics", "topicless", "samples", "", "sample", "{have} no topic",
        'name the argument `topic`, or say where it is: `arguments={"topic": "self.topic"}`',
    ),
)  # fmt: skip
_REACTIONS: Final = (
    _Check(
        "viewers", "anonymous_impressions", "impressions", "anonymous_samples", "impression", "{have} no reader",
        "set `request.state.user` in the dependency that knows the reader, or give TrainingMiddleware a `user=`, or "
        "`record_impressions` a `user_id=`; they, `undefined` and the like count as no viewers",
    ),
    _Check(
        "voters", "anonymous_actions", "actions", "voteless_samples", "action", "{have} no reader",
        "send `metadata.user_id`, or set `request.state.user` in the dependency that knows the reader, or give "
        "TrainingMiddleware a `user=`, or `record_feedback` a `user_id=`; they, `undefined` and the like count as no "
        "votes",
    ),
    _Check(
        "ids", "orphan_ids", "ids", "orphan_samples", "id that readers saw or acted on",
        "{are} known from no captured insight (e.g. {orphans})",
        "call `current().link(ids)` in the extracting program, or let the feed's items carry `text` beside `id`; for "
        "old ids import rows of insight_id and text",
    ),
    _Check(
        "shared_ids", "shared_ids", "ids", "shared_samples", "id that readers saw or acted on",
        "{have} several texts, as 1, 2, 3 of each source do (e.g. {shared}), and what readers do under them counts for "
        "none",
        "show readers an id of its own for each insight, `insight_id(source_url, text)` or your app's, and link yours "
        "by `current().link(ids)`",
    ),
    _Check(
        "words", "odd_actions", "actions", "odd_samples", "action", "{have} a word that is not known ({odd_words})",
        "send like, x, bookmark or share, or their undo unlike, unx, unbookmark, unshare, or map yours by `action=` of "
        "TrainingMiddleware, such as {'like': 'up'}",
    ),
)  # fmt: skip


def read_coverage(store: Store, min_viewers: int = MIN_VIEWERS) -> list[Gap]:
    """Return what is missing, the costliest first: nothing where all is well."""
    row = store.row(read_query("coverage_samples"))
    row |= store.row(read_query("coverage_reactions"), min_viewers=min_viewers)
    is_low = row["best"] is not None and 0 < row["best"] <= 1
    row |= store.row(read_query("coverage_scales"))
    row["low_scale"] = row["scored"] if is_low else row["low_scored"]
    row["of_tasks"] = "" if is_low else f", all of {_list(row['low_tasks'])}"
    if row["blank"] == row["samples"]:
        # No id derives from a text that is unknown.
        row["orphan_ids"] = 0
    row["orphan_samples"] = min(row["orphan_ids"], max(0, row["samples"] - row["reached_samples"]))
    routes = list(store.rows(read_query("coverage_routes")))
    checks = (*_SAMPLES, *_REACTIONS) if row["attempts"] else _SAMPLES
    gaps = [*_staleness(store), *_sides(row, routes), *(_gap(check, row) for check in checks if row[check.count])]
    return sorted(gaps, key=lambda gap: (-gap.examples_lost, -gap.count / (gap.total or 1)))


def read_unpriced(store: Store) -> list[Gap]:
    """Return the calls whose cost is unknown as a gap; it keeps back no example, so the export is not asked."""
    row = store.row(read_query("coverage_costs"))
    if not row["unpriced"]:
        return []
    have = "has" if row["unpriced"] == 1 else "have"
    missing = f"{row['unpriced']:,} of {row['calls']:,} calls of a model {have} no known cost ({_list(row['models'])})"
    cure = f"`{COMMAND} prices check` says why, and what to do"
    return [Gap(PRICES, row["unpriced"], row["calls"], 0, missing, cure)]


def _staleness(store: Store) -> Iterator[Gap]:
    """Name what a server's figures do not count yet; embedded, every command settles first."""
    count = 0 if store.is_embedded else count_unsettled(store, _UNSETTLED_SECONDS)
    if count:
        missing = (
            f"{count:,} extractions and ids came in over {_UNSETTLED_SECONDS // 60} minutes ago and count in no figure"
        )
        yield Gap("unsettled", count, count, 0, missing, f"run `{COMMAND} settle` by cron, each minute")


def _gap(check: _Check, row: Row) -> Gap:
    count, total, lost = row[check.count], row[check.total], row[check.lost] if check.lost else 0
    words = ("has", "is") if count == 1 else ("have", "are")
    texts = {name: _list(row[name]) for name in ("orphans", "shared", "odd_words")}
    missing = check.missing.format(have=words[0], are=words[1], of_tasks=row["of_tasks"], **texts)
    noun = check.noun if total == 1 else _plural(check.noun)
    return Gap(check.name, count, total, lost, f"{count:,} of {total:,} {noun} {missing}", check.cure)


def _sides(row: Row, routes: list[Row]) -> Iterator[Gap]:
    """Name the sides of which nothing was captured: extractions, or what readers saw and did."""
    attempts, ids, samples = row["attempts"], row["ids"], row["samples"]
    unseen = max(0, samples - row["seen_samples"])
    yield from (_route_gap(route, unseen) for route in routes)
    if not attempts:
        yield replace(NOTHING, examples_lost=ids, cure=NOTHING.cure + _ELSEWHERE) if ids else NOTHING
    elif row["unrecognised"]:
        missing = f"{row['unrecognised']:,} of {attempts:,} extractions returned nothing that insights are found in"
        cure = "return them as a list, under `insights`, or say by `result=` where they stand"
        yield Gap("results", row["unrecognised"], attempts, row["unrecognised"], missing, cure)
    elif not samples:
        cure = f"`{COMMAND} view extraction` shows how each ended"
        yield Gap("results", attempts, attempts, attempts, f"None of {attempts:,} extractions has an insight", cure)
    if routes or not attempts:
        # The middleware is there, and what it lacks is named.
        return
    if not ids:
        cure = f"add otel_training.TrainingMiddleware to the app that serves the feed{_ELSEWHERE}"
        yield Gap("reactions", 0, 0, samples, "There are no impressions and no feedback yet", cure)
    elif not row["impressions"]:
        cure = "name the feed's route by `feed=` of TrainingMiddleware, or call `record_impressions(...)`"
        yield Gap(
            "impressions", 0, 0, unseen, "There are no impressions yet, so only who acts is known as viewer", cure
        )
    elif not row["actions"]:
        cure = "name the route of readers' actions by `engage=` of TrainingMiddleware, or call `record_feedback(...)`"
        yield Gap("actions", 0, 0, samples, "There is no feedback yet", cure)


def _route_gap(route: Row, unseen: int) -> Gap:
    """Name a route of the middleware that matches nothing, or what its requests hold instead of what is looked for."""
    place, requests = f"{route['route']} of {route['service']}", route["requests"]
    if route["reason"] == Loss.UNMATCHED:
        cure = f"name the route that the app has by `{_OPTIONS[route['detail']]}=` of TrainingMiddleware, None for none"
        return Gap("routes", 0, 0, unseen, f"No request was of the route {place}", cure)
    noun, held = f"{requests:,} {'request' if requests == 1 else 'requests'} of {place}", route["detail"]
    if cure := _HEADS.get(held.partition(": ")[0], ""):
        return Gap("fields", requests, requests, unseen, f"{noun} had an answer that is not read, {held}", cure)
    if {"insight_id", "action"} <= {path.rpartition(".")[2] for path in held.split(", ")}:
        cure = "send an id as text, or as a whole number below 2^53, and the action as a word"
        return Gap("fields", requests, requests, unseen, f"{noun} had an id or an action that is none", cure)
    missing = (
        f"{noun} had neither a list of items with `id` and `text` nor `insight_id` and `action`, "
        f"but {_list([held], 200) or 'something else'}"
    )
    cure = "send these names, or say by `item=` or `action=` of TrainingMiddleware which are yours"
    return Gap("fields", requests, requests, unseen, missing, cure)


def _list(values: list[str] | dict[str, int], limit: int = _SHORT) -> str:
    """List ids, or words with their counts."""
    words = [f"{count:,} {word}" for word, count in values.items()] if isinstance(values, dict) else values
    return ", ".join(word if len(word) <= limit else f"{word[: limit - 1]}…" for word in words)


def _plural(noun: str) -> str:
    head, space, rest = noun.partition(" that ")
    return f"{head}s{space}{rest}"
