"""Values of the office's own patient fields.

Source: https://www.opendental.com/site/apipatfields.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Delete, Find, Get, Post, PutWhere, Resource
from odevents.client.models import Body, PagedQuery, Row, since, unset
from odevents.client.wire import Date, DateTime, Num, Text, When


class PatField(Row):
    # Offices before 22.4 answer a search by PatNum and FieldName without the key.
    PatFieldNum: Num = 0
    PatNum: Num = 0
    FieldName: Text = ""
    FieldValue: Text = ""
    SecDateEntry: Date = None
    SecDateTEdit: DateTime = None


class PatFieldQuery(PagedQuery):
    PatNum: int = unset
    FieldName: str = unset
    SecDateTEdit: When = since("22.4.5")


class PatFieldNew(Body):
    PatNum: int
    FieldName: str
    FieldValue: str


class PatFieldUpdate(Body):
    PatNum: int
    FieldName: str
    FieldValue: str


class PatFields(Resource):
    get = Get("patfields/{PatFieldNum}", PatField, added="22.4")
    find = Find("patfields", PatFieldQuery, PatField, added="21.1")
    create = Post("patfields", PatFieldNew, PatField, added="22.4")
    # In 2021 this also created the field, and an empty value deleted it; later pages say it updates an existing one.
    update = PutWhere("patfields", PatFieldUpdate, PatField, added="21.1")
    delete = Delete("patfields/{PatFieldNum}", added="22.4")


patfields = Attached(PatFields)
