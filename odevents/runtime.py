"""Putting the parts together for one process: settings, configuration, store, offices, reactions."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from odevents.client.base_url import checked_url
from odevents.client.budget import Priority, interval_of
from odevents.client.session import Session
from odevents.config import ConfigFile
from odevents.config_reading import Config, Problem, load_config, read_secrets
from odevents.errors import ConfigError
from odevents.office import OfficeAccess, Offices, offices_of
from odevents.pipeline import Pipeline
from odevents.public_url import DELIVERIES
from odevents.queues import Hints
from odevents.reactions.performing import Performing
from odevents.reactions.registry import Registry
from odevents.reactions.rules import registry_of
from odevents.receiver.index import ReceiverIndex, index_of, key_fingerprint, read_index
from odevents.settings import Settings, load_settings
from odevents.store.again import Again
from odevents.store.budget import RedisBudget
from odevents.store.bulk import Bulk
from odevents.store.connection import connect, connect_rq, doubts, replicas_wanted, with_any_certificate
from odevents.store.seal import Seals
from odevents.store.store import Store
from odevents.store.subscriptions_seen import OfficeSeen
from odevents.subscriptions.lints import check_subscriptions
from odevents.subscriptions.office_subscriptions import OfficeSubscriptions, clients_of
from odevents.tracing import traces_of

if TYPE_CHECKING:
    from redis import Redis

_DAY = 24 * 3600
_SESSIONS = 1000
"""Offices whose connection a worker remembers; the least recently called is let go."""


def checked_config(path: Path, environment: Mapping[str, str] = os.environ, *, secrets: bool = True) -> Config:
    """The configuration, after everything that can be checked offline has been.

    :param secrets: also require that every secret the file names can be read.
    :raises ConfigError: one line per mistake, with file and line.
    """
    config, problems = load_config(path)
    problems += _wrong_urls(config.file)
    problems += check_subscriptions(config.file)
    _find_modules_beside(path)
    problems += registry_of(config.file)[1]
    problems += read_secrets(config.file, environment) if secrets else []
    if problems:
        raise ConfigError(config.report(problems))
    return config


def _wrong_urls(file: ConfigFile) -> Iterator[Problem]:
    for name, office in file.offices.items():
        for url in office.base_urls:
            try:
                checked_url(url)
            except ConfigError as error:
                yield Problem(("offices", name, "base_url"), str(error))


def _find_modules_beside(file: Path) -> None:
    """Let ``handlers`` name modules beside the file, as a script finds those beside itself."""
    folder = str(file.resolve().parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)


@dataclass(frozen=True)
class Runtime:
    """What one process works with. Parts are made when first needed: the receiver never makes a session."""

    settings: Settings
    config: ConfigFile

    @cached_property
    def seals(self) -> Seals:
        """Sealing and fingerprints."""
        return Seals(self.settings.ring(), self.settings.identity())

    @cached_property
    def offices(self) -> Offices:
        """The offices, their secrets read."""
        return offices_of(self.config)

    @cached_property
    def registry(self) -> Registry:
        """The reactions."""
        return registry_of(self.config)[0]

    @cached_property
    def store(self) -> Store:
        """The store, by a connection for workers."""
        return Store(self.redis, self.seals, replicas_wanted(self.redis), self.settings.keep_writes_days)

    @cached_property
    def redis(self) -> Redis:
        """A connection to the store's server, for workers."""
        return connect(self.redis_url)

    @cached_property
    def receiver_index(self) -> ReceiverIndex:
        """All that the receiver knows: given ready-made, or made here of what is configured.

        :raises ConfigError: what was given is no index.
        """
        if self.settings.receiver_index is not None:
            return read_index(self.settings.receiver_index.get_secret_value())
        return index_of(self.offices.values(), self.seals)

    @cached_property
    def again(self) -> Again:
        """Whoever does what a person asks for again."""
        return Again(self.store, int(self.settings.keep_writes_days * _DAY))

    @cached_property
    def bulk(self) -> Bulk:
        """Whoever does many things at once."""
        return Bulk(self.store, self.again)

    @cached_property
    def hints(self) -> Hints:
        """Whoever wakes workers."""
        return Hints(connect_rq(self.redis_url))

    @property
    def redis_url(self) -> str:
        """Where the store is.

        :raises ConfigError: it is not set.
        """
        if self.settings.redis_url is None:
            raise ConfigError("REDIS_URL is not set; set it, or use `odevents up`, which brings its own server")
        url = self.settings.redis_url.get_secret_value()
        return with_any_certificate(url) if self.settings.redis_unverified else url

    @cached_property
    def pipeline(self) -> Pipeline:
        """What a worker runs."""
        performing = Performing(
            store=self.store,
            registry=self.registry,
            senders=lru_cache(_SESSIONS)(self.session),
            clock=time.time,
            quarantine=self.settings.quarantine_seconds,
            keep_seconds=int(self.settings.keep_writes_days * _DAY),
            handler_seconds=self.settings.handler_seconds,
            slots=self._slots,
        )
        return Pipeline(
            store=self.store,
            offices=self.offices,
            registry=self.registry,
            performing=performing,
            hints=self.hints,
            clock=time.time,
            keep_seconds=int(self.settings.keep_days * _DAY),
            traces=traces_of(os.environ),
        )

    def session(self, office: OfficeAccess, priority: Priority = Priority.reaction, key: int = 0) -> Session:
        """A session with one office, within its budget, for a worker: what takes long is left for later.

        :param key: which of its customer keys to call with.
        """
        return Session(
            read_attempts=1,
            max_wait=2 * interval_of(office.budget) + 0.5,
            developer_key=office.developer_key,
            customer_key=office.customer_keys[key],
            base_urls=office.base_urls,
            budget=self._budget(office.name, office.budget, priority),
        )

    def key_fingerprints(self, office: OfficeAccess) -> list[str]:
        """What its customer keys are shown as, in their order; nobody can tell a key from it."""
        return [key_fingerprint(self.seals.receiver_key, key) for key in office.customer_keys]

    def look_at_subscriptions(self, office: OfficeAccess) -> OfficeSeen:
        """Read an office's subscriptions, behind everybody else in its budget, and keep what is seen.

        :raises StoreUnavailable: it was not kept. That the office did not answer is part of what is seen.
        """

        def connect(office: OfficeAccess, key: int) -> Session:
            return self.session(office, Priority.backfill, key)

        with clients_of(office, connect) as clients:
            fingerprints, seen = self.key_fingerprints(office), self.store.subscriptions_seen
            return OfficeSubscriptions(office, self.config, clients, fingerprints, seen).look()

    @cached_property
    def _budget(self) -> Callable[[str, str, Priority], RedisBudget]:
        """The budget of an office by name, tier and priority; one object each, so that it knows what it was told."""
        return cache(partial(RedisBudget, self.store.redis))

    def _slots(self, access: OfficeAccess) -> RedisBudget | None:
        """The budget that an office's reactions are called within; none for an office that is not called."""
        return self._budget(access.name, access.budget, Priority.reaction) if access.mode == "live" else None

    def ready_in(self, office: str) -> float:
        """Seconds until an office may be called by a reaction, as far as this process knows."""
        slots = self._slots(self.offices[office])
        return slots.ready_in() if slots else 0.0

    def refuse_doubtful_redis(self) -> list[str]:
        """Check that the server keeps what it acknowledges; return what is doubtful but allowed.

        :raises ConfigError: it may lose deliveries that were answered 200, and that is not allowed.
        :raises StoreUnavailable: it does not answer.
        """
        found = [str(doubt) for doubt in doubts(self.redis)]
        if found and not self.settings.allow_doubtful_redis:
            raise ConfigError("\n".join(f"Redis: {doubt}" for doubt in found) + _DOUBTFUL)
        return found + ([_UNVERIFIED] if self.settings.redis_unverified else [])


