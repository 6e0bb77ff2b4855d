"""A patient's medications.

Source: https://www.opendental.com/site/apimedicationpats.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Delete, Find, Nothing, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import Date, Num, NumText, Text


class MedicationPat(Row):
    MedicationPatNum: Num
    PatNum: NumText = 0
    medName: Text = ""
    MedicationNum: Num = 0
    PatNote: Text = ""
    DateStart: Date = None
    DateStop: Date = None
    ProvNum: Num = 0


class MedicationPatQuery(PagedQuery):
    PatNum: int


class MedicationPatNew(Body):
    PatNum: int
    medName: str
    MedicationNum: int = unset
    PatNote: str = unset
    DateStart: Date = unset
    DateStop: Date = unset
    ProvNum: int = unset


class MedicationPatUpdate(Body):
    PatNote: str = unset
    DateStart: Date = unset
    DateStop: Date = unset
    ProvNum: int = unset


class MedicationPats(Resource):
    find = Find("medicationpats", MedicationPatQuery, MedicationPat, added="21.3")
    create = Post("medicationpats", MedicationPatNew, Nothing, added="21.3")
    update = Put("medicationpats/{MedicationPatNum}", MedicationPatUpdate, Nothing, added="22.1")
    delete = Delete("medicationpats/{MedicationPatNum}", added="22.1")


medicationpats = Attached(MedicationPats)
