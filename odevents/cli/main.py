"""``odevents``: the command line. Nothing heavy is imported before a command runs, so that ``--help`` is quick."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

import click

from odevents import __version__
from odevents.cli.env_file import load_env_file
from odevents.errors import OdeventsError
from odevents.hygiene import no_core_dumps

COMMANDS = {
    "demo": ("odevents.cli.demo", "Everything in one, with an invented clinic, until Ctrl-C."),
    "init": ("odevents.cli.init", "Write odevents.toml and .env after a few questions."),
    "doctor": ("odevents.cli.doctor", "Find out what is wrong, why it matters, and what to do."),
    "up": ("odevents.cli.up", "Receiver, workers, scheduler and page on one machine."),
    "serve": ("odevents.cli.serve", "The receiver: the public webhook."),
    "worker": ("odevents.cli.worker", "Worker processes: understand deliveries, carry out writes."),
    "scheduler": ("odevents.cli.scheduler", "The periodic jobs."),
    "listen": ("odevents.cli.listen", "Follow the patient selected in Open Dental on this workstation."),
    "subscriptions": ("odevents.cli.subscriptions", "What each office sends: list, plan, apply, rewind, pause …"),
    "console": ("odevents.cli.console", "The operator's page."),
    "accounts": ("odevents.cli.accounts", "Who may use the operator's page."),
    "tail": ("odevents.cli.tail", "What happens, line by line, while it happens."),
    "deliveries": ("odevents.cli.deliveries", "What was received, and what became of it."),
    "reactions": ("odevents.cli.reactions", "What is done about changes, and why, or why not."),
    "dead": ("odevents.cli.dead", "What was given up on: look, try again, or let go."),
    "replay": ("odevents.cli.replay", "Process stored deliveries again."),
    "freshness": ("odevents.cli.freshness", "Whether each office's feeds are alive, and how we know."),
    "backfill": ("odevents.cli.backfill", "Read by REST what the events did not bring; make all rows known."),
    "bulk": ("odevents.cli.bulk", "Replays and requeues of many things at once: how far they are, and stop."),
    "pause": ("odevents.cli.pause", "Hold effects back, while receiving goes on."),
    "resume": ("odevents.cli.resume", "Let held effects go."),
    "recover": ("odevents.cli.recover", "Look again at what a lost store may have forgotten."),
    "trigger": ("odevents.cli.trigger", "Send an invented event to the receiver."),
    "offices": ("odevents.cli.offices", "The offices, and the receiver's index of them."),
    "reseal": ("odevents.cli.reseal", "Seal with the newest key what older ones sealed."),
    "check": ("odevents.cli.check", "Check odevents.toml and the environment, offline."),
    "simulate": ("odevents.cli.simulate", "The pretend Open Dental on its own."),
    "api": ("odevents.cli.api", "Any call of an office's REST API."),
    "report": ("odevents.cli.report", "Patients, procedures or a query, read for a report."),
    "aging": ("odevents.cli.aging", "An office's aging data, by the documented steps."),
}
"""Command -> the module that has it under its own name, and what the help says."""


class Commands(click.Group):
    """Commands that are imported when they are used."""

    def list_commands(self, _: click.Context) -> list[str]:
        """The commands, in the order people need them."""
        return list(COMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        """Import one command."""
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(COMMANDS[name][0]), name)
        return command

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])


WITHOUT_ENV_FILE = ("demo", "simulate")
"""Commands that are about something invented, and so have nothing to do with what is configured here."""


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="odevents")
@click.pass_context
def odevents(context: click.Context) -> None:
    """React to what happens in Open Dental, and know when it stopped telling you."""
    indexed = context.invoked_subcommand == "serve" and "ODEVENTS_RECEIVER_INDEX_FILE" in os.environ
    if context.invoked_subcommand not in WITHOUT_ENV_FILE and not indexed:  # .env has the keys it is to be without
        load_env_file(Path(".env"))


def main() -> None:
    """Run the command line; an error of ours is one clear message and exit code 1."""
    no_core_dumps()
    try:
        odevents()
    except OdeventsError as error:
        for line in str(error).splitlines():
            click.echo(f"error: {line}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
