"""Notes and emergency contact of a patient.

Source: https://www.opendental.com/site/apipatientnotes.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Get, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, since, unset
from odevents.client.wire import DateTime, Num, Text


class PatientNote(Row):
    # Answers of 2021 had no key: it is in the URL.
    PatNum: Num = 0
    FamFinancial: Text = ""
    Medical: Text = ""
    Service: Text = ""
    MedicalComp: Text = ""
    Treatment: Text = ""
    ICEName: Text = ""
    ICEPhone: Text = ""
    SecDateTEntry: DateTime = None
    SecDateTEdit: DateTime = None


class PatientNoteUpdate(Body):
    FamFinancial: str = since("25.2.14")
    Medical: str = since("25.2.14")
    Service: str = since("21.4")
    MedicalComp: str = since("25.2.14")
    Treatment: str = since("25.2.14")
    ICEName: str = unset
    ICEPhone: str = unset


class PatientNotes(Resource):
    get = Get("patientnotes/{PatNum}", PatientNote, added="21.2")
    find = Find("patientnotes", PagedQuery, PatientNote, added="25.2.14")
    update = Put("patientnotes/{PatNum}", PatientNoteUpdate, PatientNote, added="21.2")


patientnotes = Attached(PatientNotes)
