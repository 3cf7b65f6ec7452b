"""Settings in code: the words of the environment as arguments."""

import os
from collections.abc import Iterable, Mapping
from typing import Literal

from otel_training.pipeline.arguments import read_arguments
from otel_training.pipeline.process import install


def configure(  # noqa: PLR0913 - one parameter a setting
    *, enabled: bool | None = None, home: str | os.PathLike[str] | None = None, user_key: str | None = None,
    otlp_endpoint: str | None = None, otlp_headers: str | Mapping[str, str] | None = None,
    otlp_certificate: str | os.PathLike[str] | None = None, otlp_timeout: int | None = None,
    otlp_compression: Literal["none", "gzip", "zstd"] | None = None,
    content: Literal["none", "redacted", "full"] | None = None, redact_patterns: str | Iterable[str] | None = None,
    redact_allow: str | Iterable[str] | None = None, content_limit: int | None = None, max_bytes: int | None = None,
    min_free_bytes: int | None = None, max_age_days: int | None = None,
) -> None:  # fmt: skip
    """Set in code what the environment may set too; an argument wins over its variable.

    Call it before the first capture; a later call takes effect in one step, and finishes what was
    gathered under the old settings.
    """
    install(read_arguments(locals()))
