"""``odevents dead``: deliveries, rows and writes given up on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from odevents.cli.filtering import dead_filter, dead_options
from odevents.cli.output import each, json_option, local, print_records
from odevents.cli.wish import reason_option, wish, yes_option
from odevents.errors import ConfigError, LeaseLost, OdeventsError

if TYPE_CHECKING:
    from odevents.runtime import Runtime
    from odevents.store.bulk_job import What
    from odevents.store.dead_letters import DeadLetter

_LISTED = ("letter", "when", "office", "of", "table", "code", "reason", "delivery")


@click.group()
def dead() -> None:
    """What was given up on: look, try again, or let go."""


@dead.command("list")
@dead_options
@click.option(
    "--limit", default=1000, show_default=True, type=click.IntRange(1, 100_000), help="How many, newest first."
)
@json_option
def list_(limit: int, as_json: bool, **said: Any) -> None:
    """List dead letters, newest first."""
    from odevents.cli.context import attach

    letters, wanted = attach().store.dead_letters, dead_filter(said)
    chosen = each(lambda cursor: letters.page(wanted, cursor=cursor), limit)
    print_records([_said(letter) for letter in chosen], _LISTED, as_json=as_json)


@dead.command()
@click.argument("letter")
@json_option
def show(letter: str, as_json: bool) -> None:
    """Show one dead letter, its values masked: names of columns and lengths only."""
    from odevents.cli.context import attach

    runtime = attach()
    [found] = _named(runtime, (letter,))
    said = {**_said(found), "write": found.write, "row": found.row, "content": _masked(runtime, found)}
    if as_json:
        print_records([said], (), as_json=True)
        return
    for name, value in said.items():
        click.echo(f"{name:<9} {value}")


@dead.command()
@click.argument("letters", nargs=-1)
@dead_options
@reason_option
@yes_option
def requeue(letters: tuple[str, ...], reason: str, yes: bool, **said: Any) -> None:
    """Try dead letters again: those named, or all that the options choose. Workers do it, within the budget."""
    _each(letters, said, reason, yes, "requeue")


@dead.command()
@click.argument("letters", nargs=-1)
@dead_options
@reason_option
@yes_option
def drop(letters: tuple[str, ...], reason: str, yes: bool, **said: Any) -> None:
    """Let dead letters go for good: those named, or all that the options choose."""
    _each(letters, said, reason, yes, "drop")


def _each(letters: tuple[str, ...], said: dict[str, Any], reason: str, yes: bool, what: What) -> None:
    from odevents.cli.bulk import do_all
    from odevents.cli.context import attach

    runtime = attach()
    if not letters:
        do_all(runtime, what, dead_filter(said), reason, "dead letters", yes=yes)
        return
    wanted, failed = wish(reason), 0
    for letter in _named(runtime, letters):
        try:
            if what == "drop":
                runtime.again.drop(letter, wanted)
            else:
                runtime.again.requeue(letter, wanted)
        except (ConfigError, LeaseLost) as error:
            failed += 1
            click.echo(f"{letter.id}: {error}", err=True)
    click.echo(f"{len(letters) - failed} done, {failed} not")
    if failed:
        raise click.exceptions.Exit(4)


def _named(runtime: Runtime, ids: tuple[str, ...]) -> list[DeadLetter]:
    found = [runtime.store.dead_letters.get(letter) for letter in ids]
    if missing := [name for name, letter in zip(ids, found, strict=True) if letter is None]:
        raise ConfigError(f"no dead letter {', '.join(missing)}; `odevents dead list` shows those there are")
    return [letter for letter in found if letter]


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
