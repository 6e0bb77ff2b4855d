"""Which methods of the client's tables the simulator answers, and which it answers with 501."""

from __future__ import annotations

import pkgutil
from typing import Any

from odevents.client import resources
from odevents.client.endpoints import Endpoint
from odevents.simulator.rest.service import endpoints_of, handler_for


def all_endpoints() -> list[Endpoint[..., Any]]:
    """Every method of every resource, in the order of the alphabet and of the files."""
    names = sorted(module.name for module in pkgutil.iter_modules(resources.__path__))
    return [endpoint for name in names for endpoint in endpoints_of(name)]


def coverage() -> tuple[list[Endpoint[..., Any]], list[Endpoint[..., Any]]]:
    """The methods that are modelled, and those that are not."""
    endpoints = all_endpoints()
    modelled = [endpoint for endpoint in endpoints if handler_for(endpoint)]
    return modelled, [endpoint for endpoint in endpoints if endpoint not in modelled]
