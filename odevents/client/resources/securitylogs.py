"""The audit trail.

Source: https://www.opendental.com/site/apisecuritylogs.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Resource
from odevents.client.models import PagedQuery, Row, unset
from odevents.client.wire import DateTime, Num, Text


class SecurityLog(Row):
    SecurityLogNum: Num
    PermType: Text = ""
    UserNum: Num = 0
    LogDateTime: DateTime = None
    LogText: Text = ""
    PatNum: Num = 0
    CompName: Text = ""
    LogSource: Text = ""


class SecurityLogQuery(PagedQuery):
    PermType: str = unset


class SecurityLogs(Resource):
    find = Find("securitylogs", SecurityLogQuery, SecurityLog, added="23.1.33")


securitylogs = Attached(SecurityLogs)
