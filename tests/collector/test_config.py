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
    return [f"--config={FOLDER / file}" for file in files]


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
    environment = variables(tmp_path)
    del environment[missing]

    assert 1 == asked("validate", *merged("config.yaml"), **environment).returncode


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

    assert {"127.0.0.1"} == {address.rpartition(":")[0] for address in heard} | {
        reader["pull"]["exporter"]["prometheus"]["host"]
    }


def test_every_receiver_asks_who_sends(effective: Any) -> None:
    """A token on each protocol; a broker is asked with name and password over TLS."""
    otlp = effective["receivers"]["otlp"]["protocols"]
    assert {"grpc": "bearertokenauth/in", "http": "bearertokenauth/in"} == {
        name: protocol["auth"]["authenticator"] for name, protocol in otlp.items()
    }
    others = {name: receiver for name, receiver in effective["receivers"].items() if name != "otlp"}
    assert [] == [name for name, receiver in others.items() if not receiver["auth"]["sasl"]["password"]]
    assert [] == [
        name for name, receiver in others.items() if receiver["tls"] is None or receiver["tls"].get("insecure")
    ]


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
    exporters = {name: exporter for name, exporter in effective["exporters"].items() if name != "nop"}
    limits = [exporter["retry_on_failure"] for exporter in exporters.values()]
    limits += [receiver["error_backoff"] for receiver in effective["receivers"].values() if "error_backoff" in receiver]

    assert {(True, 0)} == {(limit["enabled"], limit["max_elapsed_time"]) for limit in limits}
    assert [] == [limit for limit in limits if limit["multiplier"] <= 1]
    batches = [exporter["sending_queue"]["batch"] for exporter in exporters.values()]
    assert {0} == {batch["max_size"] for batch in batches if batch is not None}


def test_every_queue_is_on_disk_or_answers_late(effective: Any) -> None:
    """A queue is a synced file, or acknowledges only what has arrived."""
    assert [True] == [
        extension["fsync"] for name, extension in effective["extensions"].items() if name.startswith("file_storage")
    ]
    queues = [exporter["sending_queue"] for name, exporter in effective["exporters"].items() if name != "nop"]
    assert {True} == {(queue["storage"] == "file_storage/queue") is not queue["wait_for_result"] for queue in queues}


def test_the_fence_fails_closed(effective: Any) -> None:
    """An error in a processor is the sender's: the record goes nowhere."""
    deciding = {name: processor for name, processor in effective["processors"].items() if name != "memory_limiter"}

    assert {"filter/training", "filter/app", "transform/fence"} == set(deciding)
    assert {"propagate"} == {processor["error_mode"] for processor in deciding.values()}


def test_takes_64_mib(effective: Any) -> None:
    """Both protocols take what our shipper may ever send."""
    otlp = effective["receivers"]["otlp"]["protocols"]

    assert (64, 64 << 20) == (otlp["grpc"]["max_recv_msg_size_mib"], otlp["http"]["max_request_body_size"])


def test_the_go_files_are_the_manifests() -> None:
    """Each component and version of the manifest is what is built."""
    manifest = yaml.safe_load((FOLDER / "manifest.yaml").read_text(encoding="utf-8"))
    parts = {
        part["gomod"]
        for kind in ("receivers", "processors", "exporters", "extensions", "providers")
        for part in manifest[kind]
    }
    go_mod = (FOLDER / "go.mod").read_text(encoding="utf-8")
    sources = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.go"))

    assert [] == sorted(parts - set(re.findall(r"^\t(\S+ v\S+)$", go_mod, re.MULTILINE)))
    assert set(manifest["replaces"]) == set(re.findall(r"^replace (.*)$", go_mod, re.MULTILINE))
    assert [] == sorted(part for part in parts if f'"{part.split()[0]}"' not in sources)
    assert f'Version:     "{manifest["dist"]["version"]}"' in sources
