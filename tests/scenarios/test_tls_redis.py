"""A Redis behind TLS with a certificate that nobody vouches for, as some hosts have it."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import SecretStr

from odevents.config import ConfigFile
from odevents.errors import ConfigError, StoreUnavailable
from odevents.runtime import Runtime
from odevents.settings import Settings, load_settings


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A self-signed certificate for 127.0.0.1 with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "server.pem"
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(private + signed.public_bytes(pem))
    return file


@pytest.fixture
def behind_tls(redis_url: str, certificate: Path) -> Iterator[str]:
    """The server of the tests behind a TLS proxy; the address of that."""
    parts = urlsplit(redis_url)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            inner = socket.create_connection((parts.hostname, parts.port))
            try:
                outer = context.wrap_socket(client, server_side=True)
            except OSError:  # the other side did not like the certificate
                client.close()
                inner.close()
                continue
            for one, other in ((outer, inner), (inner, outer)):
                threading.Thread(target=pump, args=(one, other), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    password = f":{parts.password}@" if parts.password else ""
    yield f"rediss://{password}127.0.0.1:{listener.getsockname()[1]}{parts.path}"
    listener.close()


def pump(one: socket.socket, other: socket.socket) -> None:
    """Carry bytes until either side is done."""
    with suppress(OSError), one, other:
        while data := one.recv(65536):
            other.sendall(data)


@contextmanager
def runtime(url: str, **settings: bool) -> Iterator[Runtime]:
    """A process that has its Redis there."""
    made = Runtime(Settings(redis_url=SecretStr(url), **settings), ConfigFile(offices={}))  # type: ignore[arg-type]
    yield made
    made.redis.close()


def test_a_certificate_that_nobody_vouches_for_is_refused(behind_tls: str) -> None:
    """Unless it is told to be believed, which is warned about at every start."""
    with runtime(behind_tls) as checking, pytest.raises(StoreUnavailable):
        checking.refuse_doubtful_redis()
    with runtime(behind_tls, redis_unverified=True) as believing:
        assert believing.redis.ping()
        assert [doubt for doubt in believing.refuse_doubtful_redis() if "can pretend to be it" in doubt]


def test_a_certificate_that_the_operator_vouches_for_is_taken(behind_tls: str, certificate: Path) -> None:
    """By naming it in the address, without any warning."""
    with runtime(f"{behind_tls}?ssl_ca_certs={certificate}") as vouched:
        assert vouched.redis.ping()
        assert vouched.refuse_doubtful_redis() == []


@pytest.mark.parametrize("query", ["ssl_cert_reqs=none", "a=b&ssl_check_hostname=False"])
def test_checking_is_not_switched_off_in_silence(monkeypatch: pytest.MonkeyPatch, query: str) -> None:
    """By a part of the address that a host hands out."""
    monkeypatch.setenv("REDIS_URL", f"rediss://example.org:6380/0?{query}")

    with pytest.raises(ConfigError, match="REDIS_URL: switches checking the certificate off"):
        load_settings()
