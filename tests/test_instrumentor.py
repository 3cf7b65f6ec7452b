"""The instrumentor: OpenTelemetry's contract."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

import otel_training
from otel_training.anthropic.watch import watch
from otel_training.conventions import Loss
from otel_training.instrumentor import Configuration, TrainingInstrumentor
from otel_training.pipeline import process
from otel_training.pipeline.arguments import ARGUMENTS
from otel_training.pipeline.declared import declared
from tests.served import run

PROGRAMS = Path(__file__).parent / "programs"


@otel_training.extraction
def extract(topic: str) -> dict[str, Any]:
    """Answer one insight."""
    return {"insights": ["Mail bob@x.example"], "quality_score": 8}


@pytest.fixture
def instrumentor() -> Iterator[TrainingInstrumentor]:
    """An instrumentor that is taken off again."""
    training_instrumentor = TrainingInstrumentor()
    yield training_instrumentor
    if training_instrumentor.is_instrumented_by_opentelemetry:
        training_instrumentor.uninstrument()
    # As the package is once it is imported.
    watch()
    otel_training.configure(enabled=True)


def test_is_found_by_its_entry_point() -> None:
    """`opentelemetry-instrument` finds it by name."""
    (entry_point,) = entry_points(group="opentelemetry_instrumentor", name="otel_training")

    assert entry_point.load() is TrainingInstrumentor


def test_sends_records_through_a_given_logger_provider(instrumentor: TrainingInstrumentor, folder: Any) -> None:
    """They are ordinary log records then, redacted, with the host's trace; the spool is off."""
    exporter, provider = InMemoryLogRecordExporter(), LoggerProvider()
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    instrumentor.instrument(logger_provider=provider)
    extract("t")
    process.lose(Loss.MALFORMED)
    assert otel_training.flush(30)

    record, loss = (log.log_record for log in exporter.get_finished_logs())
    assert record.attributes is not None
    assert ("training.extraction", "t", True, "<EMAIL_1>" in str(record.body)) == (
        record.event_name, record.attributes["training.source.topic"], record.trace_id != 0, True,
    )  # fmt: skip
    assert "training.loss" == loss.event_name
    assert [] == list(folder.local.glob("*.jsonl"))
    (scope,) = {log.instrumentation_scope for log in exporter.get_finished_logs()}
    assert ("otel_training", "urn:otel_training:schema:0.1") == (scope.name, scope.schema_url)


def test_shows_its_losses_as_metrics(instrumentor: TrainingInstrumentor) -> None:
    """Where there is a meter provider, what was lost and what waits are metrics."""
    reader = InMemoryMetricReader()
    instrumentor.instrument(meter_provider=MeterProvider([reader]))
    for _ in range(3):
        process.lose(Loss.QUEUE_FULL)
    assert otel_training.flush(30)

    (resource,) = reader.get_metrics_data().resource_metrics
    metrics = {
        metric.name: [(dict(point.attributes or {}), point.value) for point in metric.data.data_points]
        for metric in resource.scope_metrics[0].metrics
    }
    assert {
        "training.events.dropped": [({"training.loss.reason": "queue_full"}, 3)],
        "training.events.waiting": [({}, 0)],
    } == metrics


def test_uninstrument_turns_everything_off_and_instrument_on_again(
    instrumentor: TrainingInstrumentor, folder: Any
) -> None:
    """After `uninstrument` nothing is captured; after `instrument` it is."""
    instrumentor.instrument()
    instrumentor.uninstrument()
    extract("off")
    instrumentor.instrument()
    extract("on")
    assert otel_training.flush(30)

    (path,) = folder.local.glob("*.jsonl")
    assert (True, False) == (b'"on"' in path.read_bytes(), b'"off"' in path.read_bytes())


def test_takes_what_declarative_configuration_gives(instrumentor: TrainingInstrumentor) -> None:
    """Its options are the arguments of `configure`, neither more nor fewer; beside them what is unknown is named."""
    instrumentor.instrument(content_limit=5)

    assert 5 == process.settings().content_limit
    arguments = list(otel_training.configure.__kwdefaults__ or ())
    assert [*arguments, "unknown_options"] == [option.name for option in fields(Configuration)]
    assert set(arguments) == ARGUMENTS


