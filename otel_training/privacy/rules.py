"""The rules of redaction: which patterns are added, what none replaces, whether texts are kept at all."""

import logging
import re
from dataclasses import dataclass
from typing import Final

from otel_training.conventions import Content
from otel_training.privacy.engine import why_not_linear
from otel_training.privacy.pattern import PLACEHOLDER, Extent, Pattern

_log = logging.getLogger("otel_training")

VERSION: Final = "2"  # the version of the redaction, kept in every record that it ran over

_PLACEHOLDER_LENGTH: Final = 18


@dataclass(frozen=True, slots=True)
class Rules:
    """How the texts of a record are treated."""

    custom: tuple[Pattern, ...] = ()  # the user's own, searched before ours
    allowed: re.Pattern[str] | None = None  # what is never replaced
    content: Content = Content.REDACTED

    @property
    def name(self) -> str:
        """The value of `training.redaction`: the redaction's version, or `none` or `full`."""
        return VERSION if self.content is Content.REDACTED else self.content.value


def make_rules(content: Content, patterns: str, allow: str) -> Rules:
    """Read the settings `content`, `redact_patterns` and `redact_allow`.

    A pattern that cannot be compiled is named in a warning and skipped.
    """
    lines = [line.strip() for line in patterns.splitlines() if line.strip()]
    custom = tuple(pattern for line in lines if (pattern := _compile_custom(line)) is not None)
    texts = sorted({text.strip() for text in re.split(r"[\n,]", allow)} - {""}, key=len, reverse=True)
    allowed = re.compile("|".join(map(re.escape, texts)), re.IGNORECASE) if texts else None
    return Rules(custom, allowed, content)


def _compile_custom(line: str) -> Pattern | None:
    try:
        re.compile(line)
    except (re.error, OverflowError, RecursionError) as error:
        _log.warning("otel_training: redact_patterns: %r is no regular expression (%s); skipped", line, error)
        return None
    if (reason := why_not_linear(line)) is not None:
        _log.warning(
            "otel_training: redact_patterns: %r is searched by Python's re (%s): where that takes long, the app waits",
            line, reason,
        )  # fmt: skip
    return Pattern("CUSTOM", line, "", find=_find_outside_placeholders)


def _find_outside_placeholders(match: re.Match[str]) -> Extent | None:
    """Take a match that is not empty and touches no placeholder."""
    start, stop = match.span()
    near = PLACEHOLDER.finditer(match.string, max(0, start - _PLACEHOLDER_LENGTH), stop + _PLACEHOLDER_LENGTH)
    touches = any(placeholder.start() < stop and placeholder.end() > start for placeholder in near)
    return None if start == stop or touches else (start, stop)
