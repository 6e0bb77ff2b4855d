"""``odevents accounts``: who may use the operator's page."""

from __future__ import annotations

import getpass
import re
import sys
import time
from typing import TYPE_CHECKING

import click

from odevents.cli.output import json_option, local, print_records
from odevents.errors import ConfigError

if TYPE_CHECKING:
    from odevents.store.accounts import Accounts

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,39}")


@click.group()
def accounts() -> None:
    """Who may use the operator's page. There is no default account and no default password."""


@accounts.command()
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(("viewer", "operator")),
    required=True,
    help="viewer looks, values masked; operator also acts and reveals.",
)
def add(name: str, role: str) -> None:
    """Add an account. Its password is asked for, or read from standard input when that is no terminal."""
    from odevents.console.passwords import hash_password
    from odevents.store.accounts import Account

    found = _accounts()
    if not _NAME.fullmatch(name):
        raise ConfigError(f"{name}: a name is up to 40 small letters, digits and . _ @ -")
    if found.get(name):
        raise ConfigError(f"there is an account {name} already; for a new password: odevents accounts password {name}")
    account = Account(name, "operator" if role == "operator" else "viewer", hash_password(_password()), time.time())
    found.put(account, "account-added", getpass.getuser())
    click.echo(f"added {name} as {role}", err=True)


@accounts.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the accounts."""
    known = [{"name": a.name, "role": a.role, "since": local(a.changed_at)} for a in _accounts().all()]
    print_records(known, ("name", "role", "since"), as_json=as_json)


@accounts.command()
@click.argument("name")
def password(name: str) -> None:
    """Set a new password; whoever is signed in under the name is signed out."""
    import msgspec

    from odevents.console.passwords import hash_password

    found = _accounts()
    account = found.get(name)
    if account is None:
        raise ConfigError(f"there is no account {name}; `odevents accounts list` shows those there are")
    changed = msgspec.structs.replace(account, password=hash_password(_password()), changed_at=time.time())
    found.put(changed, "password-set", getpass.getuser())
    click.echo(f"changed the password of {name}", err=True)


@accounts.command()
@click.argument("name")
def remove(name: str) -> None:
    """Take an account away; whoever is signed in under the name is signed out."""
    if not _accounts().remove(name, getpass.getuser(), time.time()):
        raise ConfigError(f"there is no account {name}; `odevents accounts list` shows those there are")
    click.echo(f"removed {name}", err=True)


def _accounts() -> Accounts:
    from odevents.cli.context import attach
    from odevents.store.accounts import Accounts

    return Accounts(attach().redis)


def _password() -> str:
    if sys.stdin.isatty():
        typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return typed
    return sys.stdin.readline().rstrip("\n")
