"""What a patient's chart shows: progress notes, information, planned appointments.

Source: https://www.opendental.com/site/apichartmodules.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, FindUnder, Resource
from odevents.client.models import PagedQuery, Row
from odevents.client.wire import DateTime, NumText, Text


class ProgNote(Row):
    ObjectType: Text = ""
    PrimaryKey: NumText = 0
    Date: Text = ""
    Time: Text = ""
    DateTime: Text = ""
    Th: Text = ""
    Surf: Text = ""
    Dx: Text = ""
    Description: Text = ""
    note: Text = ""
    Stat: Text = ""
    Prov: Text = ""
    ProvNum: Text = ""
    Amount: Text = ""
    ProcCode: Text = ""
    User: Text = ""
    Signed: Text = ""
    Length: Text = ""
    Abbr: Text = ""
    Clinic: Text = ""
    ClinicNum: NumText = 0


class PatientInfo(Row):
    Field: Text = ""
    Content: Text = ""


class PlannedAppt(Row):
    AptNum: NumText = 0
    ProvNum: NumText = 0
    ItemOrder: NumText = 0
    minutes: NumText = 0
    ProcDescript: Text = ""
    Note: Text = ""
    dateSched: DateTime = None
    AptStatus: Text = ""


class ChartModules(Resource):
    prog_notes = FindUnder("chartmodules/{PatNum}/ProgNotes", PagedQuery, ProgNote, added="21.4")
    patient_info = FindUnder("chartmodules/{PatNum}/PatientInfo", PagedQuery, PatientInfo, added="22.1")
    planned_appts = FindUnder("chartmodules/{PatNum}/PlannedAppts", PagedQuery, PlannedAppt, added="22.2")


chartmodules = Attached(ChartModules)
