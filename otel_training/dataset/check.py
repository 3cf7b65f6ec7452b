"""The check of rows against a target's rules: one after another, then of all as a file."""

import json
import re
from collections import Counter
from collections.abc import Set as AbstractSet
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import orjson

from otel_training.controls import FORMULA
from otel_training.dataset.parts import Problem, Reading, read_row
from otel_training.dataset.target import Target
from otel_training.dataset.tokens import Tokens, summary, token_counter
from otel_training.privacy.json_text import json_spans

_FENCE: Final = re.compile(r"\A\s*```\w*\n(.*?)\n?```\s*\Z", re.DOTALL)
_DECODER: Final = json.JSONDecoder()
_JSON: Final = re.compile(r"\bJSON\b", re.IGNORECASE)
_BEGINNING: Final = 2000
"""Characters of a prompt without a system's that say how to answer; behind them stands the source."""


@cache
def _fixes() -> dict[str, str]:
    fixes: dict[str, str] = json.loads(Path(__file__).with_name("rules.json").read_text(encoding="utf-8"))
    return fixes


def fix_of(rule: str) -> str:
    """Return what to do about what breaks a rule."""
    return _fixes()[rule]


class Check:
    """What was seen of a file's rows: digests and counts alone, 8 bytes a row."""

    def __init__(self, target: Target, max_length: int | None = None, others: AbstractSet[int] = frozenset()) -> None:
        self.rows = 0
        self._target = target
        self._length = max_length or target.max_length
        self._others = others
        """Digests of prompts that no row may have."""
        self._seen: set[int] = set()
        self._labels: Counter[bool] = Counter()
        self._lengths: Counter[int] = Counter()
        self._count, self._counted_by = token_counter()
        self._has_pairs, self._has_insights = target.has("rejected"), target.has("insights")

    @property
    def tokens(self) -> Tokens:
        """How long the good rows are."""
        return summary(self._lengths, self._counted_by)

    def row(self, row: Any, key: int | None = None) -> list[Problem]:
        """Return what is wrong with a row, such as another before it with its key; one with nothing wrong counts."""
        reading = read_row(row, self._target)
        texts = [text for _, text in reading.prompt] + reading.answers
        self._note_texts(texts, reading)
        # Each answer of a pair is read with the prompt by itself.
        together = max if self._has_pairs else sum
        prompt = sum(self._count(text) for _, text in reading.prompt)
        length = prompt + together([0, *map(self._count, reading.answers)])
        if self._target.max_tokens and length > self._target.max_tokens:
            reading.note(
                "tokens", f"{length:,} tokens ({self._counted_by}), of which {self._target.max_tokens:,} are read"
            )
        if not reading.problems:
            key = digest(row) if key is None else key
            if key in self._seen:
                reading.note("duplicate", "the same row as one before it")
            self._seen.add(key)
            if self._others and prompt_digest(reading) in self._others:
                reading.note("leak", "its prompt is in the other file, too")
        if not reading.problems:
            self.rows += 1
            self._lengths[length] += 1
            self._labels.update(() if reading.label is None else (reading.label,))
        return reading.problems

    def file(self, size: int) -> list[Problem]:
        """Return what is wrong with the rows together, in a file of so many bytes."""
        target, problems = self._target, []
        if self.rows < target.min_rows:
            problems.append(Problem("rows", f"good rows: {self.rows:,}, of at least {target.min_rows:,}"))
        if target.max_rows and self.rows > target.max_rows:
            problems.append(Problem("rows", f"good rows: {self.rows:,}, of at most {target.max_rows:,}"))
        if target.max_bytes and size > target.max_bytes:
            problems.append(Problem("bytes", f"{size:,} bytes, of at most {target.max_bytes:,}"))
        if target.has("label") and len(self._labels) == 1:
            problems.append(Problem("labels", f"all labels are {str(*self._labels).lower()}"))
        cut = sum(rows for length, rows in self._lengths.items() if self._length and length > self._length)
        if cut:
            which = f"{cut:,} of {self.rows:,} rows have more than {self._length:,} tokens ({self._counted_by})"
            longest = f"where the trainer cuts them, the answer first; the longest {max(self._lengths):,}"
            problems.append(Problem("length", f"{which}, {longest}"))
        return problems

    def _note_texts(self, texts: list[str], reading: Reading) -> None:
        """Note what no reader or no model should get of the texts."""
        if any(map(_is_unwritable, texts)):
            reading.note("characters", "a text has a NUL or half of a surrogate pair")
        if self._target.container == "csv" and any(cell.startswith(FORMULA) for cell in texts):
            reading.note("formula", "a cell begins like a formula")
        if self._has_pairs and len(reading.answers) == len("ab"):
            better, worse = map(_normal, reading.answers)
            if better == worse:
                reading.note("equal", "both answers of the pair are the same")
        if not self._has_insights and any(_is_broken(answer, reading.prompt) for answer in reading.answers):
            reading.note("answer", "an answer is not the JSON that was asked for")


def digest(value: object) -> int:
    """Return a short digest of JSON."""
    try:
        text = orjson.dumps(value, default=str, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        # Halves of surrogate pairs, or a number of more than 64 bits.
        text = json.dumps(value, default=str, sort_keys=True).encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest())


def prompt_digest(reading: Reading) -> int:
    """Return a short digest of what was asked, however it is spaced."""
    return digest([" ".join(text.split()) for role, text in reading.prompt if role != "system"])


def _is_unwritable(text: str) -> bool:
    """Return whether a text has NUL or a lone surrogate: ten times as fast as a pattern."""
    try:
        return "\0" in text or not (text.isascii() or text.encode())
    except UnicodeEncodeError:
        return True


def _normal(answer: str) -> object:
    """Return an answer as what it says: JSON however it is written."""
    try:
        return json.loads(answer)
    except (ValueError, RecursionError):
        return answer.strip()


def _is_broken(answer: str, prompt: list[tuple[str, str]]) -> bool:
    """Return whether an answer should be JSON, as its prompt or its beginning says, and is not."""
    fenced = _FENCE.match(answer)
    body = (fenced[1] if fenced else answer).strip()
    begins = body.startswith(("{", "["))
    if not begins:
        rules = [text for role, text in prompt if role == "system"] or [text[:_BEGINNING] for _, text in prompt[:1]]
        # Words around it are an answer's own.
        return any(map(_JSON.search, rules)) and not any(True for _ in json_spans(answer))
    at = 0
    try:
        # Calls of a tool are a line each.
        while body.startswith(("{", "["), at):
            at = _DECODER.raw_decode(body, at)[1]
            at += len(body) - at - len(body[at:].lstrip())
    except (ValueError, RecursionError):
        return True
    return False
