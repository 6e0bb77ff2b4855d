"""Templates of sheets.

Source: https://www.opendental.com/site/apisheetdefs.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Get, Resource
from odevents.client.models import PagedQuery, Row, unset
from odevents.client.wire import Num, Text


class SheetDef(Row):
    SheetDefNum: Num
    Description: Text = ""
    SheetType: Text = ""


class SheetDefQuery(PagedQuery):
    SheetType: str = unset


class SheetDefs(Resource):
    get = Get("sheetdefs/{SheetDefNum}", SheetDef, added="25.1.20")
    find = Find("sheetdefs", SheetDefQuery, SheetDef, added="23.2.5.0")


sheetdefs = Attached(SheetDefs)
