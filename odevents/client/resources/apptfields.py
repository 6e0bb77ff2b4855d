"""Values of the office's own appointment fields; upserted by name.

Source: https://www.opendental.com/site/apiapptfields.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, GetWhere, Nothing, PutWhere, Resource
from odevents.client.models import Body, Query, Row
from odevents.client.wire import Num, Text


class ApptField(Row):
    FieldName: Text = ""
    AptNum: Num = 0
    FieldValue: Text = ""


class ApptFieldQuery(Query):
    AptNum: int
    FieldName: str


class ApptFieldUpdate(Body):
    AptNum: int
    FieldName: str
    FieldValue: str


class ApptFields(Resource):
    get = GetWhere("apptfields", ApptFieldQuery, ApptField, added="21.1")
    update = PutWhere("apptfields", ApptFieldUpdate, Nothing, added="21.1", permission="Comm")


apptfields = Attached(ApptFields)
