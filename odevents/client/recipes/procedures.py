"""A patient's procedures, with the group notes written about them and the insurance's history.

Source: the API page ProcedureLogs. Group notes need Open Dental 25.2.38, insurance history 22.4.31.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from odevents.client.opendental import OpenDental
from odevents.client.resources.procedurelogs import GroupNote, InsuranceHistory, ProcedureLog


@dataclass(frozen=True)
class NotedProcedure:
    """A procedure and the group notes that cover it."""

    procedure: ProcedureLog
    notes: tuple[GroupNote, ...] = field(default=(), repr=False)


def procedures_with_notes(client: OpenDental, patient: int) -> Iterator[NotedProcedure]:
    """A patient's procedures, each with its group notes; without those that only carry such a note."""
    notes = list(client.procedurelogs.group_notes(PatNum=patient))
    carriers = {note.ProcNum for note in notes}
    for procedure in client.procedurelogs.find(PatNum=patient):
        if procedure.ProcNum not in carriers:
            covering = tuple(note for note in notes if procedure.ProcNum in note.ProcNums)
            yield NotedProcedure(procedure, covering)


def insurance_histories(client: OpenDental, patient: int) -> Iterator[tuple[int, InsuranceHistory]]:
    """For each insurance the patient has, by its InsSubNum: when each kind of procedure was last done."""
    for plan in client.patplans.find(PatNum=patient):
        for history in client.procedurelogs.insurance_history(PatNum=patient, InsSubNum=plan.InsSubNum):
            yield plan.InsSubNum, history
