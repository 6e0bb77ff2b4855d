"""The history of a claim's custom tracking.

Source: https://www.opendental.com/site/apiclaimtrackings.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import DateTime, Num, Text


class ClaimTracking(Row):
    ClaimTrackingNum: Num
    ClaimNum: Num = 0
    TrackingType: Text = ""
    UserNum: Num = 0
    DateTimeEntry: DateTime = None
    Note: Text = ""
    TrackingDefNum: Num = 0
    TrackingErrorDefNum: Num = 0


class ClaimTrackingQuery(PagedQuery):
    ClaimNum: int = unset


class ClaimTrackingNew(Body):
    ClaimNum: int
    TrackingDefNum: int = unset
    Note: str = unset
    TrackingErrorDefNum: int = unset


class ClaimTrackingUpdate(Body):
    Note: str = unset
    TrackingDefNum: int = unset
    TrackingErrorDefNum: int = unset


class ClaimTrackings(Resource):
    find = Find("claimtrackings", ClaimTrackingQuery, ClaimTracking, added="23.2.5")
    create = Post("claimtrackings", ClaimTrackingNew, ClaimTracking, added="23.2.5", permission="Insurance")
    update = Put(
        "claimtrackings/{ClaimTrackingNum}", ClaimTrackingUpdate, ClaimTracking, added="23.2.5", permission="Insurance"
    )


claimtrackings = Attached(ClaimTrackings)
