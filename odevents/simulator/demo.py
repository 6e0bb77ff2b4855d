"""The three invented offices of the demo, of different size and zone."""

from __future__ import annotations

from odevents.simulator.office import Office

_OFFICES = (
    ("southside", "America/Los_Angeles", 240, 5, ("SRV01", "FRONT1")),
    ("lakewood", "America/Denver", 120, 3, ("SRV01",)),
    ("riverbend", "America/New_York", 60, 2, ("SRV01",)),
)


def demo_offices(count: int = 3, *, patients: int | None = None, version: str = "25.3.36") -> list[Office]:
    """New offices, at most three.

    :param patients: of each, instead of 240, 120 and 60.
    """
    return [
        Office(
            name, zone=zone, patients=size if patients is None else patients, providers=providers,
            workstations=workstations, version=version,
        )
        for name, zone, size, providers, workstations in _OFFICES[:count]
    ]  # fmt: skip
