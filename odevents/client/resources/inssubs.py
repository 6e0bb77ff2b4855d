"""Subscribers of insurance plans.

Source: https://www.opendental.com/site/apiinssubs.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Delete, Find, Get, Nothing, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, since, unset
from odevents.client.wire import Date, DateTime, Flag, Num, Text, When


class InsSub(Row):
    InsSubNum: Num
    PlanNum: Num = 0
    Subscriber: Num = 0
    DateEffective: Date = None
    DateTerm: Date = None
    SubscriberID: Text = ""
    BenefitNotes: Text = ""
    ReleaseInfo: Flag = False
    AssignBen: Flag = False
    SubscNote: Text = ""
    SecDateTEdit: DateTime = None


class InsSubQuery(PagedQuery):
    PlanNum: int = unset
    Subscriber: int = unset
    SecDateTEdit: When = unset


class InsSubFields(Body):
    """What can be given both when one is created and when it is changed."""

    DateEffective: Date = unset
    DateTerm: Date = unset
    BenefitNotes: str = unset
    ReleaseInfo: bool = unset
    AssignBen: bool = unset
    SubscNote: str = since("22.4.26")


class InsSubNew(InsSubFields):
    PlanNum: int
    Subscriber: int
    SubscriberID: str


class InsSubUpdate(InsSubFields):
    PlanNum: int = unset
    Subscriber: int = unset
    SubscriberID: str = unset


class InsSubs(Resource):
    get = Get("inssubs/{InsSubNum}", InsSub, added="22.4.28")
    find = Find("inssubs", InsSubQuery, InsSub, added="22.4.28")
    create = Post("inssubs", InsSubNew, InsSub, added="21.1", permission="InsuranceSimple")
    update = Put("inssubs/{InsSubNum}", InsSubUpdate, Nothing, added="21.1", permission="InsuranceSimple")
    delete = Delete("inssubs/{InsSubNum}", added="21.1", permission="InsuranceSimple")


inssubs = Attached(InsSubs)
