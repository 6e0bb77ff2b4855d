"""Settings from the environment."""

from __future__ import annotations

import base64
import os
import re
from pathlib import Path

import pytest

from odevents.config import Secret
from odevents.errors import ConfigError
from odevents.settings import Settings, load_settings, secret_files, variable_of

KEY = base64.b64encode(b"k" * 32).decode()


def test_secrets_are_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    """In repr, in str, and in dumps."""
    monkeypatch.setenv("REDIS_URL", "redis://:the-password@localhost/0")
    monkeypatch.setenv("ODEVENTS_IDENTITY_KEY", KEY)
    settings = load_settings()

    assert settings.redis_url
    assert settings.redis_url.get_secret_value().startswith("redis://:the-password@")
    for text in (repr(settings), str(settings), str(settings.model_dump())):
        assert "the-password" not in text
        assert KEY not in text


def test_a_secret_can_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As mounted by Kubernetes or systemd; the variable itself wins."""
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    monkeypatch.setenv("ODEVENTS_SEALING_KEYS_FILE", str(file))

    assert load_settings().ring() == [b"k" * 32]
    monkeypatch.setenv("ODEVENTS_SEALING_KEYS", base64.b64encode(b"n" * 32).decode() + "," + KEY)
    assert load_settings().ring() == [b"n" * 32, b"k" * 32]


def test_secrets_come_from_a_folder_of_files_named_like_variables(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As mounted from a Secret, or by systemd; also those that odevents.toml names."""
    (tmp_path / "ODEVENTS_SEALING_KEYS").write_text(f"{KEY}\n")
    (tmp_path / "OD_KEY_SOUTHSIDE").write_text("customer-key\n")
    monkeypatch.setenv("ODEVENTS_SECRETS", str(tmp_path))
    secret = Secret(env="OD_KEY_SOUTHSIDE")

    assert load_settings().ring() == [b"k" * 32]
    assert secret_files() == [tmp_path / "ODEVENTS_SEALING_KEYS"]
    assert secret.reveal(os.environ).get_secret_value() == "customer-key"
    assert secret.file_in(os.environ) == tmp_path / "OD_KEY_SOUTHSIDE"
    assert secret.reveal({"OD_KEY_SOUTHSIDE": "from the variable"}).get_secret_value() == "from the variable"
    with pytest.raises(ValueError, match="the environment variable OD_KEY_LAKEWOOD is missing or empty"):
        Secret(env="OD_KEY_LAKEWOOD").reveal(os.environ)


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("ODEVENTS_SEALNG_KEYS", KEY, "ODEVENTS_SEALNG_KEYS: no such setting"),
        ("ODEVENTS_PORT", "http", "ODEVENTS_PORT: Input should be a valid integer"),
        ("ODEVENTS_LOG_LEVEL", "loud", "ODEVENTS_LOG_LEVEL: Input should be 'debug'"),
        ("ODEVENTS_QUARANTINE_SECONDS", "0", "ODEVENTS_QUARANTINE_SECONDS: Input should be greater than 0"),
        ("ODEVENTS_IDENTITY_KEY_FILE", "/no/such/file", "ODEVENTS_IDENTITY_KEY_FILE: cannot read /no/such/file"),
        ("ODEVENTS_CONFIG_FILE", "odevents.toml", "ODEVENTS_CONFIG_FILE: no such setting"),
        ("REDIS_URL", "localhost:6379", "REDIS_URL: must be redis://host:port/number"),
        ("REDIS_URL", "redis://localhost:port/0", "REDIS_URL: must be redis://host:port/number"),
        ("REDIS_URL", "http://localhost/0", "REDIS_URL: must be redis://host:port/number"),
    ],
)
def test_a_wrong_environment_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, message: str
) -> None:
    """A misspelt variable must not be ignored in silence."""
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigError) as refused:
        load_settings()

    assert str(refused.value).startswith(message)


def test_a_file_of_a_secret_that_is_no_text_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Instead of what the decoder says."""
    (tmp_path / "key").write_bytes(b"\xff\xfe")
    monkeypatch.setenv("REDIS_URL_FILE", str(tmp_path / "key"))

    with pytest.raises(ConfigError, match=rf"REDIS_URL_FILE: cannot read {tmp_path}/key: it is not text"):
        load_settings()


@pytest.mark.parametrize("url", ["redis://localhost", "rediss://:password@cache.example.org:6380/1", "unix:///run/r"])
def test_the_addresses_of_servers_are_taken(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """The control for those that are refused."""
    monkeypatch.setenv("REDIS_URL", url)
    assert load_settings().redis_url


@pytest.mark.parametrize(
    ("key", "message"), [("not base64!", "is not base64"), ("c2hvcnQ=", "must be 32 bytes"), ("", "is not set")]
)
def test_a_key_that_cannot_work_is_refused_without_showing_it(
    monkeypatch: pytest.MonkeyPatch, key: str, message: str
) -> None:
    """With the command that makes a good one."""
    if key:
        monkeypatch.setenv("ODEVENTS_IDENTITY_KEY", key)
    with pytest.raises(ConfigError, match=message) as refused:
        load_settings().identity()

    assert "openssl rand -base64 32" in str(refused.value)
    assert not key or key not in str(refused.value)


def test_the_port_of_a_hosting_platform_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Heroku says PORT."""
    monkeypatch.setenv("PORT", "5000")
    assert load_settings().port == 5000


def test_every_setting_is_in_the_example_environment() -> None:
    """Name and meaning; nothing else is there."""
    text = (Path(__file__).parent.parent.parent / ".env.example").read_text(encoding="utf-8")
    told = {line.lstrip("# ").partition("=")[0] for line in text.splitlines() if re.match(r"#? ?[A-Z_]+=", line)}

    assert told == {variable_of(name) for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        assert (field.description or "no description").split(";")[0] in text, name
