"""Electronic insurance messages.

Source: https://www.opendental.com/site/apietranss.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Resource
from odevents.client.models import PagedQuery, Row, unset
from odevents.client.wire import DateTime, Num, Text


class Etrans(Row):
    EtransNum: Num
    DateTimeTrans: DateTime = None
    ClearingHouseNum: Num = 0
    Etype: Text = ""
    ClaimNum: Num = 0
    OfficeSequenceNumber: Num = 0
    CarrierTransCounter: Num = 0
    CarrierTransCounter2: Num = 0
    CarrierNum: Num = 0
    CarrierNum2: Num = 0
    PatNum: Num = 0
    BatchNumber: Num = 0
    AckCode: Text = ""
    TransSetNum: Num = 0
    Note: Text = ""
    EtransMessageTextNum: Num = 0
    AckEtransNum: Num = 0
    PlanNum: Num = 0
    InsSubNum: Num = 0
    TransSetId835: Num = 0
    CarrierNameRaw: Text = ""
    PatientNameRaw: Text = ""
    UserNum: Num = 0


class EtransQuery(PagedQuery):
    PatNum: int
    CarrierNum: int = unset
    ClaimNum: int = unset


class Etranss(Resource):
    find = Find("etranss", EtransQuery, Etrans, added="23.2.7")


etranss = Attached(Etranss)
