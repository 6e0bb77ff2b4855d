"""``odevents api``: any call of an office's REST API, and what calls there are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from odevents.cli.output import json_option, print_records

if TYPE_CHECKING:
    from odevents.client.call import Call
    from odevents.client.endpoints import Endpoint

VERBS = ("GET", "POST", "PUT", "DELETE")
_KEY = re.compile(r"[0-9]{1,19}")
_COLUMNS = ("verb", "path", "parameters", "since", "permission")


class _Verbs(click.Group):
    """A verb in any case is a command of its own, beside ``methods``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*VERBS, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return _call_command(cmd_name.upper()) if cmd_name.upper() in VERBS else super().get_command(ctx, cmd_name)


@click.group(cls=_Verbs)
def api() -> None:
    """Any call of an office's REST API: VERB PATH [FIELD=VALUE]..., answered in JSON.

    For example: odevents api GET appointments PatNum=12

    A call that would change something is only shown, unless --live is given.
    """


@api.command()
@click.argument("resource", required=False)
@json_option
def methods(resource: str | None, as_json: bool) -> None:
    """The methods of RESOURCE, or of all: verb, path, parameters (* required), version, permission."""
    from odevents.client import resources
    from odevents.client.catalog import described
    from odevents.errors import CallInvalid

    if resource is not None and resource.lower() not in resources.names():
        raise CallInvalid(f"there is no resource {resource!r}; `odevents api methods` lists them all")
    chosen = resources.endpoints() if resource is None else list(resources.load(resource.lower()).endpoints().values())
    print_records([described(endpoint) for endpoint in chosen], _COLUMNS, as_json=as_json)


def _call_command(verb: str) -> click.Command:
    @click.command(name=verb, help=f"{verb} a PATH such as appointments/18, with FIELD=VALUE pairs.")
    @click.argument("path")
    @click.argument("fields", nargs=-1, metavar="[FIELD=VALUE]...")
    @click.option("--office", help="Which office; may be left out when there is only one.")
    @click.option("--live", is_flag=True, help="Send a call that changes something.")
    def command(path: str, fields: tuple[str, ...], office: str | None, live: bool) -> None:
        call = call_of(verb, path, fields)
        if call.endpoint.reads or live:
            _print_json(_answer(call, office))
        else:
            _print_json(_shown(call))
            click.echo("dry-run: nothing was sent; --live sends it", err=True)

    return command


def call_of(verb: str, path: str, fields: Sequence[str]) -> Call:
    """The documented call that a command line means.

    :raises odevents.errors.CallInvalid: there is no such method, or a field is not one of its own.
    """
    from odevents.errors import CallInvalid

    endpoint, values = _endpoint_of(verb, path.strip("/"))
    pairs = [field.partition("=") for field in fields]
    if not all(separator for _, separator, _ in pairs):
        raise CallInvalid("fields are written FIELD=VALUE", verb=verb, path=endpoint.path)
    return endpoint.prepare(values, {name: _value(endpoint, name, text) for name, _, text in pairs})


def _endpoint_of(verb: str, path: str) -> tuple[Endpoint[..., Any], tuple[int, ...]]:
    from odevents.client import resources
    from odevents.errors import CallInvalid

    parts = path.split("/")
    known = resources.load(parts[0].lower()).endpoints() if parts[0].lower() in resources.names() else {}
    for endpoint in known.values():
        template = endpoint.path.split("/")
        if endpoint.verb == verb and len(template) == len(parts) and all(map(_fits, template, parts)):
            return endpoint, tuple(int(part) for t, part in zip(template, parts, strict=True) if t[0] == "{")
    raise CallInvalid(f"there is no method {verb} {parts[0]}…; see `odevents api methods {parts[0] if known else ''}`")


def _fits(template: str, part: str) -> bool:
    return bool(_KEY.fullmatch(part)) if template.startswith("{") else template.lower() == part.lower()


def _value(endpoint: Endpoint[..., Any], name: str, text: str) -> Any:
    """Lists are written ``1,2,3``; lists of objects as JSON."""
    import msgspec

    from odevents.errors import CallInvalid

    field = endpoint.request.model_fields.get(name) if endpoint.request else None
    if field is None or not str(field.annotation).startswith("list"):
        return text
    if not text.startswith("["):
        return text.split(",")
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        why = f'{name}: lists of objects are written as JSON, such as [{{"ProcNum": 271}}]'
        raise CallInvalid(why, verb=endpoint.verb, path=endpoint.path) from None


def _answer(call: Call, office: str | None) -> object:
    from odevents.cli.office_client import client_of
    from odevents.client.endpoints import is_list
    from odevents.client.paging import pages

    with client_of(office) as (_, client):
        if is_list(call.endpoint):
            return [_without_key(row) for page in pages(client.sender, call) for row in page]
        return _without_key(client.sender.send(call))


def _without_key(row: object) -> object:
    """A subscription shows the customer key, which is half of what it takes to get in."""
    return {**row, "CustomerKey": "…"} if isinstance(row, dict) and "CustomerKey" in row else row


def _shown(call: Call) -> dict[str, object]:
    return {
        "verb": call.verb,
        "path": call.target,
        "body": call.body,
        "permission": call.endpoint.permission,
        "since": call.endpoint.added,
    }


def _print_json(value: object) -> None:
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
