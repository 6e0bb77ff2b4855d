"""Electronic insurance messages, the method planned in 2021 and never described again.

Source: https://www.opendental.com/site/apietrans.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Nothing, Post, Resource
from odevents.client.models import Body, unset
from odevents.client.wire import DateTime


class EtransNew(Body):
    DateTimeTrans: DateTime = unset
    HqClearinghouseNum: int = unset
    MessageText: str = unset
    UserNum: int = unset


class Etrans(Resource):
    create = Post("etrans", EtransNew, Nothing, added="21.2")


etrans = Attached(Etrans)
