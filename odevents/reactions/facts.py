"""An office's set-up that reactions depend on: its confirmation statuses and what the API's names for them mean."""

from __future__ import annotations

import msgspec

from odevents.client.opendental import OpenDental

APPT_CONFIRMED = 2
"""Definition category of the confirmation statuses."""

# Open Dental staff, forum t=8139: "None" is the first definition, the others are chosen by these preferences.
_PREFERENCES = {
    "Sent": "ApptEConfirmStatusSent",
    "Confirmed": "ApptEConfirmStatusAccepted",
    "Not Accepted": "ApptEConfirmStatusDeclined",
    "Failed": "ApptEConfirmStatusSendFailed",
}
NOT_YET_CONFIRMED = ("None", "Sent", "Not Accepted", "Failed")
"""The statuses a confirmation may replace unless its rule says otherwise: all in which nobody has come yet."""


class OfficeFacts(msgspec.Struct, frozen=True):
    """What was read of the office's set-up.

    :ivar statuses: confirmation statuses, number -> name, in the office's order.
    :ivar meanings: ``confirmVal`` -> number of the status it stands for here.
    """

    statuses: dict[int, str]
    meanings: dict[str, int]

    def number(self, name: str | int) -> int | None:
        """The status that a definition's name or number, or a ``confirmVal``, stands for at this office."""
        if isinstance(name, int):
            return name
        named = (number for number, called in self.statuses.items() if called.casefold() == name.casefold())
        return self.meanings.get(name) or next(named, None)


def read_facts(client: OpenDental) -> OfficeFacts:
    """Ask the office; five calls, so keep the answer.

    :raises odevents.errors.CallError: the office did not answer.
    """
    definitions = list(client.definitions.find(Category=APPT_CONFIRMED))
    statuses = {definition.DefNum: definition.ItemName for definition in definitions}
    meanings = {"None": next(iter(statuses), 0)}
    for value, preference in _PREFERENCES.items():
        found = next(iter(client.preferences.find(PrefName=preference)), None)
        if found and found.ValueString.isdecimal():
            meanings[value] = int(found.ValueString)
    return OfficeFacts(statuses, {name: number for name, number in meanings.items() if number})
