"""Fields of a filled-in sheet.

Source: https://www.opendental.com/site/apisheetfields.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Get, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import DateTime, Flag, Num, Text


class SheetField(Row):
    SheetFieldNum: Num
    SheetNum: Num = 0
    FieldType: Text = ""
    FieldName: Text = ""
    FieldValue: Text = ""
    IsRequired: Flag = False
    ReportableName: Text = ""
    DateTimeSig: DateTime = None


class SheetFieldQuery(PagedQuery):
    SheetNum: int = unset


class SheetFieldUpdate(Body):
    FieldValue: str = unset


class SheetFields(Resource):
    get = Get("sheetfields/{SheetFieldNum}", SheetField, added="22.1")
    find = Find("sheetfields", SheetFieldQuery, SheetField, added="22.1")
    update = Put("sheetfields/{SheetFieldNum}", SheetFieldUpdate, SheetField, added="25.2")


sheetfields = Attached(SheetFields)
