"""User groups.

Source: https://www.opendental.com/site/apiusergroups.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Resource
from odevents.client.models import PagedQuery, Row, unset
from odevents.client.wire import Num, Text


class UserGroup(Row):
    UserGroupNum: Num
    Description: Text = ""
    UserGroupNumCEMT: Num = 0


class UserGroupQuery(PagedQuery):
    includeCEMT: bool = unset


class UserGroups(Resource):
    find = Find("usergroups", UserGroupQuery, UserGroup, added="23.2.21")


usergroups = Attached(UserGroups)
