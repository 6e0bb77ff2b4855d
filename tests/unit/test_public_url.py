"""Where the offices may be told to send to."""

from __future__ import annotations

import pytest

from odevents.public_url import checked_public_url, is_public


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://hooks.example.org/", "https://hooks.example.org"),
        ("https://example.org:8443/od/", "https://example.org:8443/od"),
        ("http://192.168.1.20:8320", "http://192.168.1.20:8320"),
        ("http://server", "http://server"),
        ("http://[::1]:8320", "http://[::1]:8320"),
    ],
)
def test_an_address_is_kept_without_the_slash_at_its_end(given: str, kept: str) -> None:
    assert checked_public_url(given) == kept


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("http://hooks.example.org", "readable"),
        ("http://93.184.215.14", "readable"),
        ("http://hooks.example.org.", "readable"),
        ("https://kim:secret@hooks.example.org", "without user"),
        ("https://hooks.example.org/?key=secret", "without user, query"),
        ("https://hooks.example.org/#x", "without user, query"),
        ("ftp://hooks.example.org", "not an address"),
        ("hooks.example.org", "not an address"),
        ("https://", "not an address"),
        ("https://[::1", "not an address"),
        ("https://hooks.example.org:99999", "not an address"),
        ("https://hooks.example.org/\n", "not an address"),
        ("https://h\u00f6oks.example.org", "not an address"),
    ],
)
def test_what_would_not_work_or_not_be_safe_is_refused(given: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as refused:
        checked_public_url(given)
    assert "secret" not in str(refused.value)


def test_private_names_and_addresses_are_not_on_the_internet() -> None:
    private = ("localhost", "10.0.0.9", "fe80::1", "server", "server.local", "od.internal", "127.0.0.1", "::1")
    assert not any(is_public(host) for host in private)
    assert all(is_public(host) for host in ("example.org", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "8.8.8.8"))
