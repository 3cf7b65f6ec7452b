"""The sizing."""

from pathlib import Path

import pytest

from tests.bench import sizing

ROOT = Path(__file__).parents[2]
COSTS = ROOT / "tests" / "bench" / "README.md"
SIZES = ROOT / "collector" / "README.md"


def test_computes_with_the_figures_that_are_published(tmp_path: Path) -> None:
    """Renewing the published table, from one that is spoilt, gives it again."""
    copy, text = tmp_path / "README.md", SIZES.read_text(encoding="utf-8")
    copy.write_text(text.replace("| 100,000 | 10,000,000 |", "| spoilt |"), encoding="utf-8")
    sizing.renew(copy, COSTS)

    assert text == copy.read_text(encoding="utf-8")


def test_sizes_by_the_formula() -> None:
    """Half of the measured speed is twice the cores; the rest stays."""
    measured = sizing.shown(COSTS.read_text(encoding="utf-8"))
    halved = {name: value / 2 if name.startswith("collector") else value for name, value in measured.items()}
    rows = [[line.split(" | ") for line in sizing.table(figures).splitlines()[2:]] for figures in (measured, halved)]

    for row, slower in zip(*rows, strict=True):
        assert float(slower[2]) / float(row[2]) == pytest.approx(2, rel=0.06)
        assert (row[:2], row[3:6]) == (slower[:2], slower[3:6])


def test_leaves_the_table_where_the_collector_was_not_measured(tmp_path: Path) -> None:
    """As where it is not built."""
    page, costs = tmp_path / "sizes.md", tmp_path / "costs.md"
    text = "<!-- generated: sizing -->\nold\n<!-- end sizing -->\n"
    page.write_text(text, encoding="utf-8")
    costs.write_text("<!-- generated: bench -->\n| drain | 9 rows/s |\n", encoding="utf-8")
    sizing.renew(page, costs)

    assert text == page.read_text(encoding="utf-8")
