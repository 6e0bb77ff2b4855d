"""What ``odevents up`` keeps beside its data: the keys it made, and where its server is."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from odevents.errors import ConfigError

if TYPE_CHECKING:
    from odevents.runtime import Runtime
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


def write_index(runtime: Runtime) -> None:
    """Write what the receiver is given instead of keys beside the data."""
    from odevents.receiver.index import index_of

    runtime.settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_private(index_file(runtime), index_of(runtime.offices.values(), runtime.seals).text() + "\n")


def index_file(runtime: Runtime) -> Path:
    """The file of the receiver's index."""
    return runtime.settings.data / "receiver_index"


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner can read, in one step: whoever reads it meanwhile sees the old one."""
    fresh = file.with_name(f".{file.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
        new.write(text)
    fresh.replace(file)


def key_file(folder: Path, variable: str) -> Path:
    """The file of one key."""
    return folder / variable.removeprefix("ODEVENTS_").lower()


def server_file(folder: Path) -> Path:
    """The file that says where the embedded server is, while it runs."""
    return folder / "server" / "server.url"
