"""Receive Open Dental API Events, work out what changed, and react.

What a handler's author imports::

    from odevents import Change, Office, on
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from odevents.events.change import Change
    from odevents.events.patient_selected import PatientSelected
    from odevents.office import Office
    from odevents.reactions.registry import on

__version__ = "0.1.0"
__all__ = ["Change", "Office", "PatientSelected", "on"]

_HOMES = {
    "Change": "odevents.events.change",
    "Office": "odevents.office",
    "PatientSelected": "odevents.events.patient_selected",
    "on": "odevents.reactions.registry",
}


def __getattr__(name: str) -> Any:
    """Import a name when it is first asked for, so that ``odevents --help`` stays quick."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(name)