_UNVERIFIED = "ODEVENTS_REDIS_UNVERIFIED: whoever is on the way to the server can pretend to be it"
_DOUBTFUL = (
    "\nNothing was started: a delivery answered 200 must not be lost. Change the server's settings,"
    " or for development set ODEVENTS_ALLOW_DOUBTFUL_REDIS=1"
)


def load_runtime() -> Runtime:
    """Read and check everything, or start nothing.

    :raises ConfigError: environment or file is wrong.
    """
    settings = load_settings()
    runtime = Runtime(settings, with_path_secret(checked_config(settings.config).file, settings))
    _ = runtime.offices  # two offices with one key are found here
    return runtime


def with_path_secret(file: ConfigFile, settings: Settings) -> ConfigFile:
    """The file whose public address holds what the receiver wants to see in the path of every delivery."""
    if file.public_url is None or settings.path_secret is None:
        return file
    below = f"{file.public_url}{DELIVERIES}/{settings.path_secret.get_secret_value()}"
    return file.model_copy(update={"public_url": below})


def load_receiver_runtime() -> Runtime:
    """The same for the receiver, which needs neither odevents.toml nor its secrets when it is given an index.

    :raises ConfigError: environment, index or file is wrong.
    """
    settings = load_settings()
    if settings.receiver_index is None:
        return load_runtime()
    runtime = Runtime(settings, ConfigFile(offices={}))
    _ = runtime.receiver_index
    return runtime


@cache
def process_runtime() -> Runtime:
    """The runtime of this worker process."""
    return load_runtime()
