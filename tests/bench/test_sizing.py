"""The sizing."""

from pathlib import Path

import pytest

from tests.bench import sizing

README = Path(__file__).parents[2] / "README.md"


def test_the_readme_computes_with_the_figures_it_shows(tmp_path: Path) -> None:
    """Renewing its sizing table changes nothing."""
    copy = tmp_path / "README.md"
    text = README.read_text(encoding="utf-8")
    copy.write_text(text, encoding="utf-8")
    sizing.renew(copy)

    assert "collector into ClickHouse, 9 kB, fence and fsync on" in sizing.shown(text)
    assert text == copy.read_text(encoding="utf-8")


def test_sizes_by_the_formula() -> None:
    """Half of the measured speed is twice the cores; the rest stays."""
    measured = sizing.shown(README.read_text(encoding="utf-8"))
    halved = {name: value / 2 if name.startswith("collector") else value for name, value in measured.items()}
    rows = [[one.split(" | ") for one in sizing.table(figures).splitlines()[2:]] for figures in (measured, halved)]

    for row, slower in zip(*rows, strict=True):
        assert float(slower[2]) / float(row[2]) == pytest.approx(2, rel=0.06)
        assert (row[:2], row[3:6]) == (slower[:2], slower[3:6])


def test_leaves_the_table_where_the_collector_was_not_measured(tmp_path: Path) -> None:
    """As where it is not built."""
    readme = tmp_path / "README.md"
    text = "<!-- generated: sizing -->\nold\n<!-- end sizing -->\n<!-- generated: bench -->\n| drain | 9 rows/s |\n"
    readme.write_text(text, encoding="utf-8")
    sizing.renew(readme)

    assert text == readme.read_text(encoding="utf-8")
