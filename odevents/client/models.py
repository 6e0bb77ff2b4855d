"""What rows and requests have in common.

A :class:`Row` is what the office sends: unknown columns are kept, missing ones are empty, and only its key is
required, because versions of Open Dental differ. A request, :class:`Body` or :class:`Query`, is what we send:
unknown names are refused, and only what was set travels. Neither prints a value in its ``repr`` or in an
error.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from odevents.client.conditions import Condition
from odevents.client.wire import query_text, spelt


class _Unset:
    def __repr__(self) -> str:
        return "unset"


unset: Any = _Unset()
"""The default of an optional request field: it is not sent at all. (An empty string *is* sent, and
clears.)"""


def since(version: str) -> Any:
    """An optional request field that the API knows since this version of Open Dental."""
    return Field(default=unset, json_schema_extra={"added": version})


class Row(BaseModel):
    """One row of a table, as the office sends it."""

    model_config = ConfigDict(extra="allow", hide_input_in_errors=True, coerce_numbers_to_str=True, defer_build=True)

    def wire(self) -> dict[str, Any]:
        """The row as Open Dental spells it in JSON, unknown columns included."""
        return self.model_dump(mode="json")

    def __repr_args__(self) -> Iterable[tuple[str, Any]]:
        """The key and nothing else, whoever prints it."""
        fields = type(self).model_fields
        keys = [name for name, field in fields.items() if field.is_required()] or list(fields)[:1]
        return [(key, getattr(self, key)) for key in keys]

    __str__ = BaseModel.__repr__


class Request(BaseModel):
    """The named parameters of a call. Only what was set is sent."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, defer_build=True)

    conditions: ClassVar[tuple[Condition, ...]] = ()
    sent_in_query: ClassVar[tuple[str, ...]] = ()
    """Parameters of a body that travel in the URL all the same."""

    @model_validator(mode="after")
    def _meet_conditions(self) -> Self:
        given = {name: getattr(self, name) for name in self.model_fields_set}
        wrong = [condition.rule for condition in self.conditions if not condition.met(given)]
        if wrong:
            raise PydanticCustomError("conditions", "{wrong}", {"wrong": "; ".join(wrong)})
        return self

    def query(self) -> dict[str, str]:
        """The part that travels in the URL, not yet percent-encoded."""
        values = self.model_dump(exclude_unset=True, include=set(self.sent_in_query))
        return {name: query_text(value) for name, value in values.items()}

    def body(self) -> dict[str, Any] | None:
        """The part that travels as JSON, spelt as Open Dental wants it."""
        values = self.model_dump(exclude_unset=True, exclude=set(self.sent_in_query))
        return {name: spelt(value) for name, value in values.items()}

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """The names of what was set, without the values."""
        return [(None, name) for name in sorted(self.model_fields_set)]

    __str__ = BaseModel.__repr__


class Body(Request):
    """Parameters sent as a JSON body."""


class Query(Request):
    """Parameters sent in the URL."""

    def query(self) -> dict[str, str]:
        """All of it."""
        return {name: query_text(value) for name, value in self.model_dump(exclude_unset=True).items()}

    def body(self) -> None:
        """Nothing."""
        return


class PagedQuery(Query):
    """Parameters of a list. Every list can also be cut by row numbers, and its dates written otherwise.

    Source: API Specification, "Pagination" and "Data Types". Dates in a format of one's own are for whoever takes the
    JSON as it comes; only ISO formats, with or without ``zzz``, can be read as rows.
    """

    Limit: int = Field(default=unset, ge=1)
    Offset: int = Field(default=unset, ge=0)
    DateFormatString: str = since("22.2.26")
    DateTimeFormatString: str = since("22.2.14")


@dataclass(frozen=True)
class Parameter:
    """A parameter of a method, as documented.

    :ivar added: the version of Open Dental that added it, ``None`` for the method's own.
    """

    name: str
    required: bool
    added: str | None


def parameters(request: type[Request] | None) -> list[Parameter]:
    """The parameters of a method, without those that every list takes."""
    if request is None:
        return []
    common = PagedQuery.model_fields if issubclass(request, PagedQuery) else {}
    return [
        Parameter(name, field.is_required(), _version_added(field))
        for name, field in request.model_fields.items()
        if name not in common
    ]


def _version_added(field: FieldInfo) -> str | None:
    extra = field.json_schema_extra
    return str(extra["added"]) if isinstance(extra, dict) else None


class Part(BaseModel):
    """An object inside a request's body."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, defer_build=True)
