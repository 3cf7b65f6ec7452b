"""The version, with and without the package's metadata."""

import subprocess
import sys
from importlib.metadata import version as installed
from pathlib import Path

from otel_training.version import version


def test_is_the_installed_one() -> None:
    """What the metadata says."""
    assert installed("otel_training") == version()


def test_an_app_packed_without_metadata_captures(tmp_path: Path) -> None:
    """A frozen or vendored copy has none: records are written all the same."""
    program = (
        "from importlib import metadata\n"
        "class Nowhere(metadata.Distribution):\n"
        "    @staticmethod\n"
        "    def from_name(name):\n"
        "        raise metadata.PackageNotFoundError(name)\n"
        "metadata.Distribution.from_name = Nowhere.from_name\n"
        "import otel_training; from otel_training.version import version\n"
        "otel_training.record_feedback('a', 'like', user_id=1)\n"
        "print(version(), otel_training.flush(20))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert ("unknown True\n", "") == (done.stdout, done.stderr)
