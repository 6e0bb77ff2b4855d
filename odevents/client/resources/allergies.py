"""A patient's allergies.

Source: https://www.opendental.com/site/apiallergies.html
"""

from __future__ import annotations

from odevents.client.conditions import at_least_one_of
from odevents.client.endpoints import Attached, Delete, Find, Nothing, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import Date, Flag, IntText, Num, Text


class Allergy(Row):
    AllergyNum: Num
    AllergyDefNum: Num = 0
    PatNum: Num = 0
    defDescription: Text = ""
    defSnomedType: Text = ""
    Reaction: Text = ""
    StatusIsActive: Flag = False
    DateAdverseReaction: Date = None


class AllergyQuery(PagedQuery):
    PatNum: int


class AllergyNew(Body):
    conditions = (at_least_one_of("defDescription", "AllergyDefNum"),)

    PatNum: int
    defDescription: str = unset
    AllergyDefNum: IntText = unset
    Reaction: str = unset
    StatusIsActive: bool = unset
    DateAdverseReaction: Date = unset


class AllergyUpdate(Body):
    Reaction: str = unset
    DateAdverseReaction: Date = unset
    StatusIsActive: bool = unset


class Allergies(Resource):
    find = Find("allergies", AllergyQuery, Allergy, added="21.1")
    create = Post("allergies", AllergyNew, Nothing, added="21.3")
    update = Put("allergies/{AllergyNum}", AllergyUpdate, Nothing, added="22.1")
    delete = Delete("allergies/{AllergyNum}", added="22.1")


allergies = Attached(Allergies)
