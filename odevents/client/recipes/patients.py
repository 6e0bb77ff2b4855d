"""Reading patients for a report.

Source: the article on reading patient data (`tests/contract/data/read-patient-data-article.txt`). Its use,
not its code: the article signs in by HTTP Basic, which no official page knows; here as everywhere the
official ``ODFHIR`` authorization is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from odevents.client.opendental import OpenDental
from odevents.client.resources.patients import Patient
from odevents.errors import CallInvalid

USUAL_COLUMNS = ("PatNum", "LName", "FName", "PatStatus", "WirelessPhone", "Email", "DateFirstVisit", "BalTotal")


def patients_for_report(
    client: OpenDental, columns: Sequence[str] = USUAL_COLUMNS, **search: Any
) -> Iterator[dict[str, Any]]:
    """The chosen columns of the patients found, and nothing else of them.

    :param search: parameters of ``GET /patients/Simple``, such as ``PatStatus="Patient"`` or ``ClinicNum=3``.
    :raises odevents.errors.CallInvalid: there is no such column or parameter.
    """
    unknown = [column for column in columns if column not in Patient.model_fields]
    if unknown:
        raise CallInvalid(f"patients have no column {', '.join(unknown)}")
    found = client.patients.find_simple(**search)
    return ({column: getattr(patient, column) for column in columns} for patient in found)
