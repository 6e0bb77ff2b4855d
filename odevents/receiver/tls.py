"""Whether, and how, deliveries come encrypted: they carry patients' rows and the office's key."""

from __future__ import annotations

import ipaddress
import ssl
from pathlib import Path

from odevents.errors import ConfigError
from odevents.log import logger
from odevents.settings import Settings

_NOT_PLAIN = (
    "the receiver would listen on {host} without TLS, and everyone on the way could read the offices' keys and rows. "
    "Set ODEVENTS_TLS=proxy where a proxy in front ends TLS, or ODEVENTS_TLS_CERTIFICATE and ODEVENTS_TLS_KEY to "
    "files, or leave ODEVENTS_HOST at 127.0.0.1"
)


class Certificate:
    """A certificate and its key, from files that somebody renews.

    :raises ConfigError: they cannot be read, or do not belong together.
    """

    def __init__(self, chain: Path, key: Path) -> None:
        self._chain = chain
        self._key = key
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._written = self._when_written()
        try:
            self.context.load_cert_chain(chain, key)
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(f"{chain} and {key}: not a certificate and its key ({_why(error)})") from None

    def renew(self) -> None:
        """Take the files' new content, if there is any: for connections to come, those that are open go on."""
        written = self._when_written()
        if written == self._written:
            return
        try:
            self.context.load_cert_chain(self._chain, self._key)
        except (OSError, ssl.SSLError) as error:
            # Perhaps half written; what was loaded before goes on serving, and the next look tries again.
            logger.error("the new certificate cannot be used", file=str(self._chain), error=_why(error))
            return
        self._written = written
        logger.info("certificate renewed", file=str(self._chain))

    def _when_written(self) -> tuple[int, int]:
        try:
            return self._chain.stat().st_mtime_ns, self._key.stat().st_mtime_ns
        except OSError:
            return 0, 0


def certificate_of(settings: Settings) -> Certificate | None:
    """The certificate to serve with, ``None`` where it is safe, or somebody else's business, to be plain.

    :raises ConfigError: deliveries would travel readable, or the settings contradict each other.
    """
    chain, key = settings.tls_certificate, settings.tls_key
    if (chain is None) != (key is None):
        raise ConfigError("ODEVENTS_TLS_CERTIFICATE and ODEVENTS_TLS_KEY go together; set both or neither")
    if chain is not None and key is not None:
        if settings.tls == "proxy":
            raise ConfigError("ODEVENTS_TLS=proxy and ODEVENTS_TLS_CERTIFICATE exclude each other")
        return Certificate(chain, key)
    if settings.tls != "proxy" and not is_loopback(settings.host):
        raise ConfigError(_NOT_PLAIN.format(host=settings.host))
    return None


def is_loopback(host: str) -> bool:
    """Whether an address to listen on can be reached from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or getattr(error, "reason", None) or type(error).__name__
