"""Users of Open Dental.

Source: https://www.opendental.com/site/apiuserods.html
"""

from __future__ import annotations

from pydantic import Field

from odevents.client.endpoints import Attached, Find, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, since, unset
from odevents.client.wire import Flag, Num, Text


class Userod(Row):
    UserNum: Num
    UserName: Text = ""
    userGroupNums: list[Num] = Field(default_factory=list)
    EmployeeNum: Num = 0
    employeeName: Text = ""
    ClinicNum: Num = 0
    ProviderNum: Num = 0
    providerName: Text = ""
    emailAddress: Text = ""
    IsHidden: Flag = False
    UserNumCEMT: Num = 0
    IsPasswordResetRequired: Flag = False
    UserGroupNum: Num = 0
    Password: Text = ""


class UserodQuery(PagedQuery):
    includeHidden: bool = since("22.4.24")
    includeCEMT: bool = since("25.1.10")


class UserodNew(Body):
    UserName: str
    UserGroupNum: int
    Password: str
    IsPasswordResetRequired: bool = since("25.1.10")


class UserodUpdate(Body):
    userGroupNums: list[int] = since("25.1.10")
    EmployeeNum: int = unset
    ProviderNum: int = unset
    ClinicNum: int = unset
    IsHidden: bool = unset
    IsPasswordResetRequired: bool = since("25.1.10")


class Userods(Resource):
    find = Find("userods", UserodQuery, Userod, added="21.3")
    create = Post("userods", UserodNew, Userod, added="22.1", permission="Setup")
    update = Put("userods/{UserNum}", UserodUpdate, Userod, added="22.4.20", permission="Setup")


userods = Attached(Userods)
