"""When insurance was last verified.

Source: https://www.opendental.com/site/apiinsverifies.html
"""

from __future__ import annotations

from odevents.client.conditions import needs
from odevents.client.endpoints import Attached, Find, Get, PutWhere, Resource
from odevents.client.models import Body, PagedQuery, Row, since, unset
from odevents.client.wire import Date, DateTime, Num, Text, When


class InsVerify(Row):
    InsVerifyNum: Num
    DateLastVerified: Date = None
    UserNum: Num = 0
    VerifyType: Text = ""
    FKey: Num = 0
    DefNum: Num = 0
    Note: Text = ""
    DateLastAssigned: Date = None
    SecDateTEdit: DateTime = None


class InsVerifyQuery(PagedQuery):
    conditions = (needs("FKey", "VerifyType"),)

    VerifyType: str = unset
    FKey: int = since("24.4.17")
    SecDateTEdit: When = unset


class InsVerifyUpdate(Body):
    VerifyType: str
    FKey: int
    DateLastVerified: Date = unset
    DefNum: int = unset
    Note: str = since("24.1.17")


class InsVerifies(Resource):
    get = Get("insverifies/{InsVerifyNum}", InsVerify, added="23.2.23")
    find = Find("insverifies", InsVerifyQuery, InsVerify, added="23.2.23")
    update = PutWhere("insverifies", InsVerifyUpdate, InsVerify, added="21.1", permission="InsuranceSimple")


insverifies = Attached(InsVerifies)
