"""An office's REST API for a person at a prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odevents.cli.context import attach
from odevents.errors import ConfigError

if TYPE_CHECKING:
    from odevents.client.session import Session
    from odevents.office import OfficeAccess

PATIENCE = 120.0
"""Seconds a person may wait for the office's budget, which workers use as well."""


def find_office(name: str | None) -> OfficeAccess:
    """The office called ``name``, or the only one there is.

    :raises ConfigError: there is no such office, or several and none was named.
    """
    offices = attach().offices
    if name is None and len(offices) == 1:
        name = next(iter(offices))
    if name is None or name not in offices:
        known = ", ".join(offices) or "none"
        raise ConfigError(f"{f'no office {name!r}' if name else 'name an office'}; configured: {known}")
    return offices[name]


def open_session(name: str | None) -> Session:
    """A session with an office, behind the reactions in its budget; in-process where no Redis is configured.

    :raises ConfigError: there is no such office.
    """
    from odevents.client.budget import Budget, LocalBudget, Priority
    from odevents.client.session import Session
    from odevents.store.budget import RedisBudget

    office = find_office(name)
    runtime = attach()
    budget: Budget
    if runtime.settings.redis_url is None:
        budget = LocalBudget(office.budget, Priority.interactive)
    else:
        budget = RedisBudget(runtime.store.redis, office.name, office.budget, Priority.interactive)
    return Session(
        developer_key=office.developer_key,
        customer_key=office.customer_keys[0],
        base_urls=office.base_urls,
        budget=budget,
        max_wait=PATIENCE,
    )
