"""One request, understood: which method of the API, with which ids and parameters, at which office."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from odevents.simulator.rest.answer import Answer, bad_request, not_found
from odevents.simulator.schema import Table
from odevents.simulator.store import Row, Store

if TYPE_CHECKING:
    from odevents.client.endpoints import Endpoint
    from odevents.simulator.office import Office

Handler = Callable[["Asked"], Answer]
_HANDLERS: dict[tuple[str, str], Handler] = {}

LARGEST = 2**63 - 1
"""The largest number that a key can be."""

_LABELS = {
    "patient": "Patient", "appointment": "Appointment", "provider": "Provider", "operatory": "Operatory",
    "clinic": "Clinic", "procedurelog": "Procedure", "claim": "Claim", "payment": "Payment", "insplan": "InsPlan",
    "inssub": "InsSub", "patplan": "PatPlan", "carrier": "Carrier", "commlog": "Commlog", "document": "Document",
    "apisubscription": "Subscription", "procedurecode": "procCode", "recall": "Recall", "medication": "Medication",
    "allergydef": "AllergyDef", "diseasedef": "DiseaseDef", "discountplan": "DiscountPlan", "referral": "Referral",
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A call that was allowed and whose path is known.

    :ivar ids: the keys in the path, by the name the documentation gives them.
    :ivar query: the parameters in the URL, as text.
    :ivar body: the JSON object, empty for GET and DELETE.
    :ivar table: the table that the resource shows, if it shows one.
    :ivar customer_key: the key it was asked with.
    """

    office: Office
    endpoint: Endpoint[..., Any]
    ids: Mapping[str, int]
    query: Mapping[str, str]
    body: Mapping[str, Any]
    table: Table | None
    customer_key: str = ""

    @property
    def store(self) -> Store:
        """The office's database."""
        return self.office.store

    @property
    def shown(self) -> Table:
        """The table of the resource. :raises LookupError: for a resource without one."""
        if self.table is None:
            raise LookupError(f"{self.endpoint.path} shows no single table")
        return self.table

    @property
    def key(self) -> int:
        """The one key in the path."""
        return next(iter(self.ids.values()))

    def the_row(self, table: str = "", key: int | None = None) -> Row:
        """The row of the key in the path, or of ``key``. :raises Refused: 404 without one."""
        name = table or self.shown.name
        row = self.store.row(name, self.key if key is None else key)
        if row is None:
            raise not_found(label(name))
        return row

    def number(self, name: str, default: int | None = None) -> int:
        """A number from the body. :raises Refused: 400 where it is not one, or is missing and has no default."""
        value = self.body.get(name)
        if value in (None, "") and default is not None:
            return default
        if value in (None, ""):
            raise bad_request(f"{name} is required")
        return whole_number(name, value)

    def numbers(self, name: str) -> list[int]:
        """A list of numbers from the body, each once; none if it is missing. :raises Refused: 400 for anything else."""
        value = self.body.get(name)
        if not isinstance(value, list | None):
            raise bad_request(f"{name} must be an array of numbers, [1,2,3]")
        return list(dict.fromkeys(whole_number(name, number) for number in value or ()))

    def asked_number(self, name: str, default: int | None = None) -> int:
        """A number from the URL. :raises Refused: 400 where it is not one, or is missing and has no default."""
        text = self.query.get(name, "")
        if not text and default is not None:
            return default
        if not text:
            raise bad_request(f"{name} is required")
        return whole_number(name, text)


def whole_number(name: str, value: object) -> int:
    """A number, or its text, that a key can be. :raises Refused: 400 for anything else."""
    try:
        number = int(value)  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError):
        raise bad_request(f"{name} is invalid") from None
    if abs(number) > LARGEST:
        raise bad_request(f"{name} is invalid")
    return int(number)


def serves(verb: str, *paths: str) -> Callable[[Handler], Handler]:
    """Make a function the handler of a method that needs more than the general rules."""

    def register(handler: Handler) -> Handler:
        for path in paths:
            if (verb, path) in _HANDLERS:
                raise ValueError(f"{verb} {path} has two handlers")
            _HANDLERS[verb, path] = handler
        return handler

    return register


def handler_of(verb: str, path: str) -> Handler | None:
    """The special handler of a method, if it has one."""
    return _HANDLERS.get((verb, path))


def handled() -> frozenset[tuple[str, str]]:
    """Every method with a special handler."""
    return frozenset(_HANDLERS)


def label(table: str) -> str:
    """What the API calls a table's row in a message."""
    return _LABELS.get(table, table.capitalize())
