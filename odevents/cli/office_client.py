"""An office's REST API for a person at a prompt."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from odevents.cli.context import attach
from odevents.errors import ConfigError

if TYPE_CHECKING:
    from odevents.client.opendental import OpenDental
    from odevents.client.session import Session
    from odevents.office import OfficeAccess
    from odevents.runtime import Runtime

PATIENCE = 120.0
"""Seconds a person may wait for the office's budget, which workers use as well."""


@contextmanager
def client_of(name: str | None) -> Iterator[tuple[OfficeAccess, OpenDental]]:
    """The office called ``name``, or the only one there is, and its API.

    :raises ConfigError: there is no such office, or several and none was named.
    """
    from odevents.client.opendental import OpenDental

    runtime = attach()
    office = office_named(runtime, name)
    with open_session(runtime, office) as session:
        yield office, OpenDental(session)


def office_named(runtime: Runtime, name: str | None) -> OfficeAccess:
    """The office called ``name``, or the only one there is.

    :raises ConfigError: there is no such office, or several and none was named.
    """
    offices = runtime.offices
    if name is None and len(offices) == 1:
        name = next(iter(offices))
    if name is None or name not in offices:
        known = ", ".join(offices) or "none"
        raise ConfigError(f"{f'no office {name!r}' if name else 'name an office'}; configured: {known}")
    return offices[name]


def open_session(runtime: Runtime, office: OfficeAccess, key: int = 0, *, last: bool = False) -> Session:
    """A session with an office, behind the reactions in its budget; in-process where no Redis is configured.

    :param key: which of its customer keys to call with.
    :param last: behind everybody else as well.
    """
    from odevents.client.budget import Budget, LocalBudget, Priority
    from odevents.client.session import Session
    from odevents.store.budget import RedisBudget

    budget: Budget
    if runtime.settings.redis_url is None:
        budget = LocalBudget(office.budget)
    else:
        priority = Priority.backfill if last else Priority.interactive
        budget = RedisBudget(runtime.store.redis, office.name, office.budget, priority)
    return Session(
        developer_key=office.developer_key,
        customer_key=office.customer_keys[key],
        base_urls=office.base_urls,
        budget=budget,
        max_wait=PATIENCE,
    )
