"""The collector's rows."""

from pathlib import Path

import pytest

from tests.bench import collector


def test_leaves_its_rows_out_where_it_is_not_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line says so; everything else is measured."""
    monkeypatch.setattr(collector, "BINARY", tmp_path / "none")

    assert [] == collector.rows(quick=True)
    assert "collector: its rows are left out, as it is not built: make collector\n" == capsys.readouterr().err
