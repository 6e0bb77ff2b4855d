"""Permissions of user groups.

Source: https://www.opendental.com/site/apisecurityperms.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Resource
from odevents.client.models import PagedQuery, Row
from odevents.client.wire import Flag, Text


class SecurityPerm(Row):
    Permission: Text
    HasPermission: Flag = False


class SecurityPerms(Resource):
    find = Find("securityperms", PagedQuery, SecurityPerm, added="22.2")


securityperms = Attached(SecurityPerms)
