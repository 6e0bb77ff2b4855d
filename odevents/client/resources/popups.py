"""Alerts shown when a patient is opened.

Source: https://www.opendental.com/site/apipopups.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, since, unset
from odevents.client.wire import DateTime, Flag, Num, Text


class Popup(Row):
    PopupNum: Num
    PatNum: Num = 0
    Description: Text = ""
    IsDisabled: Flag = False
    PopupLevel: Text = ""
    DateTimeEntry: DateTime = None
    IsArchived: Flag = False
    PopupNumArchive: Num = 0
    DateTimeDisabled: DateTime = None


class PopupQuery(PagedQuery):
    PatNum: int


class PopupNew(Body):
    PatNum: int
    Description: str
    PopupLevel: str = unset
    DateTimeDisabled: DateTime = since("25.1.12")


class PopupUpdate(Body):
    Description: str = unset
    PopupLevel: str = unset
    DateTimeDisabled: DateTime = unset


class Popups(Resource):
    find = Find("popups", PopupQuery, Popup, added="21.4")
    create = Post("popups", PopupNew, Popup, added="21.1", permission="Comm")
    update = Put("popups/{PopupNum}", PopupUpdate, Popup, added="25.1.12", permission="Comm")


popups = Attached(Popups)
