"""The shipped files: what the real binary makes of them, and what they must never hold."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import yaml

from collector.fence import fenced, registry
from tests.collector.process import CONFIG, ROOT, variables

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]

Asked: TypeAlias = Callable[..., subprocess.CompletedProcess[str]]
FOLDER = ROOT / "collector"
KAFKA = {"KAFKA_BROKERS": "a:9093,b:9093", "KAFKA_USER": "kafka-user", "KAFKA_PASSWORD": "kafka-not-secret"}
FILES = {"config": ["config.yaml"], "alone": ["config.yaml", "alone.yaml"], "gateway": ["config.yaml", "gateway.yaml"]}
SECRET = re.compile(r"token|password|username|secret|key$")


def merged(*files: str) -> list[str]:
    """The arguments that name these files."""
    return [f"--config={FOLDER / one}" for one in files]


@pytest.fixture(params=FILES)
def effective(request: pytest.FixtureRequest, asked: Asked, tmp_path: Path) -> Any:
    """The configuration with its defaults, as the binary runs it."""
    files = merged(*FILES[request.param])
    printed = asked("print-config", *files, "--format=json", "--mode=unredacted", **variables(tmp_path), **KAFKA)
    return json.loads(printed.stdout)


def walk(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every key of a configuration with its path."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield f"{path}.{key}", value
        yield from walk(value, f"{path}.{key}")


@pytest.mark.parametrize("files", FILES.values(), ids=FILES)
def test_the_binary_accepts_it(asked: Asked, files: list[str], tmp_path: Path) -> None:
    """`validate` by the real binary has nothing to say."""
    done = asked("validate", *merged(*files), **variables(tmp_path), **KAFKA)

    assert (0, "") == (done.returncode, done.stderr)


@pytest.mark.parametrize("missing", ["OTLP_TOKEN", "CH_ENDPOINT", "APP_OTLP_ENDPOINT"])
def test_refuses_to_run_without_a_variable(asked: Asked, missing: str, tmp_path: Path) -> None:
    """An open door or a forgotten address is an error at the start."""
    told = variables(tmp_path)
    del told[missing]

    assert 1 == asked("validate", *merged("config.yaml"), **told).returncode


def test_the_allow_list_is_generated() -> None:
    """The lists are those that the registry gives."""
    config = CONFIG.read_text(encoding="utf-8")

    assert fenced(config) == config


def test_names_registered_attributes_alone() -> None:
    """What the statements read and write is in the registry."""
    named = set(re.findall(r'attributes\["([^"]+)"\]', CONFIG.read_text(encoding="utf-8")))

    assert set() == named - registry().keys()


def test_the_fence_costs_our_records_no_regular_expression() -> None:
    """No function of the statements matches patterns."""
    text = CONFIG.read_text(encoding="utf-8")

    assert [] == re.findall(r"IsMatch|replace_|matching_keys|redaction:|blocked_", text)


def test_listens_on_loopback(effective: Any) -> None:
    """Every receiver and extension that listens does so on this machine alone."""
    heard = [
        value
        for path, value in walk({"receivers": effective["receivers"], "extensions": effective["extensions"]})
        if path.endswith(".endpoint")
    ]
    (reader,) = effective["service"]["telemetry"]["metrics"]["readers"]

    assert {"127.0.0.1"} == {one.rpartition(":")[0] for one in heard} | {
        reader["pull"]["exporter"]["prometheus"]["host"]
    }


def test_every_receiver_asks_who_sends(effective: Any) -> None:
    """A token on each protocol; a broker is asked with name and password over TLS."""
    otlp = effective["receivers"]["otlp"]["protocols"]
    assert {"grpc": "bearertokenauth/in", "http": "bearertokenauth/in"} == {
        name: one["auth"]["authenticator"] for name, one in otlp.items()
    }
    others = {name: one for name, one in effective["receivers"].items() if name != "otlp"}
    assert [] == [name for name, one in others.items() if not one["auth"]["sasl"]["password"]]
    assert [] == [name for name, one in others.items() if one["tls"] is None or one["tls"].get("insecure")]


def test_holds_no_credentials() -> None:
    """Names, passwords and tokens come from the environment."""
    held = [
        (file.name, path, value)
        for file in FOLDER.glob("*.yaml")
        if file.name != "compose.yaml"  # has a test of its own
        for path, value in walk(yaml.safe_load(file.read_text(encoding="utf-8")))
        if SECRET.search(path.lower()) and isinstance(value, str) and not re.match(r"^\$\{\w", value)
    ]

    assert [] == held


def test_gives_up_nothing(effective: Any) -> None:
    """Whatever tries again does so without end, and no size limit drops a record that was taken."""
    exporters = {name: one for name, one in effective["exporters"].items() if name != "nop"}
    limits = [one["retry_on_failure"] for one in exporters.values()]
    limits += [one["error_backoff"] for one in effective["receivers"].values() if "error_backoff" in one]

    assert {(True, 0)} == {(one["enabled"], one["max_elapsed_time"]) for one in limits}
    assert [] == [one for one in limits if one["multiplier"] <= 1]
    batches = [one["sending_queue"]["batch"] for one in exporters.values()]
    assert {0} == {one["max_size"] for one in batches if one is not None}


def test_every_queue_is_on_disk_or_answers_late(effective: Any) -> None:
    """A queue is a synced file, or acknowledges only what has arrived."""
    assert [True] == [one["fsync"] for name, one in effective["extensions"].items() if name.startswith("file_storage")]
    queues = [one["sending_queue"] for name, one in effective["exporters"].items() if name != "nop"]
    assert {True} == {(one["storage"] == "file_storage/queue") is not one["wait_for_result"] for one in queues}


def test_the_fence_fails_closed(effective: Any) -> None:
    """An error in a processor is the sender's: the record goes nowhere."""
    deciding = {name: one for name, one in effective["processors"].items() if name != "memory_limiter"}

    assert {"filter/training", "filter/app", "transform/fence"} == set(deciding)
    assert {"propagate"} == {one["error_mode"] for one in deciding.values()}


def test_takes_64_mib(effective: Any) -> None:
    """Both protocols take what our shipper may ever send."""
    otlp = effective["receivers"]["otlp"]["protocols"]

    assert (64, 64 << 20) == (otlp["grpc"]["max_recv_msg_size_mib"], otlp["http"]["max_request_body_size"])


def test_the_go_files_are_the_manifests() -> None:
    """Each component and version of the manifest is what is built."""
    manifest = yaml.safe_load((FOLDER / "manifest.yaml").read_text(encoding="utf-8"))
    parts = {
        one["gomod"]
        for kind in ("receivers", "processors", "exporters", "extensions", "providers")
        for one in manifest[kind]
    }
    go_mod = (FOLDER / "go.mod").read_text(encoding="utf-8")
    sources = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.go"))

    assert [] == sorted(parts - set(re.findall(r"^\t(\S+ v\S+)$", go_mod, re.MULTILINE)))
    assert set(manifest["replaces"]) == set(re.findall(r"^replace (.*)$", go_mod, re.MULTILINE))
    assert [] == sorted(one for one in parts if f'"{one.split()[0]}"' not in sources)
    assert f'Version:     "{manifest["dist"]["version"]}"' in sources
