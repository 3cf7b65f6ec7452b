"""The stack of `compose.yaml`: what it must never expose or hold."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import pytest
import yaml

from otel_training.store.deployment import Deployment, read_roles, role_settings
from tests.collector.process import GOGC, ROOT, variables

FOLDER: Final = ROOT / "collector"
STACK: Final = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: Final[dict[str, Any]] = STACK["services"]
SECRET: Final = re.compile(r"TOKEN|PASSWORD|SECRET|KEY$")
PINNED: Final = re.compile(r"^[\w./-]+:\d+\.\d+\.\d+(\.\d+)?$")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120, func_only=True)]


def test_is_the_whole_stack() -> None:
    """Collector, ClickHouse and Grafana, each with a health check and a volume of its own."""
    kept = {
        name: service["volumes"][0].partition(":")[0]
        for name, service in SERVICES.items()
        if service["healthcheck"]["test"]
    }

    assert {"collector": "queue", "clickhouse": "clickhouse", "grafana": "grafana"} == kept
    assert set(kept.values()) == set(STACK["volumes"])


def test_publishes_on_loopback_alone() -> None:
    """Docker's ports bypass the host's firewall: each names the address."""
    ports = [port for service in SERVICES.values() for port in service["ports"]]

    assert [] == [port for port in ports if not re.match(r"^127\.0\.0\.1:\d+:\d+$", port)]


def test_has_no_default_password() -> None:
    """Whatever is secret must be set, or nothing starts."""
    settings = {
        (name, key): value for name, service in SERVICES.items() for key, value in service["environment"].items()
    }
    secrets = {key: value for key, value in settings.items() if SECRET.search(key[1])}

    assert 6 == len(secrets)
    assert {} == {key: value for key, value in secrets.items() if not re.match(r"^\$\{\w+:\?[^}]+\}$", value)}


def test_pins_every_image() -> None:
    """An image is a version, in the stack and in the collector's own build."""
    built = re.findall(r"^FROM (\S+)", (FOLDER / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    images = [service["image"] for service in SERVICES.values()] + built
    (plugin,) = [service["environment"].get("GF_PLUGINS_PREINSTALL_SYNC") for service in [SERVICES["grafana"]]]

    assert [] == [image for image in images if not PINNED.match(image)]
    assert re.match(r"^[\w-]+@\d+\.\d+\.\d+$", plugin)


def test_no_service_gains_rights() -> None:
    """None may raise its privileges, and Grafana lets nobody in without a password."""
    assert [] == [name for name, service in SERVICES.items() if service["security_opt"] != ["no-new-privileges:true"]]
    assert [] == [
        name for name, service in SERVICES.items() if service.get("privileged") or service.get("network_mode")
    ]
    assert "false" == SERVICES["grafana"]["environment"]["GF_AUTH_ANONYMOUS_ENABLED"]


def test_its_inner_files_are_well_formed() -> None:
    """What it hands to ClickHouse is XML."""
    roots = {ET.fromstring(STACK["configs"][name]["content"]).tag for name in ("system-logs", "reader")}  # noqa: S314 - ours

    assert {"clickhouse"} == roots


def test_grafana_reads_what_the_readers_role_reads() -> None:
    """Within its bounds: no content, though a viewer sends any SQL."""
    root = ET.fromstring(STACK["configs"]["reader"]["content"])  # noqa: S314 - ours
    role = next(text for text in read_roles(Deployment()) if "SELECT(" in text and "otel_training_reader" in text)
    grant = re.sub(r" ON (\w+)", r" ON otel_training.\1", role.replace("TO otel_training_reader", ""))

    assert [words(grant)] == [words(query.text or "") for query in root.iterfind("users/grafana/grants/query")]
    assert role_settings("reader") == {setting.tag: setting.text for setting in root.iterfind("profiles/reader/*")}


def words(text: str) -> list[str]:
    """Split a statement into what it is made of."""
    return re.findall(r"\w+|[^\s\w]", re.sub(r"--.*", "", text))


def test_the_binary_accepts_the_collectors_command(asked: Callable[..., Any], tmp_path: Path) -> None:
    """Files, overrides and variables of the service make a valid configuration."""
    command = [argument.replace("/etc/otelcol-training", str(FOLDER)) for argument in SERVICES["collector"]["command"]]
    environment = {
        **variables(tmp_path),
        "APP_OTLP_ENDPOINT": "",
        "CH_ENDPOINT": SERVICES["collector"]["environment"]["CH_ENDPOINT"],
    }
    done = asked("validate", *command, **environment)

    assert (0, "") == (done.returncode, done.stderr)


def test_the_image_is_built_as_make_builds() -> None:
    """Same flags, the files that it copies exist, and it runs as it is measured."""
    dockerfile = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
    flags = '-buildvcs=false -trimpath -tags grpcnotrace -ldflags="-s -w"'
    makefile = re.sub(r" \\\n\s*", " ", (ROOT / "Makefile").read_text(encoding="utf-8"))
    copied = [name for line in re.findall(r"^COPY (?!--)(.*) \S+$", dockerfile, re.MULTILINE) for name in line.split()]

    assert flags in dockerfile
    assert f"ENV GOGC={GOGC}\n" in dockerfile
    assert flags in makefile
    assert [] == [name for name in copied if not list(FOLDER.glob(name))]
