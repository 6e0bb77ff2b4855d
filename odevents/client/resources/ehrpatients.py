"""Health-record facts of a patient.

Source: https://www.opendental.com/site/apiehrpatients.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Get, Put, Resource
from odevents.client.models import Body, Row, since, unset
from odevents.client.wire import Date, Num, Text


class EhrPatient(Row):
    PatNum: Num
    MotherMaidenFname: Text = ""
    MotherMaidenLname: Text = ""
    VacShareOk: Text = ""
    MedicaidState: Text = ""
    SexualOrientation: Text = ""
    GenderIdentity: Text = ""
    SexualOrientationNote: Text = ""
    GenderIdentityNote: Text = ""
    DischargeDate: Date = None


class EhrPatientUpdate(Body):
    DischargeDate: Date = unset
    MedicaidState: str = since("24.4.13")


class EhrPatients(Resource):
    get = Get("ehrpatients/{PatNum}", EhrPatient, added="24.1.15")
    update = Put("ehrpatients/{PatNum}", EhrPatientUpdate, EhrPatient, added="24.1.15")


ehrpatients = Attached(EhrPatients)
