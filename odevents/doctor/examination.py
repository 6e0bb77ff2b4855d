"""The whole examination, in the order in which its findings are shown."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, cast

from odevents.client.budget import LocalBudget, Priority
from odevents.client.opendental import OpenDental
from odevents.client.resources.appointments import Appointments
from odevents.client.resources.commlogs import Commlogs
from odevents.client.resources.subscriptions import Subscriptions
from odevents.client.session import Session
from odevents.config import ConfigFile, ReactionTable
from odevents.doctor import endpoint, installation, machine, store
from odevents.doctor.findings import CODES, Finding, Mark, fine, unknown
from odevents.doctor.office import examine_office
from odevents.errors import ConfigError, StoreUnavailable
from odevents.public_url import DELIVERIES
from odevents.queues import alive
from odevents.store import keys
from odevents.store.atomic import in_store
from odevents.store.connection import connect_rq, doubts
from odevents.store.feeds import Feeds
from odevents.store.filters import DeliveryFilter
from odevents.subscriptions.lints import lints
from odevents.subscriptions.watching import judge_now

if TYPE_CHECKING:
    from odevents.office import OfficeAccess
    from odevents.runtime import Runtime

_AT_ONCE = 16
_LETTERS = 100
_IN_STORE = ("OD106", "OD120", "OD121", "OD140", "OD141", "OD204", "OD211", "OD403", "OD501", "OD502")


def examine(runtime: Runtime, offices: Iterable[str], env_file: Path) -> list[Finding]:
    """Look at everything.

    :param offices: the names of those to ask.
    :param env_file: where this project keeps its environment in development.
    """
    named = list(offices)
    found = [*_machine(runtime, env_file), *_store(runtime, named)]
    found += endpoint.examine_endpoint((runtime.config.public_url or "").partition(DELIVERIES)[0], time.time())
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for findings in pool.map(lambda name: list(_office(runtime, runtime.offices[name])), named):
            found += findings
    order = list(CODES)
    return sorted(found, key=lambda finding: (order.index(finding.code), finding.office))


def needed(config: ConfigFile, office: str) -> Iterator[tuple[str, str]]:
    """(version, for what) of what is used at an office, as the pages of the methods say."""
    if any(_meant(table.offices, office) for table in config.subscriptions):
        yield Subscriptions.create.added, "subscriptions"
    for reaction in config.reactions:
        if _meant(reaction.offices, office):
            yield from _needed_by(reaction)


def _needed_by(reaction: ReactionTable) -> Iterator[tuple[str, str]]:
    added = {
        "confirm": Appointments.confirm.added,
        "note": Appointments.note.added,
        "commlog": Commlogs.create.added,
    }
    for action, version in added.items():
        if getattr(reaction, action) is not None:
            yield version, f'{action} (reaction "{reaction.name}")'


def _meant(offices: Iterable[str], office: str) -> bool:
    return "*" in offices or office in offices


def _machine(runtime: Runtime, env_file: Path) -> Iterator[Finding]:
    tables = runtime.config.offices.values()
    secrets = [secret for table in tables for secret in (*table.customer_keys, table.developer_key)]
    files = [secret.file for secret in secrets if secret.file]
    files += [
        Path(path) for name, path in os.environ.items() if name.startswith("ODEVENTS_") and name.endswith("_FILE")
    ]
    yield from machine.examine_secrets([env_file, *files])
    yield machine.judge_ring(len(runtime.settings.ring()))


def _store(runtime: Runtime, offices: list[str]) -> Iterator[Finding]:
    try:
        url = runtime.redis_url
        yield from _server(runtime, url)
        yield from _kept(runtime, offices)
    except (StoreUnavailable, ConfigError) as error:
        do = "start it, and let REDIS_URL name it (odevents up brings its own)"
        yield Finding("OD123", Mark.ERROR, str(error), do=do)
        for code in _IN_STORE:
            yield unknown(code, "Redis does not answer")


def _server(runtime: Runtime, url: str) -> Iterator[Finding]:
    redis = runtime.store.redis
    yield from store.judge_durability(doubts(redis))
    yield fine("OD123")
    yield store.judge_way(url)
    yield store.judge_room(cast("dict[str, object]", in_store(lambda: redis.info("memory"))))
    folder = runtime.settings.data
    yield store.judge_disk(str(folder), shutil.disk_usage(folder).free if folder.is_dir() else None)
    leads = bool(in_store(lambda: redis.exists(keys.SCHEDULER)))
    workers = alive(connect_rq(url))
    if not runtime.config.handlers:
        del workers["handlers"]  # `odevents worker` starts none
    yield from installation.judge_processes(workers, leads)


def _kept(runtime: Runtime, offices: list[str]) -> Iterator[Finding]:
    kept = runtime.store
    letters = kept.dead_letters.recent(_LETTERS)
    yield installation.judge_dead([letter.code for letter in letters], len(letters) == _LETTERS)
    yield installation.judge_pauses(list(kept.pauses.all()))
    lines = kept.refusals.lines(DeliveryFilter())
    now = time.time()
    yield installation.judge_refusals(lines, now)
    seen = kept.subscriptions_seen.all(offices)
    feeds = Feeds(kept.redis).read(offices)
    for office in offices:
        yield installation.judge_keys(seen.get(office), office)
        yield from installation.judge_subscriptions(seen.get(office), office)
        judged = {
            table: judge_now(runtime.config, runtime.offices[office], one.evidence, now)
            for (name, table), one in feeds.items()
            if name == office
        }
        yield from installation.judge_feeds(judged, office)


def _session(runtime: Runtime, office: OfficeAccess) -> Session:
    """A session within the office's budget; within one of its own where Redis does not say what others use."""
    try:
        return runtime.session(office, Priority.interactive)
    except (StoreUnavailable, ConfigError):
        return Session(
            developer_key=office.developer_key,
            customer_key=office.customer_keys[0],
            base_urls=office.base_urls,
            budget=LocalBudget(office.budget),
            read_attempts=1,
        )


def _office(runtime: Runtime, office: OfficeAccess) -> Iterator[Finding]:
    with _session(runtime, office) as session:
        local = office.local_time(time.time())
        yield from examine_office(OpenDental(session), office.name, local, needed(runtime.config, office.name))
    yield installation.judge_mode(office.mode, office.name)
    if runtime.config.public_url:
        yield installation.judge_lints(lints(runtime.config, office.name), office.name)
    else:
        yield unknown("OD212", "odevents.toml has no public_url", office.name)
