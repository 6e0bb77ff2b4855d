"""Ranges of procedure codes of a coverage category.

Source: https://www.opendental.com/site/apicovspans.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Delete, Find, Get, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import Num, Text


class CovSpan(Row):
    CovSpanNum: Num
    CovCatNum: Num = 0
    FromCode: Text = ""
    ToCode: Text = ""


class CovSpanQuery(PagedQuery):
    CovCatNum: int = unset


class CovSpanNew(Body):
    CovCatNum: int
    FromCode: str
    ToCode: str


class CovSpanUpdate(Body):
    FromCode: str = unset
    ToCode: str = unset


class CovSpans(Resource):
    get = Get("covspans/{CovSpanNum}", CovSpan, added="24.1.19")
    find = Find("covspans", CovSpanQuery, CovSpan, added="24.1.19")
    create = Post("covspans", CovSpanNew, CovSpan, added="24.1.22", permission="Setup")
    update = Put("covspans/{CovSpanNum}", CovSpanUpdate, CovSpan, added="24.1.22", permission="Setup")
    delete = Delete("covspans/{CovSpanNum}", added="24.1.22", permission="Setup")


covspans = Attached(CovSpans)
