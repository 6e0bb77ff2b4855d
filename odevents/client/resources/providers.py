"""Dentists and hygienists.

Source: https://www.opendental.com/site/apiproviders.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Get, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, since, unset
from odevents.client.wire import Date, DateTime, Flag, Num, Text, When


class Provider(Row):
    ProvNum: Num
    Abbr: Text = ""
    LName: Text = ""
    FName: Text = ""
    MI: Text = ""
    Suffix: Text = ""
    FeeSched: Num = 0
    Specialty: Num = 0
    SSN: Text = ""
    StateLicense: Text = ""
    IsSecondary: Flag = False
    provColor: Text = ""
    IsHidden: Flag = False
    UsingTIN: Flag = False
    SigOnFile: Flag = False
    NationalProvID: Text = ""
    DateTStamp: DateTime = None
    IsNotPerson: Flag = False
    ProvStatus: Text = ""
    IsHiddenReport: Flag = False
    Birthdate: Date = None
    SchedNote: Text = ""
    PreferredName: Text = ""
    serverDateTime: DateTime = None


class ProviderQuery(PagedQuery):
    ClinicNum: int = unset
    DateTStamp: When = since("21.3")


class ProviderFields(Body):
    """What can be given both when one is created and when it is changed."""

    LName: str = unset
    FName: str = unset
    MI: str = unset
    Suffix: str = unset
    Specialty: int = unset
    SSN: str = unset
    UsingTIN: bool = unset
    SigOnFile: bool = since("24.4.17")
    PreferredName: str = unset


class ProviderNew(ProviderFields):
    Abbr: str
    FeeSched: int = unset
    StateLicense: str = since("24.4.31")
    IsSecondary: bool = unset
    IsHidden: bool = unset
    NationalProvID: str = since("24.4.31")
    IsNotPerson: bool = unset
    IsHiddenReport: bool = unset
    BirthDate: Date = unset
    SchedNote: str = unset


class ProviderUpdate(ProviderFields):
    Abbr: str = unset
    NationalProvId: str = unset
    StateLicense: str = unset


class Providers(Resource):
    get = Get("providers/{ProvNum}", Provider, added="24.4.17")
    find = Find("providers", ProviderQuery, Provider, added="21.1")
    create = Post("providers", ProviderNew, Provider, added="21.4", permission="Setup")
    update = Put("providers/{ProvNum}", ProviderUpdate, Provider, added="22.1", permission="Setup")


providers = Attached(Providers)
