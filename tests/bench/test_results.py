"""The results: bars, exit code and tables."""

from pathlib import Path

import pytest

from tests.bench import results
from tests.bench.results import Row

GOOD = Row("call, p50", 4.25, "us", "<= 5")
BAD = Row("lost", 3, "records", "= 0")
SHOWN = Row("drain", 11_007.4, "rows/s")


@pytest.mark.parametrize(
    ("value", "bar", "holds"),
    [
        (5, "<= 5", True),
        (5.01, "<= 5", False),
        (0.97, ">= 0.97", True),
        (0.96, ">= 0.97", False),
        (0, "= 0", True),
        (1, "= 0", False),
        (float("nan"), "<= 5", False),
        (99, "", True),
    ],
)
def test_a_bar_holds_or_not(value: float, bar: str, holds: object) -> None:
    """The bar itself still holds; what was not measured does not."""
    assert holds is Row("any", value, "", bar).holds


def test_one_failing_bar_fails_the_run() -> None:
    """A figure without a bar fails nothing."""
    assert [0, 1] == [results.exit_code([GOOD, SHOWN]), results.exit_code([GOOD, BAD, SHOWN])]


def test_shows_each_row_with_its_bar() -> None:
    """In a terminal the columns stand under each other."""
    assert results.table([GOOD, BAD, SHOWN]).splitlines() == [
        "what               value  bar",
        "call, p50        4.25 us  <= 5  yes",
        "lost           3 records  = 0   NO",
        "drain      11,007 rows/s",
    ]


def test_reads_what_it_saved(tmp_path: Path) -> None:
    """The file holds name, value, unit, bar and holds."""
    results.save([GOOD, BAD], tmp_path / "results.json")

    assert [GOOD, BAD] == results.load(tmp_path / "results.json")
    assert '"holds": false' in (tmp_path / "results.json").read_text(encoding="utf-8")


def test_renews_the_table_of_a_page_alone(tmp_path: Path) -> None:
    """What stands around the two comments stays, as often as it is renewed."""
    page = tmp_path / "README.md"
    page.write_text("# A\n<!-- generated: bench -->\nold\n<!-- end bench -->\n# B\n", encoding="utf-8")
    for _ in range(2):
        results.renew(page, [GOOD], "Two cores.")

    assert page.read_text(encoding="utf-8").splitlines() == [
        "# A",
        "<!-- generated: bench -->",
        "Two cores.",
        "",
        "| what | measured | bar | holds |",
        "|---|---|---|---|",
        "| call, p50 | 4.25 us | <= 5 | yes |",
        "<!-- end bench -->",
        "# B",
    ]
