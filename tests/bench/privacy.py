"""What redaction finds, what it takes for a secret that is none, and at what pace; beside another library.

`python -m tests.bench.privacy` prints its rows and what was missed; with `QUICK=1` on less, with `README=1` it writes
them into `otel_training/privacy/README.md`.
"""

import json
import os
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from otel_training.privacy.redact import Redactor
from tests.bench import answers, details, detectors, keys, news, phones, results, scanning
from tests.bench.child import ROOT, measured
from tests.bench.planted import PLACEHOLDER, Planted, Redact, Score, mean, recall, score
from tests.bench.results import Row

SEED: Final = 20261204
_BROKEN: Final = "no JSON"
_QUALITY: Final = ("found: ", "of what is found: ", "false hits: ", "answers in JSON")


def rows(*, quick: bool) -> list[Row]:
    """Measure ours against the bars, and the other library where it is installed."""
    other = detectors.other()
    theirs = [Row(f"{detectors.OTHER}: not installed", 0, "rows")] if other is None else _compared(other, quick=quick)
    return [*findings(quick=quick), *false_hits(quick=quick), *in_answers(quick=quick), *pace(quick=quick), *theirs]


def samples(*, quick: bool) -> dict[str, list[Planted]]:
    """Plant everything."""
    each = 1 if quick else 5
    planted = {
        "keys, tokens and passwords": keys.planted(SEED, each),
        "phone numbers": phones.planted(SEED, each),
        "phone numbers as `phonenumbers` writes them": phones.planted_by_library(),
        "phone numbers in digits of other scripts": phones.planted_in_scripts(SEED, each * 4),
        "details": details.planted(SEED, each * 60),
    }
    return {name: list(group) for name, group in planted.items()}


def findings(*, quick: bool) -> Iterator[Row]:
    """Say which share of each kind of secret is gone; a form counts as much as another."""
    scores = {name: list(score(planted, detectors.ours)) for name, planted in samples(quick=quick).items()}
    for name, shares in ((name, recall(scored)) for name, scored in scores.items()):
        if name == "details":
            yield from (Row(f"found: {form}", share, "", ">= 0.95") for form, share in shares.items())
        elif shares:
            yield Row(f"found: {name}, {len(shares)} forms", mean(shares.values()), "", ">= 0.95")
            low = min(shares, key=lambda form: shares[form])
            yield Row(f"found: {name}, the worst ({low})", shares[low], "")
    gone = [result for scored in scores.values() for result in scored if result.gone]
    yield Row("of what is found: nothing else is taken with it", mean(result.exact for result in gone), "", ">= 0.95")
    yield Row(
        "of what is found: twice in a text, it has one placeholder", mean(map(_is_known_again, gone)), "", ">= 0.99"
    )


def _is_known_again(result: Score) -> bool:
    """Write the text twice, the second time in other words; a placeholder of ours that stands there is a third."""
    redacted = detectors.ours(f"<KEY_1> {result.planted.text}\nAgain: {result.planted.text}")
    return len(set(PLACEHOLDER.findall(redacted.removeprefix("<KEY_1>")))) == 1 and redacted.count("<KEY_1>") == 1


def texts(*, quick: bool) -> dict[str, tuple[list[str], float]]:
    """Return texts without a secret, and how many false hits in 1,000 words they may have."""
    part = slice(None, None, 10 if quick else 1)
    count = 150 if quick else 1_500
    return {
        "prose in 13 languages": (scanning.read("prose")[part], 0.01),
        "news full of figures in 15 languages": (news.articles(SEED, count), 0.01),
        "filings": (_pages(scanning.read("filings"))[part], 0.1),
        "tables and listings": (news.tables(SEED, count), 0.1),
        "Python's own library": (scanning.code()[part], 0.1),
    }


def _pages(lines: Sequence[str]) -> list[str]:
    return ["\n".join(lines[at : at + 60]) for at in range(0, len(lines), 60)]


def false_hits(*, quick: bool) -> Iterator[Row]:
    """Count what is replaced where there is no secret."""
    for name, (pages, bar) in texts(quick=quick).items():
        yield Row(f"false hits: {name}", _hits(detectors.ours, pages), "in 1,000 words", f"<= {bar}")


def _hits(redact: Redact, pages: Iterable[str]) -> float:
    pages = list(pages)
    hits = sum(len(PLACEHOLDER.findall(redact(page))) for page in pages)
    return 1_000 * hits / sum(len(page.split()) for page in pages)


