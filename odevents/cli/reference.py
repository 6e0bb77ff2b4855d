"""The reference page of the command line and the settings, made from the program itself: ``make docs``."""

from __future__ import annotations

from collections.abc import Iterator

import click

from odevents.cli.main import COMMANDS, odevents
from odevents.settings import Settings, variable_of


def page() -> str:
    """The page as Markdown."""
    return "\n".join([*_commands(), *_settings()]) + "\n"


def _commands() -> Iterator[str]:
    yield "# Command line and settings"
    yield ""
    yield "Made by `make docs` from the program itself; a test compares them."
    yield ""
    yield "Data goes to standard output, talk to standard error; tables on a terminal, tabs when piped, `--json`"
    yield "where it says so. Exit codes: 0 right, 1 failed, 2 wrong usage, 3 differences or findings, 4 partly done."
    context = click.Context(odevents, info_name="odevents")
    for name in COMMANDS:
        command = odevents.get_command(context, name)
        if command is not None:
            yield from _command(command, name, context)


def _command(command: click.Command, name: str, parent: click.Context) -> Iterator[str]:
    context = click.Context(command, info_name=name, parent=parent)
    yield ""
    yield f"## {context.command_path}"
    yield ""
    yield _plain(command.help)
    arguments = [parameter for parameter in command.get_params(context) if isinstance(parameter, click.Argument)]
    if arguments:
        yield ""
        yield f"`{context.command_path} {' '.join(argument.make_metavar(context) for argument in arguments)}`"
    options = [record for parameter in command.get_params(context) if (record := parameter.get_help_record(context))]
    shown = [(flags, words) for flags, words in options if not flags.endswith("--help")]
    if shown:
        yield ""
        yield "| option | meaning |"
        yield "| --- | --- |"
        yield from (f"| `{flags}` | {_plain(words)} |" for flags, words in shown)
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            if found is not None:
                yield from _command(found, inner, context)


def _settings() -> Iterator[str]:
    yield ""
    yield "## Settings"
    yield ""
    yield "Environment variables of every process; a secret also as `<NAME>_FILE`, the path of a file that holds it."
    yield ""
    yield "| variable | default | meaning |"
    yield "| --- | --- | --- |"
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (None, ()) else f"`{field.default}`"
        yield f"| `{variable_of(name)}` | {default} | {_plain(field.description)} |"


def _plain(text: str | None) -> str:
    """One line, fit for a table."""
    return " ".join((text or "").split()).replace("|", "\\|")


if __name__ == "__main__":
    click.echo(page(), nl=False)
