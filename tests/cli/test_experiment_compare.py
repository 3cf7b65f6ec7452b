"""`otel-training experiment compare`."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

GOLD = {"judging": {"judge": "m", "gold": {"claude": {"both_pass": 60, "false_pass": 1, "both_fail": 57}}}}


def pairs(tmp_path: Path, scores: tuple[float, float], count: int = 200, **whole: Any) -> Path:
    """A file of equal pairs."""
    baseline, candidate = ({"score": score, "passed": score >= 7} for score in scores)
    rows = [
        {"example": f"e{at}", "source": f"s{at}", "slices": {"topic": f"t{at % 25}"}, "baseline": baseline,
         "candidate": candidate}
        for at in range(count)
    ]  # fmt: skip
    path = tmp_path / "pairs.jsonl"
    path.write_text("\n".join(map(json.dumps, [GOLD | whole, *rows])))
    return path


@pytest.mark.parametrize(
    ("scores", "count", "whole", "verdict"),
    [
        ((8, 8), 200, {}, (0, "PASS")),
        ((8, 8), 40, {}, (10, "CONTINUE")),
        ((8, 3), 200, {}, (11, "FAIL")),
        ((8, 8), 200, {"judging": {"judge": "self"}}, (12, "INVALID")),
        ((8, 3), 200, {"judging": {"judge": "self"}}, (12, "INVALID")),
        ((8, 8), 40, {"judging": {"judge": "self"}}, (12, "INVALID")),
        ((8, 8), 200, {"weights": {"a": 1, "b": 1}, "assigned": {"a": 105, "b": 95}}, (0, "PASS")),
        ((8, 8), 200, {"weights": {"a": 1, "b": 1}, "assigned": {"a": 600, "b": 400}}, (12, "INVALID")),
    ],
)
def test_a_verdict_is_an_exit_code(  # noqa: PLR0913, PLR0917 - what goes in and comes out
    tmp_path: Path,
    command: Any,
    scores: tuple[float, float],
    count: int,
    whole: dict[str, Any],
    verdict: tuple[int, str],
) -> None:
    """In words and for programs alike."""
    path = pairs(tmp_path, scores, count, **whole)
    code, printed, _ = command("experiment", "compare", "--pairs", str(path))
    as_json = command("experiment", "compare", "--pairs", str(path), "--json")

    assert (verdict, verdict) == ((code, printed.partition(".")[0]), (as_json[0], json.loads(as_json[1])["verdict"]))


@pytest.mark.parametrize("name", ["baseline_model", "candidate_price", "judge", "rubric", "assignment"])
def test_what_changed_in_mid_experiment_is_named(tmp_path: Path, command: Any, name: str) -> None:
    """By the pairs' own conditions: no verdict is found across them."""
    path = pairs(tmp_path, (8, 8))
    first, *rows = map(json.loads, path.read_text().splitlines())
    changed = [row | {"conditions": {name: f"v{at // 150}"}} for at, row in enumerate(rows)]
    path.write_text("\n".join(map(json.dumps, [first, *changed])))
    code, printed, _ = command("experiment", "compare", "--pairs", str(path))

    assert (12, True) == (code, f"in mid-experiment changed {name.replace('_', ' ')} (v0 -> v1)" in printed)


def test_figures_stand_below_the_sentence(tmp_path: Path, command: Any) -> None:
    """Totals, parts with the worst first, guardrails; more than twenty parts are in the JSON."""
    code, printed, _ = command("experiment", "compare", "--pairs", str(pairs(tmp_path, (8, 8), 1000, simulated=True)))
    words = " ".join(printed.split())

    assert 0 == code
    for text in (
        "SIMULATED: PASS. Of 1,000 sources, the candidate keeps 100.0 % of the score (at least 99.",
        "In total sources baseline candidate kept at least at most 1,000 80.0 % 80.0 % 100.0 % 99.",
        "By field and slice sources baseline candidate kept at least at most open 40 80.0 % 80.0 % 100.0 %",
        "% score in topic t0 open 40 100.0 %",
        "And 30 parts more, in --json.",
        "Guardrails candidate limit at least at most more errors 0.0 % 2.0 %",
        "cost - 100.0 % - - open",
        "The judge agrees with people by kappa 0.98 on 118 labels; it lets at most 10.9 % of bad answers pass.",
    ):
        assert text in words


def test_parts_of_too_few_sources_are_one_line(tmp_path: Path, command: Any) -> None:
    """In the JSON they are whole."""
    path = str(pairs(tmp_path, (8, 8), 500))
    printed, as_json = (command("experiment", "compare", "--pairs", path, *words)[1] for words in ([], ["--json"]))

    assert "50 parts of fewer than 30 sources say nothing yet: --json has them." in printed
    assert (0, 50) == (printed.count("too few"), len(json.loads(as_json)["parts"]))


def test_nothing_is_shown_of_nothing(tmp_path: Path, command: Any) -> None:
    """A judge that people bear out, and no pair."""
    code, printed, _ = command("experiment", "compare", "--pairs", str(pairs(tmp_path, (8, 8), 0)))
    kept = "the candidate keeps what nobody knows yet; the bar is 90.0 %, the confidence 95 %."

    assert (10, True) == (code, printed.startswith(f"CONTINUE. Of 0 sources, {kept} Keep running: nobody can say yet"))
    assert 2 == len(printed.splitlines())


def test_a_bar_of_ones_own(tmp_path: Path, command: Any) -> None:
    """What keeps 98 % does not pass at 99 %."""
    path = str(pairs(tmp_path, (9, 8.8), 1000))

    assert [0, 11] == [command("experiment", "compare", "--pairs", path, "--bar", bar)[0] for bar in ("0.9", "0.99")]
    assert 2 == command("experiment", "compare", "--pairs", path, "--bar", "1")[0]


def test_a_broken_line_is_named(tmp_path: Path, command: Any) -> None:
    """In one sentence."""
    path = tmp_path / "pairs.jsonl"
    path.write_text("{")
    code, _, error = command("experiment", "compare", "--pairs", str(path))

    assert (1, True) == (code, "Line 1 of " in error)


def test_libraries_that_are_missing_are_named(tmp_path: Path, command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what installs them."""
    monkeypatch.setitem(sys.modules, "scipy.special", None)
    code, _, error = command("experiment", "compare", "--pairs", str(pairs(tmp_path, (8, 8))))

    assert (1, "Error: The verdict needs its libraries: pip install 'otel_training[analysis]'.\n") == (code, error)
