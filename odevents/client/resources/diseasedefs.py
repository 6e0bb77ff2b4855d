"""The problems a patient can be given.

Source: https://www.opendental.com/site/apidiseasedefs.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Get, Nothing, Post, Resource
from odevents.client.models import Body, PagedQuery, Row
from odevents.client.wire import DateTime, Flag, Num, Text


class DiseaseDef(Row):
    DiseaseDefNum: Num
    DiseaseName: Text = ""
    IsHidden: Flag = False
    DateTStamp: DateTime = None
    ICD9Code: Text = ""
    ICD10Code: Text = ""
    SnomedCode: Text = ""


class DiseaseDefNew(Body):
    DiseaseName: str


class DiseaseDefs(Resource):
    get = Get("diseasedefs/{DiseaseDefNum}", DiseaseDef, added="24.1.44")
    find = Find("diseasedefs", PagedQuery, DiseaseDef, added="21.3")
    create = Post("diseasedefs", DiseaseDefNew, Nothing, added="21.3", permission="Setup")


diseasedefs = Attached(DiseaseDefs)
