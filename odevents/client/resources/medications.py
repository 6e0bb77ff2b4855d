"""The medications a patient can be given.

Source: https://www.opendental.com/site/apimedications.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Nothing, Post, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import DateTime, Num, Text


class Medication(Row):
    MedicationNum: Num
    MedName: Text = ""
    GenericNum: Num = 0
    genericName: Text = ""
    Notes: Text = ""
    DateTStamp: DateTime = None


class MedicationNew(Body):
    MedName: str
    genericName: str = unset
    Notes: str = unset


class Medications(Resource):
    find = Find("medications", PagedQuery, Medication, added="21.3", success=201)
    create = Post("medications", MedicationNew, Nothing, added="21.3", permission="Setup")


medications = Attached(Medications)
