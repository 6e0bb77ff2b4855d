"""``odevents report``: reading an office's data for a report."""

from __future__ import annotations

from typing import Any

import click

from odevents.cli.output import json_option, print_records

_office = click.option("--office", help="Which office; may be left out when there is only one.")
_PROCEDURE = ("ProcNum", "ProcDate", "procCode", "descript", "ProcStatus", "ToothNum", "ProcFee")
_HISTORY = ("InsSubNum", "insHistPrefName", "procDate")


@click.group()
def report() -> None:
    """Read an office's data for a report. Prints patient data."""


@report.command()
@click.option("--columns", help="Comma-separated columns. Default: a few of the usual ones.")
@click.option("--status", "PatStatus", help="Only patients of this status, such as Patient.")
@click.option("--clinic", "ClinicNum", type=int, help="Only patients of this ClinicNum.")
@_office
@json_option
def patients(columns: str | None, office: str | None, as_json: bool, **search: Any) -> None:
    """Patients: the chosen columns and nothing else."""
    from odevents.cli.office_client import client_of
    from odevents.client.recipes.patients import USUAL_COLUMNS, patients_for_report

    chosen = columns.split(",") if columns else list(USUAL_COLUMNS)
    asked = {name: value for name, value in search.items() if value is not None}
    with client_of(office) as (_, client):
        print_records(patients_for_report(client, chosen, **asked), chosen, as_json=as_json)


@report.command()
@click.argument("patient", type=int)
@_office
@json_option
def procedures(patient: int, office: str | None, as_json: bool) -> None:
    """The procedures of PATIENT (a PatNum) with the group notes that cover them."""
    from odevents.cli.office_client import client_of
    from odevents.client.recipes.procedures import procedures_with_notes

    with client_of(office) as (_, client):
        found = [
            {
                **{column: getattr(noted.procedure, column) for column in _PROCEDURE},
                "notes": [note.Note for note in noted.notes],
            }
            for noted in procedures_with_notes(client, patient)
        ]
    print_records(found, (*_PROCEDURE, "notes"), as_json=as_json)


@report.command("insurance-history")
@click.argument("patient", type=int)
@_office
@json_option
def insurance_history(patient: int, office: str | None, as_json: bool) -> None:
    """When each kind of procedure of PATIENT (a PatNum) was last done, for each insurance."""
    from odevents.cli.office_client import client_of
    from odevents.client.recipes.procedures import insurance_histories

    with client_of(office) as (_, client):
        found = [
            {"InsSubNum": insurance, "insHistPrefName": history.insHistPrefName, "procDate": history.procDate}
            for insurance, history in insurance_histories(client, patient)
        ]
    print_records(found, _HISTORY, as_json=as_json)


@report.command()
@click.argument("sql")
@_office
@json_option
def query(sql: str, office: str | None, as_json: bool) -> None:
    """The rows that a read-only SQL finds, page by page. The office's audit trail shows it."""
    from odevents.cli.office_client import client_of
    from odevents.client.recipes.query import rows_of_query

    with client_of(office) as (_, client):
        found = list(rows_of_query(client, sql))
    print_records(found, list(found[0]) if found else [], as_json=as_json)
