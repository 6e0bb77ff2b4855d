"""Categories of insurance coverage.

Source: https://www.opendental.com/site/apicovcats.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Get, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import Flag, Num, Text


class CovCat(Row):
    CovCatNum: Num
    Description: Text = ""
    DefaultPercent: Num = 0
    CovOrder: Num = 0
    IsHidden: Flag = False
    EbenefitCat: Text = ""


class CovCatNew(Body):
    Description: str
    DefaultPercent: int = unset
    IsHidden: bool = unset
    EbenefitCat: str = unset


class CovCatUpdate(Body):
    Description: str = unset
    DefaultPercent: int = unset
    CovOrder: int = unset
    IsHidden: bool = unset
    EbenefitCat: str = unset


class CovCats(Resource):
    get = Get("covcats/{CovCatNum}", CovCat, added="23.3.8")
    find = Find("covcats", PagedQuery, CovCat, added="23.3.8")
    create = Post("covcats", CovCatNew, CovCat, added="24.1.24", permission="Setup")
    update = Put("covcats/{CovCatNum}", CovCatUpdate, CovCat, added="24.1.24", permission="Setup")


covcats = Attached(CovCats)
