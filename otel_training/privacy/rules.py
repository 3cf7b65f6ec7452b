"""The rules: which patterns run, what they never replace, and whether texts are kept at all."""

import logging
import re
from dataclasses import dataclass
from typing import Final

from otel_training.conventions import Content
from otel_training.privacy.pattern import Pattern, Span
from otel_training.privacy.patterns import PATTERNS

_log = logging.getLogger("otel_training")

VERSION: Final = "1"
"""The version of this pass, told by every record that it ran over."""

_PLACEHOLDER: Final = re.compile(r"<[A-Z]{2,6}_\d{1,9}>")
_PLACEHOLDER_LENGTH: Final = 18


@dataclass(frozen=True, slots=True)
class Rules:
    """How the texts of a record are treated."""

    patterns: tuple[Pattern, ...] = PATTERNS
    allowed: re.Pattern[str] | None = None
    """What is never replaced."""
    content: Content = Content.REDACTED

    @property
    def name(self) -> str:
        """What a record tells of them: the pass's version, or that there was none."""
        return VERSION if self.content is Content.REDACTED else self.content.value


def make_rules(content: Content, patterns: str, allow: str) -> Rules:
    """Read the settings `content`, `redact_patterns` and `redact_allow`.

    A pattern that cannot be compiled is named in a warning and skipped.
    """
    own = [found for line in patterns.splitlines() if line.strip() and (found := _custom(line.strip())) is not None]
    texts = sorted({text.strip() for text in re.split(r"[\n,]", allow)} - {""}, key=len, reverse=True)
    allowed = re.compile("|".join(map(re.escape, texts)), re.IGNORECASE) if texts else None
    return Rules((*own, *PATTERNS), allowed, content)


def _custom(line: str) -> Pattern | None:
    try:
        # Whole texts: how far a foreign pattern looks nobody knows.
        return Pattern("CUSTOM", re.compile(line), find=_fresh, sliced=False)
    except (re.error, OverflowError, RecursionError) as error:
        _log.warning("otel_training: redact_patterns: %r is no regular expression (%s); skipped", line, error)
        return None


def _fresh(match: re.Match[str]) -> Span | None:
    """Take a match that is not empty and touches no placeholder."""
    start, stop = match.span()
    near = _PLACEHOLDER.finditer(match.string, max(0, start - _PLACEHOLDER_LENGTH), stop + _PLACEHOLDER_LENGTH)
    touches = any(found.start() < stop and found.end() > start for found in near)
    return None if start == stop or touches else (start, stop)
