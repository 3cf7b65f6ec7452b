"""HTTPS to a real receiver with certificates of an authority of one's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

import otel_training
from otel_training.folder import DataFolder
from otel_training.shipping.state import read_state
from tests.receiving import Receiver, receiving, waiting_ids

pytestmark = pytest.mark.slow

UNVERIFIED = "its certificate cannot be verified: set OTEL_TRAINING_OTLP_CERTIFICATE"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Who signs the receiver's certificate."""
    return trustme.CA()


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Receiver]:
    """A receiver that speaks HTTP."""
    with receiving(tmp_path / "receiver") as receiver:
        yield receiver


@pytest.fixture
def secure(plain: Receiver, authority: trustme.CA) -> Receiver:
    """A receiver that speaks HTTPS, at 127.0.0.1 alone."""
    present(plain, authority.issue_cert("127.0.0.1"))
    return plain


def present(receiver: Receiver, certificate: trustme.LeafCert) -> None:
    """Start anew with a certificate."""
    receiver.be("refuse")
    certificate.private_key_and_cert_chain_pem.write_to_path(str(receiver.folder / "tls.pem"))
    receiver.be("ok")


def ship(receiver: Receiver, monkeypatch: pytest.MonkeyPatch, certificate: object = "", scheme: str = "https") -> bool:
    """Ship one record, configured by the environment; tell whether it was accepted."""
    monkeypatch.setenv("OTEL_TRAINING_OTLP_ENDPOINT", f"{scheme}://127.0.0.1:{receiver.port}")
    monkeypatch.setenv("OTEL_TRAINING_OTLP_CERTIFICATE", str(certificate))
    monkeypatch.setenv("OTEL_TRAINING_USER_KEY", "k")
    otel_training.configure()
    otel_training.record_feedback("a", "like")
    return otel_training.flush(2)


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path) -> Path:
    """The authority's own certificate, in a file."""
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    return tmp_path / "authority.pem"


def test_ships_to_whom_the_authority_vouches_for(
    secure: Receiver, trusted: Path, folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its certificate set, records arrive."""
    assert ship(secure, monkeypatch, trusted)
    assert (1, "") == (len(secure.accepted()), read_state(folder).error)


@pytest.mark.parametrize("certificate", ["", "other.pem"], ids=["the system's", "another's"])
def test_nothing_goes_to_a_stranger(
    secure: Receiver, trusted: Path, folder: DataFolder, monkeypatch: pytest.MonkeyPatch, certificate: str
) -> None:
    """Signed by nobody we trust: all waits, the setting is named, and with the right one all arrives."""
    trustme.CA().cert_pem.write_to_path(str(trusted.with_name("other.pem")))
    assert not ship(secure, monkeypatch, certificate and trusted.with_name(certificate))
    assert ([], UNVERIFIED) == (secure.requests(), read_state(folder).error)
    assert 1 == len(waiting_ids(folder.ship))

    assert ship(secure, monkeypatch, trusted)
    assert 2 == len(secure.accepted())


def test_nothing_goes_to_another_host(
    plain: Receiver, authority: trustme.CA, trusted: Path, folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate of the right authority, for somebody else."""
    present(plain, authority.issue_cert("collector.example"))
    assert not ship(plain, monkeypatch, trusted)

    assert ([], UNVERIFIED) == (plain.requests(), read_state(folder).error)


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_without_certificates_is_told(
    secure: Receiver, folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    """Missing or of something else: the setting is named, and all waits until it is mended."""
    file = tmp_path / "mistyped.pem"
    if content is not None:
        file.write_text(content)
    assert not ship(secure, monkeypatch, file)

    error = "OTEL_TRAINING_OTLP_CERTIFICATE must be a file of certificates (PEM)"
    assert (error, 1) == (read_state(folder).error, len(waiting_ids(folder.ship)))


def test_https_to_a_port_that_speaks_http_is_told(
    plain: Receiver, trusted: Path, folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All waits, and with the right scheme all arrives."""
    assert not ship(plain, monkeypatch, trusted)
    assert "no TLS is spoken there" in read_state(folder).error

    assert ship(plain, monkeypatch, trusted, "http")
    assert 2 == len(plain.accepted())


def test_http_to_a_port_that_speaks_https_waits(
    secure: Receiver, trusted: Path, folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is taken for accepted, and with the right scheme all arrives."""
    assert not ship(secure, monkeypatch, trusted, "http")
    assert 1 == len(waiting_ids(folder.ship))

    assert ship(secure, monkeypatch, trusted)
    assert 2 == len(secure.accepted())
