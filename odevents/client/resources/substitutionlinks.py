"""Substitution codes of insurance plans.

Source: https://www.opendental.com/site/apisubstitutionlinks.html
"""

from __future__ import annotations

from pydantic import AliasChoices, Field

from odevents.client.endpoints import Attached, Delete, Find, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import Num, Text


class SubstitutionLink(Row):
    # The page's example of GET spells it with a letter missing.
    SubstitutionLinkNum: Num = Field(validation_alias=AliasChoices("SubstitutionLinkNum", "SubstiutionLinkNum"))
    PlanNum: Num = 0
    CodeNum: Num = 0
    SubstitutionCode: Text = ""
    SubstOnlyIf: Text = ""


class SubstitutionLinkQuery(PagedQuery):
    PlanNum: int = unset


class SubstitutionLinkNew(Body):
    PlanNum: int
    CodeNum: int
    SubstitutionCode: str
    SubstOnlyIf: str


class SubstitutionLinkUpdate(Body):
    SubstitutionCode: str = unset
    SubstOnlyIf: str = unset


class SubstitutionLinks(Resource):
    find = Find("substitutionlinks", SubstitutionLinkQuery, SubstitutionLink, added="22.4.25")
    create = Post("substitutionlinks", SubstitutionLinkNew, SubstitutionLink, added="22.4.1")
    update = Put("substitutionlinks/{SubstitutionLinkNum}", SubstitutionLinkUpdate, SubstitutionLink, added="22.4.25")
    delete = Delete("substitutionlinks/{SubsitutionLinkNum}", added="22.4.25")


substitutionlinks = Attached(SubstitutionLinks)
