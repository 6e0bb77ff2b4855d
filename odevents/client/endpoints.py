"""The shapes of a method of the API, and the tables made of them.

A resource is a class whose attributes are its endpoints::

    class Appointments(Resource):
        get = Get("appointments/{AptNum}", Appointment, added="21.1")
        note = Put("appointments/{AptNum}/Note", AppointmentNote, added="21.1", permission="Comm")

On the class, ``Appointments.note`` is the endpoint: verb, path, models, version, permission. On an instance
it can be called, ``appointments.note(18, Note="…")``, or asked for the :class:`Call` without sending it,
``appointments.note.call(18, Note="…")``. The signature is that of the request model's constructor (a
``ParamSpec``), so a wrong keyword or type is an error in the editor.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from types import NoneType
from typing import (
    Any,
    ClassVar,
    Concatenate,
    Generic,
    ParamSpec,
    Required,
    Self,
    TypedDict,
    TypeVar,
    Unpack,
    cast,
    get_args,
    get_origin,
    overload,
)

from pydantic import TypeAdapter, ValidationError

from odevents.client.call import Call as Call
from odevents.client.call import Sender as Sender
from odevents.client.models import Body, PagedQuery, Query, Request, Row
from odevents.client.paging import pages
from odevents.errors import AnswerUnreadable, CallInvalid

A = ParamSpec("A")
P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")


Nothing: type[None] = NoneType
"""The response of a method that documents none."""


class Facts(TypedDict, total=False):
    """What the documents say of a method besides its shape; see :class:`Endpoint`."""

    added: Required[str]
    permission: str
    success: int
    reads: bool


class Resource:
    """A table of endpoints, bound to whoever sends."""

    def __init__(self, sender: Sender) -> None:
        self.sender = sender

    @classmethod
    def endpoints(cls) -> dict[str, Endpoint[..., Any]]:
        """Its endpoints by attribute name, in the order of the file."""
        return {name: value for name, value in vars(cls).items() if isinstance(value, Endpoint)}


C = TypeVar("C", bound=Resource)


class Attached(Generic[C]):
    """Makes a resource an attribute of the client: ``appointments = Attached(Appointments)``."""

    def __init__(self, resource: type[C]) -> None:
        self.resource = resource

    def __get__(self, client: Any, owner: object) -> C:
        return self.resource(client.sender)


class Endpoint(Generic[A, T]):
    """One method of the API. ``A`` is how it is called, ``T`` what that gives back.

    :ivar request: the model of its parameters besides those in the path, or ``None``.
    :ivar response: the model of its answer, :data:`Nothing` when none is documented.
    :ivar added: the version of Open Dental that added it.
    :ivar permission: the permission a key needs for it.
    :ivar success: the documented status of success.
    :ivar reads: whether it changes nothing at the office.
    :ivar name: resource and attribute, ``appointments.note``.
    """

    verb: ClassVar[str]
    usual_permission: ClassVar[str] = "AllOthers"
    usual_success: ClassVar[int] = 200

    def __init__(self, path: str, request: object, response: object, facts: Facts) -> None:
        self.path = path
        self.path_names: tuple[str, ...] = tuple(re.findall(r"{(\w+)}", path))
        self.request = cast("type[Request] | None", request)
        self.response = response
        self.added = facts["added"]
        self.permission = facts.get("permission", self.usual_permission)
        self.success = facts.get("success", self.usual_success)
        self.reads = facts.get("reads", self.verb == "GET")
        self.name = path

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = f"{self.path.partition('/')[0]}.{name}"

    @overload
    def __get__(self, resource: Resource, owner: object) -> Bound[A, T]: ...
    @overload
    def __get__(self, resource: object, owner: object) -> Self: ...
    def __get__(self, resource: object, owner: object) -> Self | Bound[A, T]:
        return Bound(self, resource.sender) if isinstance(resource, Resource) else self

    def __repr__(self) -> str:
        return f"<{self.verb} {self.path}>"

    @property
    def row(self) -> type[Row] | None:
        """The model of the object, or of each row of the list, that it answers with; ``None`` where there is none."""
        model = next(iter(get_args(self.response)), self.response)
        return model if isinstance(model, type) and issubclass(model, Row) else None

    def prepare(self, values: tuple[Any, ...], parameters: Mapping[str, Any]) -> Call:
        """Check the arguments and make the call of them.

        :raises odevents.errors.CallInvalid: naming the parameters, never their values.
        """
        if len(values) != len(self.path_names):
            raise CallInvalid(f"needs {' and '.join(self.path_names) or 'no id'}", verb=self.verb, path=self.path)
        if self.request is None:
            if parameters:
                raise CallInvalid(f"does not take {', '.join(parameters)}", verb=self.verb, path=self.path)
            return Call(self, tuple(map(int, values)))
        try:
            request = self.request.model_validate(dict(parameters))
            return Call(self, tuple(map(int, values)), request.query(), request.body())
        except ValidationError as error:
            raise CallInvalid(told(error), verb=self.verb, path=self.path) from None
        except ValueError as error:
            raise CallInvalid(str(error), verb=self.verb, path=self.path) from None

    @cached_property
    def _reader(self) -> TypeAdapter[Any]:
        return TypeAdapter(cast("type[Any]", self.response))

    def read(self, answer: object) -> Any:
        """Turn decoded JSON into the model of the answer.

        A write's answer may be empty, ``None``: older versions sent nothing back, and a rehearsed write has
        no answer. A sentence where a list is documented means there is nothing (Documents Thumbnails).

        :raises odevents.errors.AnswerUnreadable: naming the fields, never their values.
        """
        if self.response is Nothing or (answer is None and not self.reads):
            return None
        if isinstance(answer, str) and get_origin(self.response) is list:
            return []
        try:
            return self._reader.validate_python(answer)
        except ValidationError as error:
            raise AnswerUnreadable(told(error), verb=self.verb, path=self.path) from None

    def run(self, sender: Sender, call: Call) -> Any:
        """Send ``call`` and read its answer."""
        return self.read(sender.send(call))


class Bound(Generic[A, T]):
    """An endpoint together with whoever sends its calls."""

    def __init__(self, endpoint: Endpoint[A, T], sender: Sender) -> None:
        self.endpoint = endpoint
        self.sender = sender

    def __call__(self, *args: A.args, **kwargs: A.kwargs) -> T:
        """Make the call and send it."""
        return cast("T", self.endpoint.run(self.sender, self.call(*args, **kwargs)))

    def call(self, *args: A.args, **kwargs: A.kwargs) -> Call:
        """Make the call without sending it."""
        return self.endpoint.prepare(args, kwargs)


def told(error: ValidationError) -> str:
    """What a validation found, by field, without any value."""
    return "; ".join(
        f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" if problem["loc"] else problem["msg"]
        for problem in error.errors(include_input=False, include_context=False, include_url=False)
    )


class Get(Endpoint[[int], R], Generic[R]):
    """One row, or one object, by its key."""

    verb = "GET"
    usual_permission = "ReadAll"

    def __init__(self, path: str, response: type[R], **facts: Unpack[Facts]) -> None:
        super().__init__(path, None, response, facts)


class GetWhere(Endpoint[P, R], Generic[P, R]):
    """One object, by parameters."""

    verb = "GET"
    usual_permission = "ReadAll"

    def __init__(self, path: str, query: Callable[P, Query], response: type[R], **facts: Unpack[Facts]) -> None:
        super().__init__(path, query, response, facts)


class _Listing(Endpoint[A, Iterator[R]], Generic[A, R]):
    """Rows, page after page as they are needed."""

    verb = "GET"
    usual_permission = "ReadAll"

    def run(self, sender: Sender, call: Call) -> Iterator[R]:
        """Send ``call`` for one page after the other, and read their rows."""
        return (row for page in pages(sender, call) for row in self.read(page))


def is_list(endpoint: Endpoint[..., Any]) -> bool:
    """Whether the method is a list that is read page by page."""
    return isinstance(endpoint, _Listing)


class Find(_Listing[P, R], Generic[P, R]):
    """Rows by parameters."""

    def __init__(self, path: str, query: Callable[P, PagedQuery], row: type[R], **facts: Unpack[Facts]) -> None:
        super().__init__(path, query, list.__class_getitem__(row), facts)


class FindUnder(_Listing[Concatenate[int, P], R], Generic[P, R]):
    """Rows that belong to one key."""

    def __init__(self, path: str, query: Callable[P, PagedQuery], row: type[R], **facts: Unpack[Facts]) -> None:
        super().__init__(path, query, list.__class_getitem__(row), facts)


class Post(Endpoint[P, R | None], Generic[P, R]):
    """Create what the body describes. Gives back the object, if the office sends one."""

    verb = "POST"
    usual_success = 201

    def __init__(self, path: str, body: Callable[P, Body], response: type[R], **facts: Unpack[Facts]) -> None:
        super().__init__(path, body, response, facts)


class Put(Endpoint[Concatenate[int, P], R | None], Generic[P, R]):
    """Change the row with this key. Only what is given changes."""

    verb = "PUT"

    def __init__(self, path: str, body: Callable[P, Body], response: type[R], **facts: Unpack[Facts]) -> None:
        super().__init__(path, body, response, facts)


class PutWhere(Post[P, R], Generic[P, R]):
    """Change what the body names; there is no key in the path."""

    verb = "PUT"
    usual_success = 200


class Delete(Endpoint[[int], None]):
    """Delete the row with this key."""

    verb = "DELETE"

    def __init__(self, path: str, **facts: Unpack[Facts]) -> None:
        super().__init__(path, None, Nothing, facts)
