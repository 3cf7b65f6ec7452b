"""The five dashboards: which panels stand where. What a panel answers, and how, is its file in `sql/`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dashboards.panels import Panel, bars, gauges, lines, stat, table

RED_ABOVE_0: Final = ((None, "green"), (1, "red"))
COVERAGE: Final = ((None, "red"), (0.5, "orange"), (0.9, "green"))
OUTCOMES: Final = {"ok": "blue", "error": "red", "cancelled": "orange"}


@dataclass(frozen=True)
class Row:
    """Panels beside each other; a title makes a line above them."""

    height: int
    panels: Sequence[Panel]
    title: str = ""


@dataclass(frozen=True)
class Dashboard:
    """One dashboard: the question it answers, its variables and its panels."""

    uid: str
    title: str
    description: str
    variables: Sequence[str]
    rows: Sequence[Row]


COLLECTION: Final = Dashboard(
    "otel-training-collection",
    "Collection",
    "Is data arriving, complete and fresh?",
    ("service", "topic"),
    (
        Row(4, (
            stat("collection_records", "Records stored", 4, "short"),
            stat("collection_extractions", "Extraction attempts", 4, "short"),
            stat("collection_failed", "Failed attempts", 4, "percentunit",
                 ((None, "green"), (0.02, "orange"), (0.05, "red")), decimals=1),
            stat("collection_age", "Age of the newest extraction", 4, "s",
                 ((None, "green"), (21_600, "orange"), (86_400, "red")), decimals=0),
            stat("collection_reaction_age", "Age of the newest reaction", 4, "s",
                 ((None, "green"), (86_400, "orange"), (604_800, "red")), decimals=0),
            stat("collection_lost", "Records lost", 4, "short", RED_ABOVE_0),
        )),
        Row(8, (
            bars("collection_kinds", "Records by kind", 12, label="kind"),
            bars("collection_outcomes", "Extractions by outcome", 12, label="outcome", colors=OUTCOMES),
        )),
        Row(9, (
            gauges("collection_coverage", "Coverage of samples and reactions", 12, "percentunit", COVERAGE,
                   defaults={"max": 1, "decimals": 0}),
            lines("collection_coverage_days", "Coverage of samples over time", 12, "percentunit",
                  defaults={"max": 1, "decimals": 0}),
        ), "Coverage"),
        Row(8, (
            bars("collection_losses", "Losses by reason", 12, label="reason", empty="Nothing was lost in this time"),
            table("collection_routes", "Routes that bring no records", 12, {"last_seen": "dateTimeFromNow"},
                  empty="Every route was read in this time", widths={"requests": 90, "last_seen": 130}),
        ), "Losses"),
        Row(9, (
            table("collection_topics", "Samples by topic", 12, {"share": "percentunit", "last_seen": "dateTimeFromNow"},
                  gauges=("share",), widths={"attempts": 90, "samples": 90, "last_seen": 130}),
            table("collection_programs", "Records by program", 12,
                  {"first_seen": "dateTimeFromNow", "last_seen": "dateTimeFromNow"},
                  widths={"records": 90, "first_seen": 130, "last_seen": 130}),
        ), "Sources"),
        Row(7, (
            lines("collection_redactions", "Redactions in 1,000 extractions", 24, "short"),
        )),
    ),
)  # fmt: skip

QUALITY: Final = Dashboard(
    "otel-training-quality",
    "Quality",
    "Are extractions good, and where are they weak?",
    ("topic", "model", "prompt_version"),
    (
        Row(4, (
            stat("quality_score", "Mean quality score", 5, "none", ((None, "red"), (6, "orange"), (7, "green")),
                 decimals=2),
            stat("quality_good", "Samples with score 7 or more", 5, "percentunit",
                 ((None, "red"), (0.3, "orange"), (0.5, "green")), decimals=1),
            stat("quality_passed", "Samples that passed the app's filters", 5, "percentunit",
                 ((None, "red"), (0.5, "orange"), (0.7, "green")), decimals=1),
            stat("quality_unscored", "Samples without a score", 5, "percentunit",
                 ((None, "green"), (0.05, "orange"), (0.25, "red")), decimals=1),
            stat("quality_duration", "95th percentile of duration", 4, "s", decimals=2),
        )),
        Row(8, (
            gauges("quality_scores", "Samples by quality score", 12, "short", orientation="vertical"),
            lines("quality_good_by_prompt", "Score 7 or more by prompt version", 12, "percentunit", label="prompt",
                  defaults={"max": 1, "decimals": 0}),
        )),
        Row(8, (
            lines("quality_by_model", "Mean score by model", 12, "none", label="model_name",
                  defaults={"max": 10, "decimals": 1}),
            lines("quality_durations", "Duration of an extraction", 12, "s"),
        )),
        Row(8, (
            table("quality_weakest", "Weakest topics and prompts", 12,
                  {"mean_score": "none", "good": "percentunit", "at_least": "percentunit"}, gauges=("at_least",),
                  widths={"samples": 90, "mean_score": 110, "good": 80}, decimals=2,
                  empty="No topic has 10 scored samples in this time"),
            lines("quality_tokens", "Tokens of a call", 12, "short"),
        )),
        Row(7, (
            gauges("quality_errors", "Failures by type of error", 24, "short", empty="Nothing failed in this time"),
        )),
    ),
)  # fmt: skip

FIVE: Final = (COLLECTION, QUALITY)
