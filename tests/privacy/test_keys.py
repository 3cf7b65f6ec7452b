"""Keys."""

from otel_training.privacy.keys import key_patterns
from otel_training.privacy.pattern import TIGHT
from tests.bench.keys import planted


def test_what_is_tight_is_one_long_word_with_a_hint() -> None:
    """Where RE2 is not installed such forms are looked for in long words alone."""
    tight = [pattern for pattern in key_patterns() if pattern.is_tight]
    texts = [sentence.text for sentence in planted(5, 1)]
    matches = [
        (pattern.hints, match[0]) for pattern in tight for text in texts for match in pattern.regex.finditer(text)
    ]

    assert len(tight) > 100
    assert [] == [
        (hints, match)
        for hints, match in matches
        if len(match) < TIGHT or len(match.split()) > 1 or not any(hint in match.lower() for hint in hints)
    ]
