"""Declaring subscriptions in the odevents.toml of a running installation."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.installation import Installation


def subscription(name: str, watch: str, *, machine: str = "SRV01", seconds: int = 1) -> str:
    """One ``[[subscriptions]]`` of a table."""
    return (
        f'\n[[subscriptions]]\nname = "{name}"\nwatch = "{watch}"\n'
        f'workstation = "{machine}"\npoll_seconds = {seconds}\n'
    )


def declare(running: Installation, *subscriptions: str, keys: Sequence[str] = ()) -> None:
    """Write the file anew with these subscriptions.

    :param keys: environment variables with the customer keys of every office, instead of its own one.
    """
    file = running.folder / "odevents.toml"
    first = file.with_suffix(".first")
    if not first.exists():
        first.write_text(file.read_text())
    lines = first.read_text().splitlines(keepends=True)
    if keys:
        said = ", ".join(f'{{ env = "{key}" }}' for key in keys)
        lines = [f"customer_key = [{said}]\n" if line.startswith("customer_key") else line for line in lines]
    temporary = file.with_suffix(".new")
    temporary.write_text(f'public_url = "http://127.0.0.1:{running.port}"\n' + "".join(lines) + "".join(subscriptions))
    temporary.replace(file)
