"""Which user belongs to which group.

Source: https://www.opendental.com/site/apiusergroupattaches.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Resource
from odevents.client.models import PagedQuery, Row, unset
from odevents.client.wire import Num


class UserGroupAttach(Row):
    UserGroupAttachNum: Num
    UserNum: Num = 0
    UserGroupNum: Num = 0


class UserGroupAttachQuery(PagedQuery):
    UserNum: int = unset
    UserGroupNum: int = unset


class UserGroupAttaches(Resource):
    find = Find("usergroupattaches", UserGroupAttachQuery, UserGroupAttach, added="23.3.7")


usergroupattaches = Attached(UserGroupAttaches)
