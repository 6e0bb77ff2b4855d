"""Deliveries come encrypted, or from this machine, or the receiver does not start."""

from __future__ import annotations

import contextlib
import datetime
import os
import socket
import ssl
import time
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from odevents.errors import ConfigError
from odevents.receiver.tls import certificate_of, is_loopback
from odevents.settings import Settings
from tests.abuse.raw import ROW
from tests.support.installation import Installation, installation, until


def write_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate for ``localhost`` signed by itself, and its key, into ``folder``."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, private = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return chain, private


def name_shown(port: int) -> str:
    """The name in the certificate that a new connection is shown."""
    found = x509.load_pem_x509_certificate(ssl.get_server_certificate(("127.0.0.1", port), timeout=5).encode())
    return str(found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def serving(running: Installation) -> bool:
    """Whether something listens."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", running.port)) == 0


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")  # the old ones are what is tried
def test_with_a_certificate_deliveries_come_by_tls_and_it_is_renewed_in_place(tmp_path: Path) -> None:
    """TLS 1.2 at least, nothing in plain; a new certificate is shown to new connections, the open ones go on."""
    folder = tmp_path / "tls"
    folder.mkdir()
    chain, key = write_certificate(folder, "first")
    tls = {"ODEVENTS_TLS_CERTIFICATE": str(chain), "ODEVENTS_TLS_KEY": str(key), "ODEVENTS_HEAD_SECONDS": "2"}
    with installation(tmp_path, **tls) as running:  # type: ignore[arg-type]
        running.launch("serve", "odevents.cli.main", "serve")
        until(lambda: serving(running))
        trusting = ssl.create_default_context(cafile=chain)
        right = {"Authorization": running.clinic.office("southside").customer_key}
        kept = httpx.Limits(keepalive_expiry=60)
        with httpx.Client(base_url=f"https://localhost:{running.port}", verify=trusting, limits=kept) as client:
            assert client.post("/apievents", json=[ROW], headers=right).status_code == 200
            assert name_shown(running.port) == "first"

            write_certificate(folder, "second")
            until(lambda: name_shown(running.port) == "second", within=30, what="the renewed certificate")
            assert client.post("/apievents", json=[ROW], headers=right).status_code == 200, "the same connection"
        assert_old_protocols_and_plain_are_refused(running, trusting)
        chain.write_text("half a certificate")
        until(lambda: "the new certificate cannot be used" in running.logs())
        assert name_shown(running.port) == "second"


def assert_old_protocols_and_plain_are_refused(running: Installation, trusting: ssl.SSLContext) -> None:
    """TLS 1.1 and HTTP without TLS get no answer; who connects and says nothing is gone in two seconds."""
    with socket.create_connection(("127.0.0.1", running.port), timeout=5) as silent:
        started = time.monotonic()
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        old.set_ciphers("ALL:@SECLEVEL=0")
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        with socket.create_connection(("127.0.0.1", running.port), timeout=5) as plain, pytest.raises(ssl.SSLError):
            old.wrap_socket(plain)
        with socket.create_connection(("127.0.0.1", running.port), timeout=5) as plain:
            plain.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
            with contextlib.suppress(ConnectionError):
                assert not plain.recv(1000).startswith(b"HTTP")
        with contextlib.suppress(ConnectionError):
            assert silent.recv(1000) == b""
        assert time.monotonic() - started < 4


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "receiver.example"])
def test_plain_http_off_loopback_does_not_start(host: str) -> None:
    """The error says what to do; with a proxy in front it starts."""
    with pytest.raises(ConfigError, match="ODEVENTS_TLS=proxy"):
        certificate_of(Settings(host=host))

    assert certificate_of(Settings(host=host, tls="proxy")) is None


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_plain_http_on_this_machine_is_fine(host: str) -> None:
    """For the demo, and behind a proxy on the same machine."""
    assert is_loopback(host)
    assert certificate_of(Settings(host=host)) is None


def test_settings_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    """A certificate without key, with a proxy, or that is none."""
    chain, key = write_certificate(tmp_path, "one")
    (tmp_path / "other").mkdir()
    _, other_key = write_certificate(tmp_path / "other", "other")
    for settings, said in (
        (Settings(tls_certificate=chain), "go together"),
        (Settings(tls_key=key), "go together"),
        (Settings(tls="proxy", tls_certificate=chain, tls_key=key), "exclude each other"),
        (Settings(tls_certificate=tmp_path / "none", tls_key=key), "not a certificate and its key"),
        (Settings(tls_certificate=chain, tls_key=other_key), "not a certificate and its key"),
    ):
        with pytest.raises(ConfigError, match=said):
            certificate_of(settings)


@pytest.mark.parametrize("command", ["serve", "up"])
def test_the_commands_say_so_and_end(tmp_path: Path, command: str) -> None:
    """As an operator meets it."""
    from tests.support.command import run

    with installation(tmp_path, ODEVENTS_HOST="0.0.0.0") as running:
        finished = run(running, command, code=1)

    assert "without TLS" in finished.stderr
    assert os.environ.get("ODEVENTS_HOST") is None
