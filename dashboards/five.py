"""The five dashboards: which panels stand where. What a panel answers, and how, is its file in `sql/`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dashboards.panels import RATES_INTERVAL, Panel, bars, gauges, lines, stat, table

RED_ABOVE_0: Final = ((None, "green"), (1, "red"))
COVERAGE: Final = ((None, "red"), (0.5, "orange"), (0.9, "green"))
KINDS: Final = {
    "extraction": "blue", "llm_call": "purple", "feedback": "green", "impression": "yellow", "query": "orange",
    "score": "red", "link": "text", "correction": "light-blue", "assignment": "super-light-purple",
    "shadow": "dark-purple",
}  # fmt: skip
LOSSES: Final = {
    "queue_full": "red", "spool_full": "dark-red", "rejected": "orange", "expired": "yellow", "unrecognised": "purple",
    "damaged": "blue", "torn": "light-blue",
}  # fmt: skip
OUTCOMES: Final = {"ok": "blue", "error": "red", "cancelled": "orange"}
ACTIONS: Final = {"like": "green", "x": "red", "bookmark": "blue", "share": "purple"}
GOAL_LINES: Final = {
    "thresholdsStyle": {"mode": "dashed"},
    "axisSoftMax": 500,
    "showPoints": "never",
    "fillOpacity": 15,
}
GOALS: Final = {
    "color": {"mode": "fixed", "fixedColor": "blue"},
    "thresholds": {"mode": "absolute", "steps": [
        {"value": None, "color": "transparent"}, {"value": 500, "color": "orange"}, {"value": 1000, "color": "green"},
    ]},
}  # fmt: skip
ARM_COLUMNS: Final = (
    "Attempts",
    "Failed",
    "Scored",
    "Mean score",
    "±",
    "Good",
    "Passed",
    "Liked",
    "Cost",
    "p50",
    "p95",
)
ASSIGNED_COLUMNS: Final = ("Sources", "Share", "Expected", "Calls", "Fallback", "Failed", "Liked", "Cost", "p50", "p95")
NO_ROUTES: Final = "No call of this experiment in this time: `otel-training experiment start` begins one"
NO_ARMS: Final = "Neither answered anything in this time: choose two models or prompt versions above"


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
            stat("collection_age", "Newest extraction", 4, "s",
                 ((None, "green"), (21_600, "orange"), (86_400, "red")), decimals=0),
            stat("collection_reaction_age", "Newest reaction", 4, "s",
                 ((None, "green"), (86_400, "orange"), (604_800, "red")), decimals=0),
            stat("collection_lost", "Records lost", 4, "short", RED_ABOVE_0),
        )),
        Row(8, (
            bars("collection_kinds", "Records by kind", 12, label="kind", colors=KINDS),
            bars("collection_outcomes", "Extractions by outcome", 12, label="outcome", colors=OUTCOMES),
        )),
        Row(9, (
            gauges("collection_coverage", "Coverage of samples and reactions", 12, "percentunit", COVERAGE,
                   defaults={"max": 1, "decimals": 0}),
            lines("collection_coverage_days", "Coverage of samples over time", 12, "percentunit",
                  defaults={"max": 1}),
        ), "Coverage"),
        Row(8, (
            bars("collection_losses", "Losses by reason", 12, label="reason", defaults={"decimals": 0}, colors=LOSSES,
                 empty="Nothing was lost in this time"),
            table("collection_routes", "Routes that bring no records", 12, {"Last seen": "dateTimeFromNow"},
                  empty="Every route was read in this time",
                  widths={"Reason": 120, "Program": 110, "Requests": 90, "Last seen": 120}),
        ), "Losses"),
        Row(9, (
            table("collection_topics", "Samples by topic", 9, {"Share": "percentunit", "Last seen": "dateTimeFromNow"},
                  gauges=("Share",), widths={"Attempts": 90, "Samples": 90, "Last seen": 120}),
            table("collection_programs", "Records by program", 9, {"Last seen": "dateTimeFromNow"},
                  widths={"Records": 90, "Last seen": 120}),
            lines("collection_redactions", "Redactions in 1,000 extractions", 6, "short"),
        ), "Sources"),
    ),
)  # fmt: skip

QUALITY: Final = Dashboard(
    "otel-training-quality",
    "Quality",
    "Are extractions good, and where are they weak?",
    ("topic", "model", "prompt_version"),
    (
        Row(4, (
            stat("quality_score", "Mean quality score", 4, "none", ((None, "red"), (6, "orange"), (7, "green")),
                 decimals=2),
            stat("quality_good", "Score 7 or more", 4, "percentunit",
                 ((None, "red"), (0.3, "orange"), (0.5, "green")), decimals=1),
            stat("quality_passed", "Passed the app's filters", 4, "percentunit",
                 ((None, "red"), (0.5, "orange"), (0.7, "green")), decimals=1, empty="Not judged"),
            stat("quality_unscored", "Without a score", 4, "percentunit",
                 ((None, "green"), (0.05, "orange"), (0.25, "red")), decimals=1),
            stat("quality_duration", "95th percentile of duration", 4, "s", decimals=2),
            stat("quality_cost", "Cost of an extraction", 4, "currencyUSD", decimals=4, empty="No prices"),
        )),
        Row(8, (
            gauges("quality_scores", "Samples by quality score", 12, "short", orientation="vertical"),
            lines("quality_good_by_prompt", "Score 7 or more by prompt version", 12, "percentunit", label="prompt",
                  defaults={"max": 1}),
        )),
        Row(8, (
            lines("quality_by_model", "Mean score by model", 12, "none", label="model_name",
                  defaults={"max": 10}),
            lines("quality_durations", "Duration of an extraction", 12, "s", dashed=("p99",),
                  colors={"p50": "blue", "p90": "purple", "p99": "orange"}),
        )),
        Row(8, (
            table("quality_weakest", "Weakest topics and prompts", 12,
                  {"Mean score": "none", "Good": "percentunit", "At least": "percentunit"}, gauges=("At least",),
                  widths={"Samples": 90, "Mean score": 110, "Good": 80},
                  empty="No topic has 10 scored samples in this time"),
            lines("quality_tokens", "Tokens of a call", 6, "short", colors={"prompt": "blue", "answer": "purple"}),
            gauges("quality_errors", "Failures by type of error", 6, "short", empty="Nothing failed in this time"),
        )),
    ),
)  # fmt: skip

ENGAGEMENT: Final = Dashboard(
    "otel-training-engagement",
    "Engagement",
    "What do readers say, and do they confirm the score?",
    ("service", "topic"),
    (
        Row(4, (
            stat("engagement_shown", "Insights shown", 4, "short"),
            stat("engagement_readers", "Readers", 4, "short"),
            stat("engagement_actions", "Readers' actions", 4, "short"),
            stat("engagement_reached", "Insights with ten readers", 4, "percentunit", decimals=1),
            stat("engagement_liked", "Likes among votes", 4, "percentunit",
                 ((None, "red"), (0.5, "green")), decimals=1),
            stat("engagement_unanswered", "Searches without a result", 4, "percentunit",
                 ((None, "green"), (0.1, "orange"), (0.25, "red")), decimals=1, empty="No searches"),
        )),
        Row(8, (
            bars("engagement_by_action", "Actions by kind", 12, label="word", colors=ACTIONS),
            lines("engagement_rates", "Actions for each insight shown", 12, "percentunit", colors=ACTIONS),
        )),
        Row(8, (
            gauges("engagement_exposure", "Insights by number of readers", 12, "short", orientation="vertical"),
            gauges("engagement_by_score", "Likes among votes by score", 12, "percentunit", orientation="vertical",
                   defaults={"max": 1, "decimals": 0}, empty="No votes on scored samples in this time"),
        )),
        Row(8, (
            table("engagement_topics", "Likes among votes by topic", 12,
                  {"Share": "percentunit", "At least": "percentunit", "At most": "percentunit"}, gauges=("Share",),
                  widths={"Topic": 110, "Likes": 70, "Dismissals": 100, "At least": 90, "At most": 90},
                  empty="No votes in this time"),
            table("engagement_disliked", "Good scores that readers dismissed", 12, {"Score": "none"},
                  widths={"Topic": 90, "Score": 70, "Likes": 70, "Dismissals": 100, "Readers": 90},
                  empty="No well-scored extraction was dismissed by its readers"),
        )),
        Row(8, (
            lines("engagement_searches", "Searches", 24, "percentunit", defaults={"max": 1},
                  empty="No searches in this time"),
        )),
    ),
)  # fmt: skip

READINESS: Final = Dashboard(
    "otel-training-readiness",
    "Readiness and savings",
    "Are there enough examples to train on, and is it worth it? All of the time there is, but the curve.",
    ("topic", "min_quality", "min_viewers", "candidate_cost", "fallback"),
    (
        Row(4, (
            stat("readiness_eligible", "Eligible examples", 6, "short",
                 ((None, "red"), (500, "orange"), (1000, "green")), empty="None yet"),
            stat("readiness_pace", "Examples a day", 6, "short", decimals=1),
            stat("readiness_days_500", "Days to 500 examples", 6, "short", decimals=0, empty="Not at this pace"),
            stat("readiness_days_1000", "Days to 1,000 examples", 6, "short", decimals=0, empty="Not at this pace"),
        )),
        Row(9, (
            lines("readiness_growth", "Eligible examples so far", 12, "short", custom=GOAL_LINES, defaults=GOALS,
                  empty="No eligible example yet"),
            gauges("readiness_funnel", "Samples left after each filter", 12, "short"),
        )),
        Row(6, (
            gauges("readiness_reasons", "Samples by what keeps them back", 12, "short",
                   empty="Nothing is kept back"),
            gauges("readiness_topics", "Eligible examples by topic", 12, "short", empty="No eligible example yet"),
        )),
        Row(6, (
            gauges("readiness_versions", "Eligible examples by model and prompt", 24, "short",
                   empty="No eligible example yet"),
        )),
        Row(4, (
            stat("readiness_cost", "Cost of an extraction", 5, "currencyUSD", decimals=4, empty="No prices"),
            stat("readiness_month", "Cost of a month", 5, "currencyUSD", decimals=2, empty="No prices"),
            stat("readiness_saving", "Projected saving", 5, "percentunit",
                 ((None, "red"), (0.9, "orange"), (0.97, "green")), decimals=1),
            stat("readiness_saved", "Projected saving of a month", 5, "currencyUSD", decimals=2, empty="No prices"),
            stat("readiness_unpriced", "Calls without a price", 4, "percentunit", ((None, "green"), (0.01, "orange")),
                 decimals=1, empty="No calls"),
        ), "Costs and savings"),
        Row(8, (
            bars("readiness_costs", "Cost by model", 12, "currencyUSD", label="model_name", interval=RATES_INTERVAL,
                 empty="No call has a price in this time"),
            table("readiness_models", "Cost and prices of models", 12, {"Cost": "currencyUSD"},
                  widths={"Calls": 80, "Cost": 100, "Unpriced": 90}, empty="No calls in this time"),
        )),
    ),
)  # fmt: skip

EXPERIMENT: Final = Dashboard(
    "otel-training-experiment",
    "Experiment",
    "How do the arms of an experiment compare, and how sure is the verdict? Below, two models or prompts, for "
    "which nobody drew lots.",
    ("experiment", "topic", "compare", "baseline", "candidate"),
    (
        Row(5, (
            table("experiment_assigned", "Arms as they were assigned", 24, {
                "Share": "percentunit", "Expected": "percentunit", "Fallback": "percentunit", "Failed": "percentunit",
                "Liked": "percentunit", "Cost": "currencyUSD", "p50": "s", "p95": "s",
            }, widths=dict.fromkeys(ASSIGNED_COLUMNS, 110), empty=NO_ROUTES),
        )),
        Row(8, (
            lines("experiment_shares", "Sources by arm", 12, "percentunit", label="arm_name", defaults={"max": 1},
                  empty=NO_ROUTES),
            lines("experiment_latencies", "Seconds that a caller waits", 12, "s", label="arm_name", empty=NO_ROUTES),
        )),
        Row(8, (
            lines("experiment_fallback", "Calls that Claude answered for a candidate", 12, "percentunit",
                  label="arm_name", defaults={"max": 1}, empty="No candidate was asked in this time"),
            bars("experiment_fallbacks", "Reasons why Claude answered for a candidate", 12, label="why",
                 defaults={"decimals": 0}, empty="Candidates answered all that was theirs"),
        )),
        Row(8, (
            lines("experiment_costs", "Cost of a source by arm", 12, "currencyUSD", label="arm_name",
                  empty="No call of this experiment has a known cost"),
            bars("experiment_shadows", "Cost of shadows", 12, "currencyUSD", label="arm_name", interval=RATES_INTERVAL,
                 empty="No shadow of this experiment has a known cost"),
        )),
        Row(9, (
            table("experiment_bounds", "Bounds of the verdict by sources", 24, {
                "Kept": "percentunit", "At least": "percentunit", "At most": "percentunit", "Bar": "percentunit",
            }, gauges=("At least",), widths={"Of the": 110, "Sources": 90},
                empty="Nothing was evaluated: `otel-training experiment eval` does it"),
        )),
        Row(4, (
            stat("experiment_baseline", "Baseline samples", 4, "short"),
            stat("experiment_candidate", "Candidate samples", 4, "short"),
            stat("experiment_quality", "Relative mean score", 4, "percentunit", decimals=1),
            stat("experiment_good", "Relative good scores", 4, "percentunit", decimals=1),
            stat("experiment_duration", "Relative median duration", 4, "percentunit", decimals=0),
            stat("experiment_cost", "Relative cost", 4, "percentunit", decimals=0, empty="No prices"),
        ), "Two models or prompt versions"),
        Row(5, (
            table("experiment_arms", "Arms side by side", 24, {
                "Mean score": "none", "±": "none", "Failed": "percentunit", "Good": "percentunit",
                "Passed": "percentunit", "Liked": "percentunit", "Cost": "currencyUSD", "p50": "s", "p95": "s",
            }, widths=dict.fromkeys(ARM_COLUMNS, 110), empty=NO_ARMS),
        )),
        Row(8, (
            lines("experiment_score", "Mean score by arm", 12, "none", label="arm",
                  defaults={"max": 10}, empty=NO_ARMS),
            lines("experiment_good_days", "Score 7 or more by arm", 12, "percentunit", label="arm",
                  defaults={"max": 1}, empty=NO_ARMS),
        )),
        Row(8, (
            lines("experiment_durations", "95th percentile of duration by arm", 12, "s", label="arm", empty=NO_ARMS),
            lines("experiment_failures", "Failed attempts by arm", 12, "percentunit", label="arm", empty=NO_ARMS,
                  custom={"axisSoftMax": 0.1}),
        )),
        Row(8, (
            table("experiment_topics", "Topics side by side", 24, {
                "Baseline": "none", "Candidate": "none", "Difference": "none",
            }, empty=NO_ARMS),
        )),
    ),
)  # fmt: skip

FIVE: Final = (COLLECTION, QUALITY, ENGAGEMENT, READINESS, EXPERIMENT)
