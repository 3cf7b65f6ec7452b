"""The CPU that redaction takes: on news, on news with hits, and on the worst of many texts."""

import lzma
import random
import re
import sys
import sysconfig
import time
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Final

from tests.bench.child import tell
from tests.bench.planted import Redact, mean

TEXTS: Final = Path(__file__).parent / "texts"
LENGTH: Final = 8_000
LONG: Final = 100_000
_HITS: Final = (" Mail bob@news.example", " call +44 20 7946 0958", " ghp_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8")
_KNOWN: Final = (
    "a", "1", "@", ".", "-", " 1", "a@", "eyJ", "1.", "+1 ", "0-0", "00 ", "://", "token=",
    "-----BEGIN PRIVATE KEY-----", "aa@bb.cc ", "1.1.1.1 ", "4111 1111 1111 1111 ", "+49 30 123456 ", "a:b:c:",
    "password: x1", "https://a:b@c ",
)  # fmt: skip
_ADDRESS: Final = re.compile(r"@|::|[0-9]\.[0-9]+\.[0-9]")
_SCAN: Final = re.compile(r"[0-9]{3}[a-z]")
_PIECES: Final = (
    "a", "A", "0", "7", " ", "\n", "\t", "-", ".", ":", "/", "@", "=", "+", "(", ")", "_", '"', "'", "\\", "?", "&",
    "%", "~", "é", "日", "\u0661", "sk-", "eyJ", "ghp_", "pat", "AKIA", "://", "key", "token", "password", "Tel.",
    "+49 30", "00 ", "0-", "DE89", "4111 ", "1.1", "::", "-----BEGIN ", "PRIVATE KEY-----", "\\n", "\\u00e9",
    "Bearer ", "Cookie: ", "<KEY_1>",
)  # fmt: skip


def read(name: str) -> list[str]:
    """Read a kept text: its lines."""
    return lzma.decompress((TEXTS / f"{name}.txt.xz").read_bytes()).decode("utf-8").splitlines()


def code() -> list[str]:
    """Read a third of the modules of Python's library, but for lines with what may be an address."""
    paths = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))[::3]
    kept = (path.read_text(encoding="utf-8", errors="replace").splitlines() for path in paths)
    return ["\n".join(line for line in lines if not _ADDRESS.search(line)) for lines in kept]


def taken(redact: Redact, text: str, rounds: int = 1) -> float:
    """Redact a text; return the least CPU time of some rounds in milliseconds."""
    best = float("inf")
    for _ in range(rounds):
        began = time.thread_time_ns()
        redact(text)
        best = min(best, (time.thread_time_ns() - began) / 1e6)
    return best


def scanned(text: str) -> str:
    """Search once for what is not there, by one plain expression: what no search can undercut by much."""
    _SCAN.search(text)
    return text


def news(redact: Redact) -> list[str]:
    """Cut texts of 8,000 characters from the prose; of those in Latin letters in which nothing is replaced."""
    whole = " ".join(read("prose"))
    cuts = [whole[at : at + LENGTH] for at in range(0, len(whole) - LENGTH, 9 * LENGTH)]
    return [cut for cut in cuts if redact(cut) == cut and sum(map(str.isascii, cut)) > LENGTH * 0.9][:8]


def with_hits(text: str) -> str:
    """Put an address, a number and a key into a text."""
    third = len(text) // 3
    return "".join(text[at * third : (at + 1) * third] + hit for at, hit in enumerate(_HITS))


def units(seed: int, count: int) -> Iterable[str]:
    """Name what is repeated: known bad ones, and random compositions."""
    chance = random.Random(seed)
    drawn = ("".join(chance.choices(_PIECES, k=chance.randrange(1, 7))) for _ in range(count))
    return [*_KNOWN[-count:], *drawn]


def worst(redact: Redact, seed: int, count: int) -> tuple[str, float, str, float]:
    """Return the unit that takes longest at 100 kB with its time, and the one that grows most with its ratio."""
    times = {unit: taken(redact, (unit * LONG)[:LONG]) for unit in units(seed, count)}
    slow = max(times, key=lambda unit: times[unit])
    # The ratio of small times is noise: of the slowest ones alone.
    suspects = sorted(times, key=lambda unit: -times[unit])[: max(3, count // 12)]
    growth = {unit: _growth(redact, unit) for unit in suspects}
    fast = max(growth, key=lambda unit: growth[unit])
    return slow, times[slow], fast, growth[fast]


def _growth(redact: Redact, unit: str) -> float:
    """Return how much longer twice the text takes, as half of what four times as much does: so noise counts less.

    What looks too much is measured again: what truly grows does so each time.
    """
    once, four_times = float("inf"), float("inf")
    for _ in range(4):
        once = min(once, taken(redact, (unit * LONG)[:LONG], 2))
        four_times = min(four_times, taken(redact, (unit * 4 * LONG)[: 4 * LONG]))
        if four_times < 5 * once:
            break
    return float((four_times / once) ** 0.5)


def main(engine: str, seed: int, count: int, rounds: int) -> None:
    """Measure ours by one engine, in a process of its own."""
    if engine == "re":
        sys.modules["re2"] = None  # type: ignore[assignment] # as where it is not installed
    ours = import_module("tests.bench.detectors").ours
    cuts = news(ours)
    slow, longest, fast, growth = worst(ours, seed, count)
    tell(
        scan=mean(taken(scanned, cut, rounds) for cut in cuts),
        bare=mean(taken(ours, cut, rounds) for cut in cuts),
        hits=mean(taken(ours, with_hits(cut), rounds) for cut in cuts),
        worst=(slow, longest),
        growth=(fast, growth),
    )


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
