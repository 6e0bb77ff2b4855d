"""What ``odevents up`` keeps beside its data: the keys it made, and where its server is."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from odevents.errors import ConfigError

if TYPE_CHECKING:
    from odevents.settings import Settings

_SEALING = "ODEVENTS_SEALING_KEYS"
_IDENTITY = "ODEVENTS_IDENTITY_KEY"
KEYS = (_SEALING, _IDENTITY)


def missing_keys(settings: Settings) -> list[str]:
    """The variables of keys that nobody has set."""
    given = {_SEALING: settings.sealing_keys, _IDENTITY: settings.identity_key}
    return [variable for variable in KEYS if not given[variable]]


def keys_in(folder: Path, variables: Iterable[str] = KEYS) -> dict[str, str]:
    """The keys of an installation that keeps them beside its data, made when first needed."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for variable in variables:
        file = key_file(folder, variable)
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(base64.b64encode(secrets.token_bytes(32)).decode())
    return {variable: key_file(folder, variable).read_text().strip() for variable in variables}


def kept(settings: Settings) -> dict[str, str]:
    """What the settings lack and ``odevents up`` keeps, by the names of the variables; makes nothing.

    :raises ConfigError: it is another user's.
    """
    files = {variable: key_file(settings.data, variable) for variable in missing_keys(settings)}
    if settings.redis_url is None:
        files["REDIS_URL"] = server_file(settings.data)
    try:
        return {variable: file.read_text().strip() for variable, file in files.items() if file.is_file()}
    except PermissionError:
        raise ConfigError(f"{settings.data} is another user's; run this as the user who runs `odevents up`") from None


def key_file(folder: Path, variable: str) -> Path:
    """The file of one key."""
    return folder / variable.removeprefix("ODEVENTS_").lower()


def server_file(folder: Path) -> Path:
    """The file that says where the embedded server is, while it runs."""
    return folder / "server" / "server.url"
