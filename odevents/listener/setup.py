"""Reading what a run needs, and what ``odevents listen install`` leaves on the machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from odevents.errors import ConfigError
from odevents.listener.config import ListenerSection, load_listener
from odevents.listener.credentials import KeyStore


@dataclass(frozen=True, slots=True)
class Setup:
    """Configuration with its secrets read.

    :ivar keys: name of office to customer key; at least one.
    :ivar handlers: modules with handlers.
    """

    section: ListenerSection
    keys: Mapping[str, str] = field(repr=False)
    handlers: list[str]

    @property
    def any_key(self) -> str:
        """A key the running listener accepts."""
        return next(iter(self.keys.values()))


def read_setup(
    config: Path | None, port: int | None, store: KeyStore, environment: Mapping[str, str] = os.environ
) -> Setup:
    """Read the file, if there is one, and the keys it names, or else those in the store.

    :param port: overrides the file.
    :raises ConfigError: one line per mistake; no key at all.
    """
    section, handlers = load_listener(config)
    if port is not None:
        section = section.model_copy(update={"port": port})
    keys = _revealed(section, environment) or store.read()
    if not keys:
        raise ConfigError(
            f"there is no customer key in {store.place()} and none in [listener.keys]; "
            "store one: odevents listen install"
        )
    return Setup(section, keys, handlers)


def _revealed(section: ListenerSection, environment: Mapping[str, str]) -> dict[str, str]:
    keys, faults = {}, []
    for office, secret in section.keys.items():
        try:
            keys[office] = secret.reveal(environment).get_secret_value()
        except ValueError as error:
            faults.append(f"listener.keys.{office}: {error}")
    if faults:
        raise ConfigError("\n".join(faults))
    return keys


def listener_arguments(config: Path | None, port: int | None) -> list[str]:
    """What the listener is started with at sign-in, where there is no working directory to speak of."""
    arguments = ["--config", str(config.resolve())] if config else []
    return [*arguments, "--port", str(port)] if port is not None else arguments
