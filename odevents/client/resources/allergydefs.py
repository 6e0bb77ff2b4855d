"""The allergies a patient can be given.

Source: https://www.opendental.com/site/apiallergydefs.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Nothing, Post, Resource
from odevents.client.models import Body, PagedQuery, Row
from odevents.client.wire import DateTime, Flag, Num, Text


class AllergyDef(Row):
    AllergyDefNum: Num
    Description: Text = ""
    IsHidden: Flag = False
    DateTStamp: DateTime = None
    SnomedType: Text = ""
    MedicationNum: Num = 0
    UniiCode: Text = ""


class AllergyDefNew(Body):
    Description: str


class AllergyDefs(Resource):
    find = Find("allergydefs", PagedQuery, AllergyDef, added="21.3")
    create = Post("allergydefs", AllergyDefNew, Nothing, added="21.3", permission="Setup")


allergydefs = Attached(AllergyDefs)
