"""The users of a served store, by their passwords."""

from pathlib import Path
from typing import Any

import pytest

from tests.served import run

pytestmark = pytest.mark.slow


def test_makes_its_password_once(start: Any, tmp_path: Path) -> None:
    """Printed when it is made; kept, for this user alone, so that clients need not be set up again."""
    with start(tmp_path) as endpoint:
        password = endpoint.password
        path = tmp_path / "data" / "serve.password"
        assert (password, 0o600) == (path.read_text(), path.stat().st_mode & 0o777)
        assert 0o600 == (tmp_path / "data" / "store.lock").stat().st_mode & 0o777
    with start(tmp_path, password=password) as again:
        assert ([["1"]], 24) == (again.rows("SELECT 1"), len(password))


def test_a_password_that_cannot_be_kept_is_one_sentence(tmp_path: Path) -> None:
    """It says where, and what to do."""
    (tmp_path / "serve.password").mkdir()
    done = run("-m", "otel_training.cli", "serve", "--port", 0, cwd=tmp_path, OTEL_TRAINING_HOME=str(tmp_path))

    assert (1, "", 1) == (done.returncode, done.stdout, len(done.stderr.splitlines()))
    assert f"Error: {tmp_path / 'serve.password'} is a link or the like" in done.stderr
