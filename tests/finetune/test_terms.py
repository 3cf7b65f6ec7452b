"""The terms, which are asked once for each model's answers."""

from otel_training.finetune.job import sole_command
from otel_training.finetune.terms import accept, unasked
from otel_training.folder import DataFolder


def test_another_model_is_asked_about_anew(folder: DataFolder) -> None:
    """What was said before is kept."""
    with sole_command(folder):
        assert ["a", "b"] == unasked(folder, ["b", "a"])
        accept(folder, ["a"])
        assert ["b"] == unasked(folder, ["a", "b"])
        accept(folder, ["b"])

    assert [] == unasked(folder, ["a", "b"])
