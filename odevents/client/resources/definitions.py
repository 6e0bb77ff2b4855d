"""The office's lists: confirmation statuses, commlog types, billing types and the like.

Source: https://www.opendental.com/site/apidefinitions.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Post, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import Flag, Num, Text


class Definition(Row):
    DefNum: Num
    ItemName: Text = ""
    ItemValue: Text = ""
    Category: Num = 0
    category: Text = ""
    isHidden: Flag = False


class DefinitionQuery(PagedQuery):
    Category: int = unset
    includeHidden: bool = unset


class DefinitionNew(Body):
    ItemName: str
    category: str
    ItemValue: str = unset
    isHidden: bool = unset


class Definitions(Resource):
    find = Find("definitions", DefinitionQuery, Definition, added="21.1")
    create = Post("definitions", DefinitionNew, Definition, added="22.1", permission="Setup")


definitions = Attached(Definitions)
