"""The options that say what is to be listed, and the filter they make; the operator's page reads the same filter."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from odevents.errors import FilterInvalid

if TYPE_CHECKING:
    from odevents.runtime import Runtime
    from odevents.store.filters import DeadFilter, DeliveryFilter, WriteFilter

CommandT = TypeVar("CommandT", bound=Callable[..., Any])

_OFFICE = click.option("--office", help="Only of this office.")
_TIMES = (
    click.option("--since", help="Not older: 10m, 2h, 3d, or a time such as 2026-11-20T18:00."),
    click.option("--until", help="Older than this; as --since."),
)
_COMMON = (
    click.option("--appointment", type=click.IntRange(1), help="Only about the appointment with this AptNum."),
    click.option("--patient", type=click.IntRange(1), help="Only about the patient with this PatNum."),
    *_TIMES,
)
_DEAD = (
    _OFFICE,
    click.option("--of", help="Only this kind: delivery, row or write."),
    click.option("--code", help="Only with this reason code."),
    click.option("--reaction", help="Only of this reaction."),
    *_TIMES,
)
_DELIVERY = (
    _OFFICE,
    click.option("--watch", "--table", "watch", help="Only of this watch table or UI event."),
    click.option("--outcome", help="Only with a row that ended so (updated, duplicate …), or with this status."),
    click.option("--mode", help="Only those understood while their office was live, or dry-run."),
    click.option("--workstation", help="Only from this machine."),
    *_COMMON,
)
_WRITE = (
    _OFFICE,
    click.option("--reaction", help="Only of this reaction."),
    click.option("--state", help="Only in this state: intended, sent, unknown, done, skipped, dry-run or dead."),
    click.option("--reason", help="Only with this reason code."),
    *_COMMON,
)


def delivery_options(command: CommandT) -> CommandT:
    """The options that choose deliveries."""
    for option in reversed(_DELIVERY):
        command = option(command)
    return command


def write_options(command: CommandT) -> CommandT:
    """The options that choose writes."""
    for option in reversed(_WRITE):
        command = option(command)
    return command


def dead_options(command: CommandT) -> CommandT:
    """The options that choose dead letters."""
    for option in reversed(_DEAD):
        command = option(command)
    return command


def dead_filter(said: dict[str, Any]) -> DeadFilter:
    """The filter that the options say.

    :raises FilterInvalid: one of them has a value it cannot have.
    """
    from odevents.store.filters import DeadFilter

    return DeadFilter.parse(said, time.time())


def delivery_filter(runtime: Runtime, said: dict[str, Any]) -> DeliveryFilter:
    """The filter that the options say.

    :raises FilterInvalid: one of them has a value it cannot have.
    """
    from odevents.store.filters import DeliveryFilter

    return DeliveryFilter.parse(_with_about(runtime, said), time.time())


def write_filter(runtime: Runtime, said: dict[str, Any]) -> WriteFilter:
    """The filter that the options say.

    :raises FilterInvalid: one of them has a value it cannot have.
    """
    from odevents.store.filters import WriteFilter

    return WriteFilter.parse(_with_about(runtime, said), time.time())


def _with_about(runtime: Runtime, said: dict[str, Any]) -> dict[str, str | None]:
    """The options, the numbers of appointment and patient replaced by the fingerprint that is searched for."""
    from odevents.store.packing import about

    rest = {name: value for name, value in said.items() if name not in ("appointment", "patient")}
    appointment, patient = said.get("appointment"), said.get("patient")
    if appointment and patient:
        raise FilterInvalid("--appointment or --patient, not both")
    column, number = ("AptNum", appointment) if appointment else ("PatNum", patient)
    return {**rest, "about": about(runtime.seals.fingerprint, column, number).hex() if number else None}
