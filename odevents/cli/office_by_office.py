"""The same for several offices side by side, each under its budget, with progress on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import click

from odevents.errors import CallError, ConfigError

if TYPE_CHECKING:
    from odevents.client.session import Session
    from odevents.office import OfficeAccess
    from odevents.runtime import Runtime
    from odevents.subscriptions.office_subscriptions import OfficeSubscriptions

T = TypeVar("T")

office_option = click.option("--office", "wanted", multiple=True, help="Only this office; can be given again.")

ALL_FAILED, DIFFERENCES, PARTIAL = 1, 3, 4


def chosen(runtime: Runtime, wanted: Sequence[str]) -> list[str]:
    """The offices that a command is about: those named, else all.

    :raises ConfigError: there is no such office.
    """
    if unknown := [name for name in wanted if name not in runtime.offices]:
        raise ConfigError(f"no office {unknown[0]}; there are: {', '.join(runtime.offices)}")
    return list(dict.fromkeys(wanted)) or list(runtime.offices)


def for_each_office(
    runtime: Runtime, names: Iterable[str], action: Callable[[OfficeSubscriptions], T]
) -> tuple[dict[str, T], dict[str, CallError]]:
    """What ``action`` gave for each office, and for those that could not be asked, why; in the order of ``names``."""
    from odevents.subscriptions.side_by_side import side_by_side

    names = list(names)
    _ = runtime.seals, runtime.settings.redis_url and runtime.store  # made once, before there are threads

    def act(name: str) -> T:
        with opened(runtime, runtime.offices[name]) as subscriptions:
            return action(subscriptions)

    done: dict[str, T] = {}
    failed: dict[str, CallError] = {}
    with _progress(len(names)) as advance:
        for name, found in side_by_side(names, act):
            if isinstance(found, CallError):
                failed[name] = found
            else:
                done[name] = found
            advance()
    return {name: done[name] for name in names if name in done}, {n: failed[n] for n in names if n in failed}


@contextmanager
def opened(runtime: Runtime, office: OfficeAccess) -> Iterator[OfficeSubscriptions]:
    """One office's subscriptions, for a person at a prompt."""
    from odevents.cli.office_client import open_session
    from odevents.subscriptions.office_subscriptions import OfficeSubscriptions, clients_of

    def connect(office: OfficeAccess, key: int) -> Session:
        return open_session(runtime, office, key)

    seen = runtime.store.subscriptions_seen if runtime.settings.redis_url else None
    with clients_of(office, connect) as clients:
        yield OfficeSubscriptions(office, runtime.config, clients, runtime.key_fingerprints(office), seen)


def tell_failed(failed: dict[str, CallError]) -> None:
    """Say of each office that could not be asked, why."""
    for name, error in failed.items():
        click.echo(f"{name}: {in_words(error)}", err=True)


def in_words(error: CallError) -> str:
    """Why an office could not be asked, and what to do."""
    from odevents.errors import KeyRefused, NotSent, OfficeOffline

    if isinstance(error, KeyRefused):
        return str(error) if not error.path else _KEY_REFUSED
    if isinstance(error, OfficeOffline | NotSent):
        return f"did not answer: {error}"
    return str(error)


_KEY_REFUSED = (
    "the customer key is refused (401): disabled, moved, or of another developer. Setup > Advanced Setup > API at the "
    "office shows whether it is enabled"
)


def exit_partly(done: int, failed: int) -> None:
    """End with exit code 4 where some of several offices failed, 1 where all of them did."""
    if failed:
        raise click.exceptions.Exit(PARTIAL if done else ALL_FAILED)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    if total < 2 or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("offices"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda: bar.advance(task)


def note_deed(runtime: Runtime, what: str, about: str, reason: str = "") -> None:
    """Keep who did this, where there is a store."""
    if runtime.settings.redis_url is None:
        return
    import getpass
    import time

    from odevents.store.audit import note

    note(runtime.store.redis, what, time.time(), who=getpass.getuser(), about=about, reason=reason)
