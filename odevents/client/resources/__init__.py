"""One file per resource, named as its URL segment: its models, then its table of endpoints."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from odevents.client.endpoints import Endpoint, Resource


@cache
def names() -> tuple[str, ...]:
    """The URL segments of all resources, in alphabetical order."""
    return tuple(sorted(module.name for module in iter_modules(__path__)))


def load(name: str) -> type[Resource]:
    """The resource with this URL segment, imported when first asked for.

    :raises KeyError: there is none.
    """
    if name not in names():
        raise KeyError(name)
    attached = getattr(import_module(f"{__name__}.{name}"), name)
    resource: type[Resource] = attached.resource
    return resource


def endpoint(name: str) -> Endpoint[..., Any]:
    """The endpoint called ``appointments.note``, as :attr:`Endpoint.name` has it.

    :raises KeyError: there is none.
    """
    resource, _, attribute = name.partition(".")
    return load(resource).endpoints()[attribute]


def endpoints() -> list[Endpoint[..., Any]]:
    """Every endpoint of every resource; imports them all."""
    return [endpoint for name in names() for endpoint in load(name).endpoints().values()]
