"""The version."""

from importlib.metadata import version

from otel_training.version import __version__


def test_is_the_installed_one() -> None:
    """The package's metadata are made of it."""
    assert version("otel_training") == __version__
