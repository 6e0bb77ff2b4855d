"""Race and ethnicity of patients.

Source: https://www.opendental.com/site/apipatientraces.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Resource
from odevents.client.models import PagedQuery, Row
from odevents.client.wire import Flag, Num, Text


class PatientRace(Row):
    PatientRaceNum: Num
    PatNum: Num = 0
    CdcrecCode: Text = ""
    descripition: Text = ""
    isEthnicity: Flag = False
    heirarchicalCode: Text = ""


class PatientRaceQuery(PagedQuery):
    PatNum: int


class PatientRaces(Resource):
    find = Find("patientraces", PatientRaceQuery, PatientRace, added="22.3.12")


patientraces = Attached(PatientRaces)
