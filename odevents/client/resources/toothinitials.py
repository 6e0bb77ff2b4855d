"""Initial states and drawings of teeth.

Source: https://www.opendental.com/site/apitoothinitials.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Delete, Find, Post, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import DateTime, Num, Text


class ToothInitial(Row):
    ToothInitialNum: Num
    PatNum: Num = 0
    ToothNum: Text = ""
    InitialType: Text = ""
    Movement: Text = ""
    DrawingSegment: Text = ""
    ColorDraw: Text = ""
    SecDateTEntry: DateTime = None
    SecDateTEdit: DateTime = None
    DrawText: Text = ""


class ToothInitialQuery(PagedQuery):
    PatNum: int = unset


class ToothInitialNew(Body):
    PatNum: int
    ToothNum: str
    InitialType: str


class ToothInitials(Resource):
    find = Find("toothinitials", ToothInitialQuery, ToothInitial, added="24.2.3")
    create = Post("toothinitials", ToothInitialNew, ToothInitial, added="24.2.3")
    delete = Delete("toothinitials/{ToothInitialNum}", added="24.2.3")


toothinitials = Attached(ToothInitials)
