"""Periodontal exams.

Source: https://www.opendental.com/site/apiperioexams.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Delete, Find, Get, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, since, unset
from odevents.client.wire import Date, DateTime, Num, Text


class PerioExam(Row):
    PerioExamNum: Num
    PatNum: Num = 0
    ExamDate: Date = None
    ProvNum: Num = 0
    DateTMeasureEdit: DateTime = None
    Note: Text = ""


class PerioExamQuery(PagedQuery):
    PatNum: int = unset
    ExamDate: Date = unset


class PerioExamNew(Body):
    PatNum: int
    UpperFacial: str = unset
    UpperLingual: str = unset
    LowerLingual: str = unset
    LowerFacial: str = unset
    ExamDate: Date = since("23.3.27")
    ProvNum: int = since("23.3.27")
    Note: str = since("23.3.27")


class PerioExamUpdate(Body):
    ExamDate: Date = unset
    ProvNum: int = unset
    Note: str = unset


class PerioExams(Resource):
    get = Get("perioexams/{PerioExamNum}", PerioExam, added="22.4.36")
    find = Find("perioexams", PerioExamQuery, PerioExam, added="22.4.36")
    create = Post("perioexams", PerioExamNew, PerioExam, added="23.1.20")
    update = Put("perioexams/{PerioExamNum}", PerioExamUpdate, PerioExam, added="23.3.27")
    delete = Delete("perioexams/{PerioExamNum}", added="23.3.27")


perioexams = Attached(PerioExams)
