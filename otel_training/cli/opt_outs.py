"""The opt-outs: sources and readers that are never used, as a file names them, one a line."""

import os
from pathlib import Path

import click

from otel_training.dataset.funnel import Doubts
from otel_training.events.host_json import stored_url
from otel_training.folder import find_folder, make_folder
from otel_training.ownership import open_own
from otel_training.pipeline.keys import pseudonyms
from otel_training.pipeline.pipeline import read_finisher
from otel_training.pipeline.settings import settings_in_force
from otel_training.privacy.redact import Redactor


def read_opt_outs(path: Path | None = None) -> Doubts:
    """Read a file of opt-outs, by default the data folder's, where there is one.

    A line is a domain (with all below it), a URL (with all below it), `reader ID`, by the id that the app knows,
    or `pseudonym HASH`; what follows a `#` at the beginning or after a blank is a remark.
    """
    settings = settings_in_force()
    folder = find_folder(settings)
    if path is None and not folder.opt_outs.exists():
        return Doubts()
    with os.fdopen(open_own(folder.opt_outs, os.O_RDONLY)) if path is None else path.open(encoding="utf-8") as file:
        lines = [line for text in file if (line := f" {text}".partition(" #")[0].strip())]
    finisher = read_finisher(settings, make_folder(folder))
    redactor = Redactor(finisher.rules)
    readers, sources = set(), set()
    for line in lines:
        kind, _, name = line.partition(" ")
        if kind == "reader" and name:
            readers.update(pseudonyms(finisher, folder, name.strip()))
        elif kind == "pseudonym" and name:
            readers.add(name.strip())
        elif name:
            raise click.UsageError(
                f"{path or folder.opt_outs}: {line!r} is none of a domain, a URL, `reader ID` and `pseudonym HASH`."
            )
        else:
            sources.add(stored_url(line.rstrip("/"), redactor) if "://" in line else line.casefold().rstrip("/"))
    return Doubts(tuple(sorted(readers)), tuple(sorted(sources)))
