"""People and practices who refer or are referred to.

Source: https://www.opendental.com/site/apireferrals.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Get, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, since, unset
from odevents.client.wire import DateTime, Flag, Num, Text


class Referral(Row):
    ReferralNum: Num
    LName: Text = ""
    FName: Text = ""
    MName: Text = ""
    SSN: Text = ""
    UsingTIN: Flag = False
    Specialty: Num = 0
    specialty: Text = ""
    ST: Text = ""
    Telephone: Text = ""
    Address: Text = ""
    Address2: Text = ""
    City: Text = ""
    Zip: Text = ""
    Note: Text = ""
    Phone2: Text = ""
    IsHidden: Flag = False
    NotPerson: Flag = False
    Title: Text = ""
    EMail: Text = ""
    PatNum: Num = 0
    IsDoctor: Flag = False
    DateTStamp: DateTime = None
    IsPreferred: Flag = False
    BusinessName: Text = ""
    DisplayNote: Text = ""
    isPatient: Flag = False


class ReferralQuery(PagedQuery):
    IsHidden: bool = since("24.1.34")
    NotPerson: bool = since("24.1.34")
    IsDoctor: bool = since("24.1.34")
    IsPreferred: bool = since("24.1.34")
    isPatient: bool = since("24.1.34")
    BusinessName: str = since("24.4.19")


class ReferralFields(Body):
    """What can be given both when one is created and when it is changed."""

    FName: str = unset
    MName: str = unset
    SSN: str = since("24.4.16")
    UsingTIN: bool = since("24.4.16")
    Specialty: int = unset
    ST: str = since("24.4.16")
    Telephone: str = since("24.4.16")
    Address: str = since("24.4.16")
    Address2: str = since("24.4.16")
    City: str = since("24.4.16")
    Zip: str = since("24.4.16")
    Note: str = unset
    Phone2: str = since("24.4.16")
    NotPerson: bool = since("24.4.16")
    Title: str = unset
    EMail: str = since("24.4.16")
    IsDoctor: bool = since("24.4.16")
    BusinessName: str = since("24.4.16")
    DisplayNote: str = since("24.4.16")


class ReferralNew(ReferralFields):
    LName: str
    PatNum: int = unset
    specialty: str = unset


class ReferralUpdate(ReferralFields):
    LName: str = unset


class Referrals(Resource):
    get = Get("referrals/{ReferralNum}", Referral, added="24.1.34")
    find = Find("referrals", ReferralQuery, Referral, added="21.4")
    create = Post("referrals", ReferralNew, Referral, added="22.3")
    update = Put("referrals/{ReferralNum}", ReferralUpdate, Referral, added="22.4.24")


referrals = Attached(Referrals)
