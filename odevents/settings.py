"""Settings of the process, from the environment: frozen, typed, secrets masked.

Every secret can also come from a file: named by the same variable with ``_FILE`` behind it, or lying under the
variable's name in the folder ``ODEVENTS_SECRETS`` (mounted secrets, credentials of systemd). What a file ``.env`` says
has been put into the environment by the command line before (``cli/env_file.py``).
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from odevents.config import secret_file
from odevents.errors import ConfigError

PREFIX = "ODEVENTS_"
_FILE = "_FILE"
_PATH_SECRET = re.compile(r"[0-9A-Za-z_-]{16,100}")
_LAX = re.compile(r"[?&]ssl_(cert_reqs=(none|optional)|check_hostname=(false|no|0))", re.IGNORECASE)
_SECRETS = ("redis_url", "sealing_keys", "identity_key", "receiver_index", "path_secret", "metrics_token")

SEALING_VARIABLES = frozenset(
    {f"{PREFIX}SEALING_KEYS", f"{PREFIX}SEALING_KEYS_FILE", f"{PREFIX}IDENTITY_KEY", f"{PREFIX}IDENTITY_KEY_FILE"}
)
"""What a process that only seals is not given."""


class Settings(BaseSettings):
    """What the environment says. Order: variable, then its ``_FILE`` where it is a secret, then the default."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
        populate_by_name=True,
    )

    config: Path = Field(Path("odevents.toml"), description="the file with offices, subscriptions and reactions")
    redis_url: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("REDIS_URL", f"{PREFIX}REDIS_URL"),
        description="Redis 6.2 or newer, or Valkey; unset: `odevents up` and `demo` start an embedded server",
    )
    redis_unverified: bool = Field(
        False, description="believe a rediss:// server whose certificate nobody vouches for; it is warned about"
    )
    secrets: Path | None = Field(
        None, description="folder of mounted secrets; a file in it named like a variable stands for that variable"
    )
    sealing_keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (), description="32-byte keys in base64, newest first, separated by commas; what is stored is sealed with them"
    )
    identity_key: SecretStr | None = Field(
        None, description="32-byte key in base64 that never changes: identities of writes are made with it"
    )
    receiver_index: SecretStr | None = Field(
        None, description="all that `odevents serve` must know, made by `odevents offices index`; it then needs no keys"
    )
    host: str = Field("127.0.0.1", description="address the receiver listens on")
    port: int = Field(
        8320,
        ge=0,
        le=65535,
        validation_alias=AliasChoices(f"{PREFIX}PORT", "PORT"),
        description="port the receiver listens on",
    )
    console_host: str = Field("127.0.0.1", description="address of the operator's page; elsewhere it needs accounts")
    console_port: int = Field(8321, ge=0, le=65535, description="port of the operator's page")
    console_on_serve: bool = Field(
        False, description="also show the operator's page at /console of the receiver's port; needs accounts"
    )
    console_proxy: str = Field(
        "", description="address or network of a proxy that signs people in and names them in a header"
    )
    console_proxy_header: str = Field("X-Forwarded-User", description="the header in which that proxy names them")
    metrics_token: SecretStr | None = Field(
        None, description="what `Authorization: Bearer …` must hold at /metrics; unset: only this machine is answered"
    )
    simulated: bool = Field(False, description="all offices are invented, and every page says so (set by the demo)")
    data: Path = Field(Path("data"), description="folder of the embedded server")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="least severe line logged")
    max_body_bytes: int = Field(8 * 1024 * 1024, ge=1024, description="largest delivery taken")
    keep_days: float = Field(7, gt=0, description="how long the rows of an understood delivery stay, sealed")
    keep_writes_days: float = Field(30, gt=0, description="how long the ledger remembers an ended write")
    quarantine_seconds: float = Field(
        90, gt=0, description="how long a write without a trustworthy answer waits before it is read back"
    )
    handler_seconds: float = Field(
        100, gt=0, le=140, description="how long a handler may run; then its worker is ended, and it counts as a try"
    )
    allow_doubtful_redis: bool = Field(
        False, description="start although the server may lose what it acknowledged (development only)"
    )

    tls: Literal["", "proxy"] = Field(
        "", description="proxy: a proxy in front ends TLS; without that or a certificate only loopback is served"
    )
    tls_certificate: Path | None = Field(None, description="certificate chain, PEM, for TLS without a proxy")
    tls_key: Path | None = Field(None, description="its private key, PEM")
    proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="addresses of proxies, as 10.0.0.0/8, whose X-Forwarded-For and -Proto are believed"
    )
    path_secret: SecretStr | None = Field(
        None, description="deliveries come at /apievents/<this>; one more thing a stranger must know"
    )
    head_seconds: float = Field(10, gt=0, description="how long a request's head may take, and silence")
    body_seconds: float = Field(30, gt=0, description="how long a request's body may take")
    connections_per_address: int = Field(
        64, ge=1, description="most connections from one address that is no configured proxy"
    )

    @field_validator("path_secret")
    @classmethod
    def _in_a_path(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _PATH_SECRET.fullmatch(value.get_secret_value()):
            raise ValueError("is 16 or more letters, digits, - and _; make one with: openssl rand -hex 16")
        return value

    @field_validator("proxies", mode="after")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            ip_network(network)
        return value

    @field_validator("sealing_keys", "proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("redis_url")
    @classmethod
    def _url(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _names_a_server(value.get_secret_value()):
            raise ValueError("must be redis://host:port/number, rediss:// for TLS, or unix:///path")
        if value is not None and _LAX.search(value.get_secret_value()):
            raise ValueError("switches checking the certificate off; say that openly: ODEVENTS_REDIS_UNVERIFIED=true")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the signature is the library's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the signature is the library's
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the ``*_FILE`` variables behind the environment."""
        return init_settings, env_settings, _FromFiles(settings_cls)

    def ring(self) -> list[bytes]:
        """The sealing keys, newest first.

        :raises ConfigError: one is not 32 bytes in base64.
        """
        return [_key(f"{PREFIX}SEALING_KEYS", key) for key in self.sealing_keys]

    def identity(self) -> bytes:
        """The identity key.

        :raises ConfigError: it is missing, or not 32 bytes in base64.
        """
        return _key(f"{PREFIX}IDENTITY_KEY", self.identity_key)


class _FromFiles(PydanticBaseSettingsSource):
    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        raise NotImplementedError  # the whole source is read at once below

    def __call__(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name in _SECRETS:
            variable = variable_of(name)
            if path := secret_file(variable, os.environ):
                try:
                    values[name] = path.read_text(encoding="utf-8").strip()
                except OSError as error:
                    raise ConfigError(f"{variable}{_FILE}: cannot read {path}: {error.strerror}") from None
                except UnicodeDecodeError:
                    raise ConfigError(f"{variable}{_FILE}: cannot read {path}: it is not text") from None
        return values


def secret_files() -> list[Path]:
    """The files that secrets of the environment are read from."""
    named = (secret_file(variable_of(name), os.environ) for name in _SECRETS)
    return [path for path in named if path]


def variable_of(name: str) -> str:
    """The environment variable of a setting, in capitals."""
    alias = Settings.model_fields[name].validation_alias
    return str(alias.choices[0]) if isinstance(alias, AliasChoices) else PREFIX + name.upper()


def _names_a_server(url: str) -> bool:
    try:
        parts = urlsplit(url)
        if parts.scheme == "unix":
            return bool(parts.path)
        return parts.scheme in ("redis", "rediss") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def load_settings() -> Settings:
    """Read the environment, and refuse it as a whole if anything in it is wrong.

    :raises ConfigError: one line per mistake, naming the variable; values are never shown.
    """
    known = {variable_of(name) for name in Settings.model_fields}
    known |= {variable_of(name) + _FILE for name in _SECRETS} | {f"{PREFIX}REDIS_URL"}
    faults = [
        f"{name}: no such setting; see .env.example for those there are"
        for name in sorted(os.environ)
        if name.startswith(PREFIX) and name not in known and not name.startswith(f"{PREFIX}TEST_")
    ]
    try:
        settings = Settings()
    except ValidationError as error:
        for fault in error.errors(include_input=False, include_url=False, include_context=False):
            name = str(fault["loc"][0])
            faults.append(f"{variable_of(name) if name in Settings.model_fields else name}: {_plain(fault)}")
        raise ConfigError("\n".join(faults)) from None
    if faults:
        raise ConfigError("\n".join(faults))
    return settings


def _plain(fault: Any) -> str:
    return str(fault["msg"]).removeprefix("Value error, ")


def _key(variable: str, secret: SecretStr | None) -> bytes:
    if secret is None:
        raise ConfigError(
            f"{variable} is not set; make one with: openssl rand -base64 32 (`odevents up` makes its own)"
        )
    try:
        key = base64.b64decode(secret.get_secret_value(), validate=True)
    except (binascii.Error, ValueError):
        raise ConfigError(f"{variable} is not base64; make one with: openssl rand -base64 32") from None
    if len(key) != 32:
        raise ConfigError(
            f"{variable} must be 32 bytes in base64, not {len(key)}; make one with: openssl rand -base64 32"
        )
    return key
