"""A patient's problems.

Source: https://www.opendental.com/site/apidiseases.html
"""

from __future__ import annotations

from odevents.client.conditions import at_least_one_of
from odevents.client.endpoints import Attached, Delete, Find, Get, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import Date, Num, Text


class Disease(Row):
    DiseaseNum: Num
    PatNum: Num = 0
    DiseaseDefNum: Num = 0
    diseaseDefName: Text = ""
    PatNote: Text = ""
    ProbStatus: Text = ""
    DateStart: Date = None
    DateStop: Date = None


class DiseaseQuery(PagedQuery):
    PatNum: int = unset


class DiseaseNew(Body):
    conditions = (at_least_one_of("diseaseDefName", "DiseaseDefNum"),)

    PatNum: int
    diseaseDefName: str = unset
    DiseaseDefNum: int = unset
    DateStart: Date = unset
    DateStop: Date = unset
    ProbStatus: str = unset
    PatNote: str = unset


class DiseaseUpdate(Body):
    DateStart: Date = unset
    DateStop: Date = unset
    ProbStatus: str = unset
    PatNote: str = unset


class Diseases(Resource):
    get = Get("diseases/{DiseaseNum}", Disease, added="24.2.5")
    find = Find("diseases", DiseaseQuery, Disease, added="21.3")
    create = Post("diseases", DiseaseNew, Disease, added="21.3")
    update = Put("diseases/{DiseaseNum}", DiseaseUpdate, Disease, added="22.1")
    delete = Delete("diseases/{DiseaseNum}", added="22.1")


diseases = Attached(Diseases)
