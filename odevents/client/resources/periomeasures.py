"""Measurements of a periodontal exam.

Source: https://www.opendental.com/site/apiperiomeasures.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Delete, Find, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import DateTime, Num, Text


class PerioMeasure(Row):
    PerioMeasureNum: Num
    PerioExamNum: Num = 0
    SequenceType: Text = ""
    IntTooth: Num = 0
    ToothValue: Num = 0
    MBvalue: Num = 0
    Bvalue: Num = 0
    DBvalue: Num = 0
    MLvalue: Num = 0
    Lvalue: Num = 0
    DLvalue: Num = 0
    SecDateTEdit: DateTime = None


class PerioMeasureQuery(PagedQuery):
    PerioExamNum: int = unset


class PerioMeasureUpdate(Body):
    ToothValue: int = unset
    MBvalue: int = unset
    Bvalue: int = unset
    DBvalue: int = unset
    MLvalue: int = unset
    Lvalue: int = unset
    DLvalue: int = unset


class PerioMeasureNew(PerioMeasureUpdate):
    PerioExamNum: int
    SequenceType: str
    IntTooth: int


class PerioMeasures(Resource):
    find = Find("periomeasures", PerioMeasureQuery, PerioMeasure, added="22.4.32")
    create = Post("periomeasures", PerioMeasureNew, PerioMeasure, added="22.4.37")
    update = Put("periomeasures/{PerioMeasureNum}", PerioMeasureUpdate, PerioMeasure, added="22.4.37")
    delete = Delete("periomeasures/{PerioMeasureNum}", added="23.3.27")


periomeasures = Attached(PerioMeasures)
