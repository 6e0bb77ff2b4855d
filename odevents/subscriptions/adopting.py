"""Taking over a subscription that somebody else made, and removing ours by name."""

from __future__ import annotations

from collections.abc import Collection

from odevents.errors import ConfigError
from odevents.subscriptions.apply import remove
from odevents.subscriptions.declared import declared_for
from odevents.subscriptions.matching import is_here, is_ours
from odevents.subscriptions.office_subscriptions import OfficeSubscriptions
from odevents.subscriptions.plan import adoption
from odevents.subscriptions.steps import Remove, Update


def adoption_of(office: OfficeSubscriptions, number: int, name: str) -> Update:
    """What makes the office's subscription ``number`` the declared ``name``, in place and with its cursor.

    :raises ConfigError: there is no such number or name, they bring different things, or another one has the name.
    :raises odevents.errors.CallError: the office did not answer.
    """
    actual = office.read()
    where = office.office.name
    declared = {wanted.name: wanted for wanted in declared_for(office.file, where)}
    held = next((found for found in actual.subscriptions if (found.key, found.number) == (0, number)), None)
    if held is None:
        raise ConfigError(f"{where} has no subscription {number}; odevents subscriptions list --office {where}")
    if name not in declared:
        raise ConfigError(f"{name} is not declared for {where}; declared are: {', '.join(declared) or 'none'}")
    wanted = declared[name]
    if held.source != wanted.source:
        raise ConfigError(f"#{number} brings {held.source}, and {name} is declared to bring {wanted.source}")
    kept = office.plan(actual).kept.get(name)
    if kept is not None and kept.number != number:
        raise ConfigError(f"{where} has {name} already, #{kept.number}; remove that one first, or adopt nothing")
    return adoption(wanted, held, actual.version)


def remove_all(office: OfficeSubscriptions, names: Collection[str]) -> list[tuple[Remove, bool]]:
    """Remove what is ours and has these names; with each, whether it was deleted (else it was stopped for good).

    :raises odevents.errors.CallError: the office refused, or did not answer; those before are done.
    """
    actual = office.read(only_subscriptions=True)
    done = []
    for held in actual.subscriptions:
        ours = is_ours(held, office.office.name) and is_here(held, office.file.public_url)
        if ours and held.mark.name in names:
            step = Remove(held.number, held.key, held.mark.name, held.row.Note)
            done.append((step, remove(office.clients[held.key].subscriptions, step)))
    office.plan(office.read(only_subscriptions=True), forget=names)
    return done
