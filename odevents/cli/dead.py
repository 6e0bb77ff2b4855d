"""``odevents dead``: deliveries, rows and writes given up on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from odevents.cli.output import json_option, local, print_records
from odevents.cli.wish import go_on, oldest, reason_option, since_option, wish, yes_option
from odevents.errors import ConfigError, LeaseLost, OdeventsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from odevents.runtime import Runtime
    from odevents.store.again import Again, Wish
    from odevents.store.dead_letters import DeadLetter

_LISTED = ("letter", "when", "office", "of", "table", "code", "reason", "delivery")
_MOST = 100_000


def filters(command: Callable[..., None]) -> Callable[..., None]:
    """The options that choose dead letters."""
    for option in (
        since_option,
        click.option("--code", help="Only with this reason code."),
        click.option("--of", type=click.Choice(("delivery", "row", "write")), help="Only this kind."),
        click.option("--office", help="Only of this office."),
    ):
        command = option(command)
    return command


@click.group()
def dead() -> None:
    """What was given up on: look, try again, or let go."""


@dead.command("list")
@filters
@json_option
def list_(office: str | None, of: str | None, code: str | None, since: str | None, as_json: bool) -> None:
    """List dead letters, newest first."""
    from odevents.cli.context import attach

    chosen = _chosen(attach(), (), office, of, code, since)
    print_records([_said(letter) for letter in chosen], _LISTED, as_json=as_json)


@dead.command()
@click.argument("letter")
@json_option
def show(letter: str, as_json: bool) -> None:
    """Show one dead letter, its values masked: names of columns and lengths only."""
    from odevents.cli.context import attach

    runtime = attach()
    [found] = _chosen(runtime, (letter,), None, None, None, None)
    said = {**_said(found), "write": found.write, "row": found.row, "content": _masked(runtime, found)}
    if as_json:
        print_records([said], (), as_json=True)
        return
    for name, value in said.items():
        click.echo(f"{name:<9} {value}")


@dead.command()
@click.argument("letters", nargs=-1)
@filters
@reason_option
@yes_option
def requeue(
    letters: tuple[str, ...], office: str | None, of: str | None, code: str | None, since: str | None,
    reason: str, yes: bool,
) -> None:  # fmt: skip
    """Try dead letters again: those named, or all that the options choose. Workers do it, within the budget."""
    _each(letters, (office, of, code, since), reason, yes, lambda again, letter, wanted: again.requeue(letter, wanted))


@dead.command()
@click.argument("letters", nargs=-1)
@filters
@reason_option
@yes_option
def drop(
    letters: tuple[str, ...], office: str | None, of: str | None, code: str | None, since: str | None,
    reason: str, yes: bool,
) -> None:  # fmt: skip
    """Let dead letters go for good: those named, or all that the options choose."""
    _each(letters, (office, of, code, since), reason, yes, lambda again, letter, wanted: again.drop(letter, wanted))


def _each(
    letters: tuple[str, ...],
    filters: tuple[str | None, str | None, str | None, str | None],
    reason: str,
    yes: bool,
    do: Callable[[Again, DeadLetter, Wish], Any],
) -> None:
    from odevents.cli.context import attach

    runtime = attach()
    again, wanted = runtime.again, wish(reason)
    chosen = _chosen(runtime, letters, *filters)
    if not go_on(len(chosen), "dead letters", yes=yes or bool(letters)):
        return
    failed = 0
    for letter in chosen:
        try:
            if again.still_there(letter):
                do(again, letter, wanted)
        except (ConfigError, LeaseLost) as error:
            failed += 1
            click.echo(f"{letter.id}: {error}", err=True)
    click.echo(f"{len(chosen) - failed} done, {failed} not")
    if failed:
        raise click.exceptions.Exit(4)


def _chosen(
    runtime: Runtime, ids: tuple[str, ...], office: str | None, of: str | None, code: str | None, since: str | None
) -> list[DeadLetter]:
    everything = runtime.store.dead_letters.recent(_MOST)
    if missing := set(ids) - {letter.id for letter in everything}:
        raise ConfigError(f"no dead letter {', '.join(sorted(missing))}; `odevents dead list` shows those there are")
    since_then = oldest(since)
    return [
        letter
        for letter in everything
        if not ids or letter.id in ids
        if office in (None, letter.office) and of in (None, letter.of) and code in (None, letter.code)
        if letter.at >= since_then
    ]


def _said(letter: DeadLetter) -> dict[str, Any]:
    return {
        "letter": letter.id,
        "when": local(letter.at),
        "office": letter.office,
        "of": letter.of,
        "table": letter.table,
        "code": letter.code,
        "reason": letter.message,
        "delivery": letter.delivery,
    }


def _masked(runtime: Runtime, letter: DeadLetter) -> str:
    import msgspec

    try:
        content = runtime.store.dead_letters.content(letter)
        value = msgspec.json.decode(content)
    except (OdeventsError, msgspec.DecodeError) as error:
        return f"cannot be shown ({type(error).__name__})"
    if not isinstance(value, dict):
        return f"{len(content)} bytes"
    return ", ".join(f"{name} ({len(str(part))} characters)" for name, part in value.items())
