"""A pretend Open Dental: an invented clinic with its REST API, its subscriptions, its events and its faults.

It knows the endpoint tables of the client and nothing else of ours. ``docs/simulator.md`` says what it models.
"""

from odevents.simulator.clock import Clock
from odevents.simulator.demo import demo_offices
from odevents.simulator.faults import Faults
from odevents.simulator.office import ALL_PERMISSIONS, DEVELOPER_KEY, Called, Delivered, Office
from odevents.simulator.simulator import Simulator

__all__ = [
    "ALL_PERMISSIONS",
    "DEVELOPER_KEY",
    "Called",
    "Clock",
    "Delivered",
    "Faults",
    "Office",
    "Simulator",
    "demo_offices",
]
