"""The office's own appointment fields.

Source: https://www.opendental.com/site/apiapptfielddefs.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Post, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import Num, Text


class ApptFieldDef(Row):
    ApptFieldDefNum: Num
    FieldName: Text = ""
    FieldType: Text = ""
    PickList: Text = ""


class ApptFieldDefNew(Body):
    FieldName: str
    FieldType: str = unset
    PickList: str = unset


class ApptFieldDefs(Resource):
    find = Find("apptfielddefs", PagedQuery, ApptFieldDef, added="21.4")
    create = Post("apptfielddefs", ApptFieldDefNew, ApptFieldDef, added="21.4", permission="Setup")


apptfielddefs = Attached(ApptFieldDefs)
