"""Many things at once: frozen and counted, started by a person, worked off by the scheduler, stopped by a person."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from odevents.console.admission import Refused
from odevents.console.console import back_to
from odevents.store.filters import DeadFilter, DeliveryFilter

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from odevents.console.console import Console
    from odevents.store.bulk_job import What

WHATS: dict[str, What] = {"replay": "replay", "requeue": "requeue", "drop": "drop"}


def listed(console: Console, request: Request) -> Response:
    """Draw the list of jobs."""
    return console.draw(request, "jobs", "Bulk jobs", here="", jobs=console.bulk.recent())


def show(console: Console, request: Request) -> Response:
    """Draw one job."""
    job = console.bulk.get(request.path_params["job"])
    return console.draw(
        request, "job", f"Bulk {job.what}", here="dead" if job.source == "dead" else "deliveries", job=job
    )


def choose(console: Console, request: Request) -> Response:
    """Freeze and count what a filter chooses; nothing else happens yet."""
    form, wish = request.state.form, console.wish(request)
    what = WHATS.get(form.get("action", ""))
    if what is None:
        raise Refused(400, "A job replays, requeues or drops.")
    of = DeadFilter if form.get("source") == "dead" else DeliveryFilter
    wanted = of.parse(dict(parse_qsl(form.get("filter", ""))), console.clock())
    return back_to(request, f"/bulk/{console.bulk.choose(what, wanted, wish).id}")


def start(console: Console, request: Request) -> Response:
    """Let it run."""
    job = console.bulk.start(request.path_params["job"], console.wish(request))
    return back_to(request, f"/bulk/{job.id}", "started")


def abort(console: Console, request: Request) -> Response:
    """Stop it."""
    job = console.bulk.abort(request.path_params["job"], console.wish(request))
    return back_to(request, f"/bulk/{job.id}", "aborted")
