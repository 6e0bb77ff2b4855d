"""The invented clinic: generated from a seed, every reference leading somewhere.

All of it lies in the past of the office's clock, so a new subscription starts with silence.
"""

from __future__ import annotations

from random import Random

from odevents.simulator.clinic.book import appointments, schedules
from odevents.simulator.clinic.chart import charts
from odevents.simulator.clinic.coverage import coverage
from odevents.simulator.clinic.people import people
from odevents.simulator.clinic.setup import set_up
from odevents.simulator.office import Office


def fill(office: Office) -> None:
    """Set an office up and give it its patients, their appointments, their charts, insurance and money."""
    random = Random(f"{office.seed}:{office.name}:clinic")  # noqa: S311
    set_up(
        office.store,
        random,
        title=office.name.title(),
        providers=office.providers,
        workstations=office.workstations,
    )
    office.store.insert("apikey", CustApiKey=office.customer_key, DevName="Invented Developer")
    office.store.set_preference("ProgramVersion", office.version)
    if office.patients:
        people(office.store, random, office.patients)
        schedules(office.store, office.providers)
        appointments(office.store, random)
        coverage(office.store, random)
        charts(office.store, random)
    office.store.age(seconds=3600)
