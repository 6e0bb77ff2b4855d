"""Groups of procedure codes for frequency limits.

Source: https://www.opendental.com/site/apicodegroups.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Get, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, since, unset
from odevents.client.wire import Flag, Num, Text


class CodeGroup(Row):
    CodeGroupNum: Num
    GroupName: Text = ""
    ProcCodes: Text = ""
    ItemOrder: Num = 0
    CodeGroupFixed: Text = ""
    IsHidden: Flag = False
    ShowInAgeLimit: Flag = False
    ShowInFrequency: Flag = False
    ShowInOther: Flag = False


class CodeGroupFields(Body):
    """What can be given both when one is created and when it is changed."""

    ProcCodes: str = unset
    CodeGroupFixed: str = unset
    IsHidden: bool = unset
    ShowInAgeLimit: bool = unset
    ShowInFrequency: bool = since("25.3.10")
    ShowInOther: bool = since("25.3.10")


class CodeGroupNew(CodeGroupFields):
    GroupName: str


class CodeGroupUpdate(CodeGroupFields):
    GroupName: str = unset


class CodeGroups(Resource):
    get = Get("codegroups/{CodeGroupNum}", CodeGroup, added="25.3.10")
    find = Find("codegroups", PagedQuery, CodeGroup, added="23.2.62")
    create = Post("codegroups", CodeGroupNew, CodeGroup, added="24.1.29")
    update = Put("codegroups/{CodeGroupNum}", CodeGroupUpdate, CodeGroup, added="24.1.29")


codegroups = Attached(CodeGroups)
