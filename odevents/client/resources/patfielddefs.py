"""The office's own patient fields.

Source: https://www.opendental.com/site/apipatfielddefs.html
"""

from __future__ import annotations

from odevents.client.conditions import needed_when
from odevents.client.endpoints import Attached, Delete, Find, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import Flag, Num, Text


class PatFieldDef(Row):
    PatFieldDefNum: Num
    FieldName: Text = ""
    FieldType: Text = ""
    PickList: Text = ""
    IsHidden: Flag = False


class PatFieldDefNew(Body):
    conditions = (needed_when("PickList", "FieldType", "PickList"),)

    FieldName: str
    FieldType: str
    PickList: str = unset
    IsHidden: bool = unset


class PatFieldDefUpdate(Body):
    FieldName: str = unset
    FieldType: str = unset
    PickList: str = unset
    IsHidden: bool = unset


class PatFieldDefs(Resource):
    find = Find("patfielddefs", PagedQuery, PatFieldDef, added="22.4.9")
    create = Post("patfielddefs", PatFieldDefNew, PatFieldDef, added="23.3.26")
    update = Put("patfielddefs/{PatFieldDefNum}", PatFieldDefUpdate, PatFieldDef, added="23.3.26")
    delete = Delete("patfielddefs/{PatFieldDefNum}", added="23.3.26")


patfielddefs = Attached(PatFieldDefs)
