"""A patient's membership in a discount plan.

Source: https://www.opendental.com/site/apidiscountplansubs.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Delete, GetWhere, Nothing, Post, Put, Resource
from odevents.client.models import Body, Query, Row, unset
from odevents.client.wire import Date, Num, Text


class DiscountPlanSub(Row):
    DiscountSubNum: Num
    DiscountPlanNum: Num = 0
    PatNum: Num = 0
    DateEffective: Date = None
    DateTerm: Date = None
    SubNote: Text = ""


class DiscountPlanSubQuery(Query):
    PatNum: int


class DiscountPlanSubNew(Body):
    DiscountPlanNum: int
    PatNum: int
    DateEffective: Date = unset
    DateTerm: Date = unset
    SubNote: str = unset


class DiscountPlanSubUpdate(Body):
    PatNum: int
    DateEffective: Date = unset
    DateTerm: Date = unset
    SubNote: str = unset


class DiscountPlanSubs(Resource):
    get = GetWhere("discountplansubs", DiscountPlanSubQuery, DiscountPlanSub, added="21.3")
    create = Post("discountplansubs", DiscountPlanSubNew, Nothing, added="21.3")
    update = Put("discountplansubs/{DiscountSubNum}", DiscountPlanSubUpdate, Nothing, added="22.3.13")
    delete = Delete("discountplansubs/{DiscountSubNum}", added="23.1.12")


discountplansubs = Attached(DiscountPlanSubs)