def in_answers(*, quick: bool) -> Iterator[Row]:
    """Say how many answers in JSON still parse, into the same shape, and what is left in them."""
    chance = random.Random(SEED)
    parsed, left, left_parsed, planted = 0, 0, 0, 0
    asked = list(answers.answers(SEED, 60 if quick else 600))
    for answer in asked:
        redacted = detectors.ours(answers.written(chance, answer.value))
        parsed += _shape(_parse(redacted)) == _shape(answer.value)
        value = json.dumps(Redactor().redact_json(answer.value), ensure_ascii=False)
        planted += len(answer.secrets)
        left += sum(secret in redacted or json.dumps(secret)[1:-1] in redacted for secret in answer.secrets)
        left_parsed += sum(secret in value for secret in answer.secrets)
    yield Row("answers in JSON that parse afterwards", parsed / len(asked), "", ">= 1")
    yield Row("found: in answers in JSON", 1 - left / planted, "", ">= 0.95")
    yield Row("found: in parsed JSON (strings, numbers, keys)", 1 - left_parsed / planted, "", ">= 0.95")


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return _BROKEN


def _shape(value: Any) -> Any:
    """Keep how values lie in each other."""
    if isinstance(value, dict):
        return "object", [_shape(item) for item in value.values()]
    return ("array", [_shape(item) for item in value]) if isinstance(value, list) else value == _BROKEN


def pace(*, quick: bool) -> Iterator[Row]:
    """Measure the CPU time by each engine, in milliseconds and in plain scans of the same text."""
    for engine in ("re2", "re") if find_spec("re2") else ("re",):
        took = measured("scanning", engine, SEED, 4 if quick else 60, 3 if quick else 15)
        name = "" if engine == "re2" else ", by `re` alone"
        bars = ("<= 0.15", "<= 1.5", "<= 0.25", "<= 2.5") if engine == "re2" else ("", "<= 6", "", "<= 12")
        scan, bare, hits, (slow, longest), (fast, growth) = took.values()
        yield Row(f"8 kB of news, one plain scan by `re`{name}", scan, "ms")
        yield Row(f"8 kB of news, nothing to replace{name}", bare, "ms", bars[0])
        yield Row(f"8 kB of news, nothing to replace{name}, in plain scans", bare / scan, "scans", bars[1])
        yield Row(f"8 kB of news, three hits{name}", hits, "ms", bars[2])
        yield Row(f"8 kB of news, three hits{name}, in plain scans", hits / scan, "scans", bars[3])
        yield Row(f"100 kB at worst{name} ({slow!r} repeated)", longest, "ms")
        yield Row(f"twice the text at worst{name} ({fast!r} repeated)", growth, "x", "<= 2.5")


def _compared(redact: Redact, *, quick: bool) -> list[Row]:
    """Measure the other library by the same texts."""
    name = detectors.OTHER
    quality = [
        Row(f"{name}, found: {kind}", mean(recall(score(planted, redact)).values()), "")
        for kind, planted in samples(quick=quick).items()
        if planted
    ]
    quality += [
        Row(f"{name}, false hits: {kind}", _hits(redact, pages), "in 1,000 words")
        for kind, (pages, _) in texts(quick=quick).items()
    ]
    cuts = scanning.news(detectors.ours)
    return [*quality, Row(f"{name}, 8 kB of news", mean(scanning.taken(redact, cut, 3) for cut in cuts), "ms")]


def missed(scores: Iterable[Score], limit: int = 2) -> Iterator[str]:
    """Name the forms that are not always found, with examples."""
    scored = list(scores)
    for form, share in recall(scored).items():
        if share < 1:
            texts_missed = [result.planted.text for result in scored if result.form == form and not result.gone][:limit]
            yield f"{form}: {share:.2f}   " + "   ".join(f"{text[:90]!r}" for text in texts_missed)


def publish(measured_rows: Iterable[Row], root: Path) -> None:
    """Write into the room's own page how much is found, and how much is taken that is none."""
    shown = [row for row in measured_rows if row.name.startswith(_QUALITY)]
    results.renew(root / "otel_training" / "privacy" / "README.md", shown, results.machine())


def main() -> int:
    """Print the rows and what was missed; with `README=1` publish them."""
    quick = bool(os.environ.get("QUICK"))
    all_rows = rows(quick=quick)
    sys.stdout.write(results.table(all_rows) + "\n")
    for name, planted in samples(quick=quick).items():
        lines = list(missed(score(planted, detectors.ours)))
        sys.stdout.write("".join(f"\n{line}" for line in (f"{name}, not always found:", *lines)) + "\n")
    if os.environ.get("README") and not quick:
        publish(all_rows, ROOT)
    return results.exit_code(all_rows)


if __name__ == "__main__":
    sys.exit(main())