def test_leaves_alone_what_a_distribution_hands_to_all(
    instrumentor: TrainingInstrumentor, caplog: pytest.LogCaptureFixture
) -> None:
    """An argument that is not ours is named once, and stops neither us nor the instrumentors that come after."""
    instrumentor.instrument(unknown=1, commenter_options={}, content_limit=5)

    assert (5, True) == (process.settings().content_limit, process.settings().enabled)
    assert ["commenter_options, unknown"] == [record.message.split(": ")[1] for record in caplog.records]


@pytest.mark.parametrize(
    "arguments",
    [{"content": "nope"}, {"content": ["none"]}, {"enabled": "false"}, {"max_bytes": "1 GB"}, {"max_bytes": -1},
     {"redact_patterns": ["["]}, {"redact_patterns": 5}, {"home": 5}, {"unknown_options": "contnt"}],
)  # fmt: skip
def test_a_wrong_value_turns_capture_off(
    instrumentor: TrainingInstrumentor, arguments: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """Who set it wanted something else than the defaults; the warning names the option and not the value."""
    instrumentor.instrument(**arguments)

    assert not process.settings().enabled
    ((option, value),) = arguments.items()
    name = value if option == "unknown_options" else option
    assert [True] == [name in record.message for record in caplog.records]


EVERY = {"home": Path("data"), "otlp_certificate": Path("x"), "redact_allow": ("a",), "otlp_headers": {"a": "b"}}
PROGRAM = """
@otel_training.extraction
def extract(topic, source_content):
    return ["One"]
extract("t", "a SECRET of bob@x.example")
"""
BY_FILE = "import otel_training" + PROGRAM
BY_CALL = (
    "import otel_training\nfrom opentelemetry.configuration import configure_sdk, load_config_file\n"
    "configure_sdk(load_config_file('otel.yaml'))" + PROGRAM
)


def test_takes_every_way_to_write_a_value(instrumentor: TrainingInstrumentor) -> None:
    """As `configure` does."""
    instrumentor.instrument(**EVERY)

    assert (True, "data", "a") == (
        process.settings().enabled, process.settings().home, process.settings().redact_allow,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("program", [BY_FILE, BY_CALL], ids=["OTEL_CONFIG_FILE", "configure_sdk"])
@pytest.mark.parametrize(
    ("options", "captured", "warning"),
    [
        ("{}", {"local": True}, ""),
        ("{content: none}", {"local": False}, ""),
        ("{redact_patterns: [SECRET]}", {"local": False}, ""),
        ("{otlp_endpoint: 'http://127.0.0.1:9', user_key: k}", {"ship": True}, ""),
        ("{enabled: false}", {}, ""),
        ("{contnt: none}", {}, "contnt"),
        ("{content: noen}", {}, "content"),
        ("{redact_patterns: '[SECRET'}", {}, "redact_patterns"),
        ("{max_bytes: 1GB}", {}, "max_bytes"),
    ],
)
def test_obeys_declarative_configuration(
    program: str, options: str, captured: dict[str, bool], warning: str, tmp_path: Path
) -> None:
    """Also in an app that no instrumentor is loaded in; what is wrong there turns capture off, with a warning."""
    (tmp_path / "pyproject.toml").touch()
    path = tmp_path / "otel.yaml"
    path.write_text(
        f"file_format: '1.0'\ninstrumentation/development:\n  python:\n    otel_training: {options}\n", encoding="utf-8"
    )
    # Where nothing names the file, what is off in it is not even given to us.
    is_named = program == BY_FILE or "enabled" in options
    done = run("-c", program, cwd=tmp_path, **({"OTEL_CONFIG_FILE": "otel.yaml"} if is_named else {}))

    segments = list((tmp_path / ".otel_training").rglob("*.jsonl"))
    assert captured == {path.parent.name: b"SECRET" in path.read_bytes() for path in segments}, done.stderr
    assert (0, bool(warning)) == (done.returncode, "captures nothing" in done.stderr)
    assert warning in done.stderr


def test_captures_nothing_where_nobody_can_read_the_file(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    """The SDK's reader of such files is a package of its own."""
    monkeypatch.setitem(sys.modules, "opentelemetry.configuration", None)

    assert {"enabled": False} == declared("elsewhere.yaml")
    assert "opentelemetry-configuration, which is not installed" in caplog.text


@pytest.mark.parametrize("variable", ["OTEL_TRAINING_ENABLED=false", "OTEL_SDK_DISABLED=true"])
def test_a_file_turns_nothing_on_that_the_environment_turned_off(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one switch stays the one switch."""
    path = tmp_path / "otel.yaml"
    options = "python: {otel_training: {enabled: true, content_limit: 5}}"
    path.write_text(f"file_format: '1.0'\ninstrumentation/development: {{{options}}}\n", encoding="utf-8")
    monkeypatch.setenv("OTEL_CONFIG_FILE", str(path))
    process.reset()
    assert (True, 5) == (process.settings().enabled, process.settings().content_limit)
    monkeypatch.setenv(*variable.split("="))
    process.reset()

    assert (False, 5) == (process.settings().enabled, process.settings().content_limit)


@pytest.mark.parametrize("text", [None, "", "a: [", "file_format: '1.0'\ndisabled: true\n"])
def test_captures_nothing_where_the_file_cannot_be_read(text: str | None, tmp_path: Path, caplog: Any) -> None:
    """Nobody knows what it says; a file that turns the SDK off turns capture off."""
    path = tmp_path / "otel.yaml"
    if text is not None:
        path.write_text(text, encoding="utf-8")

    assert {"enabled": False} == declared(str(path))
    assert (not (text or "").startswith("file")) == ("cannot be read" in caplog.text)


@pytest.mark.parametrize("protocol", ["http/protobuf", ""])
def test_the_stock_pipeline_sends_by_otlp(tmp_path: Path, folder: Any, protocol: str) -> None:
    """`OTEL_TRAINING_PIPELINE=sdk` sends records by the SDK's exporter to its own endpoint."""
    out = tmp_path / "requests"
    with subprocess.Popen(
        [sys.executable, str(PROGRAMS / "sink.py"), str(out)], stdout=subprocess.PIPE, text=True
    ) as sink:
        assert sink.stdout is not None
        endpoint = f"http://127.0.0.1:{sink.stdout.readline().strip()}"
        program = (
            "import otel_training\notel_training.record_feedback('a', 'like')\nassert otel_training.flush(30)\n"
            "otel_training.record_feedback('b', 'like')"
        )
        extra = {"OTEL_TRAINING_PIPELINE": "sdk", "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}
        environ = {**os.environ, **extra, **({"OTEL_EXPORTER_OTLP_PROTOCOL": protocol} if protocol else {})}
        subprocess.run([sys.executable, "-c", program], env=environ, check=True)
        sink.kill()

    assert ["/v1/logs training.feedback"] * 2 == out.read_text(encoding="utf-8").splitlines()
    assert [] == list(folder.local.glob("*.jsonl"))


@pytest.mark.slow
def test_works_under_opentelemetry_instrument(tmp_path: Path, folder: Any) -> None:
    """Started by the zero-code command, an app is captured as ever, and nothing complains."""
    program = tmp_path / "app.py"
    program.write_text(
        "import otel_training\n@otel_training.extraction\ndef extract(topic): return ['One']\nextract('t')\n",
        encoding="utf-8",
    )
    none = {f"OTEL_{signal}_EXPORTER": "none" for signal in ("TRACES", "METRICS", "LOGS")}
    command = Path(sys.executable).parent / "opentelemetry-instrument"
    done = subprocess.run(
        [str(command), sys.executable, str(program)],
        env={**os.environ, **none}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (0, "") == (done.returncode, done.stderr)
    (path,) = folder.local.glob("*.jsonl")
    assert 2 == len(path.read_bytes().splitlines())
