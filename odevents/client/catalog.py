"""What can be called, described for people: for ``odevents api methods`` and for the reference page.

``python -m odevents.client.catalog`` prints the page (``docs/reference/api-methods.md``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from odevents.client import resources
from odevents.client.endpoints import Endpoint
from odevents.client.models import parameters

_HEAD = """\
# Methods of the Open Dental API

Made from the endpoint tables in `odevents/client/resources/` by `python -m odevents.client.catalog`; a test keeps it
current. A parameter marked `*` is required; a version in brackets says since when the API has it. Lists also take
`Limit`, `Offset`, `DateFormatString` and `DateTimeFormatString`. "Since" is the version of Open Dental that added the
method; "permission" is what the key needs; "in Python" is what to call on the client.
"""


def described(endpoint: Endpoint[..., Any]) -> dict[str, str]:
    """One method in words: ``python`` is how it is called, the rest as documented."""
    words = [
        f"{parameter.name}{'*' if parameter.required else ''}{f' ({parameter.added})' if parameter.added else ''}"
        for parameter in parameters(endpoint.request)
    ]
    rules = [condition.rule for condition in endpoint.request.conditions] if endpoint.request else []
    return {
        "verb": endpoint.verb,
        "path": endpoint.path,
        "parameters": "; ".join([", ".join(words), *rules]),
        "since": endpoint.added,
        "permission": endpoint.permission,
        "python": endpoint.name,
    }


def reference_page() -> str:
    """The page of all methods, in Markdown."""
    return _HEAD + "".join(line + "\n" for name in resources.names() for line in _section(name))


def _section(name: str) -> Iterator[str]:
    yield f"\n## {name}\n"
    yield "| Method | Parameters | Since | Permission | In Python |"
    yield "| --- | --- | --- | --- | --- |"
    for endpoint in resources.load(name).endpoints().values():
        method = described(endpoint)
        yield (
            f"| {method['verb']} `{method['path']}` | {method['parameters']} | {method['since']} "
            f"| {method['permission']} | `{method['python']}` |"
        )


if __name__ == "__main__":
    print(reference_page(), end="")  # noqa: T201 - this is its purpose
