"""What every page works with: the store, the configuration, and how a page is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from odevents import __version__
from odevents.config import ConfigFile
from odevents.console import words
from odevents.console.admission import Refused, Visitor
from odevents.console.attention import Attention, needs_attention
from odevents.console.door import Guard
from odevents.console.situation import Situation, look
from odevents.office import OfficeAccess, Offices
from odevents.reactions.registry import Registry
from odevents.store.again import Again, Wish
from odevents.store.bulk import Bulk
from odevents.store.store import Store

NAVIGATION = (
    ("overview", "/", "Overview"),
    ("deliveries", "/deliveries", "Deliveries"),
    ("reactions", "/reactions", "Reactions"),
    ("dead", "/dead", "Dead"),
    ("subscriptions", "/subscriptions", "Subscriptions"),
    ("offices", "/offices", "Offices"),
    ("health", "/health", "Health and audit"),
)

LONGEST_REASON = 300


@dataclass(frozen=True)
class Console:
    """The parts a page needs.

    :ivar file: where the configuration is.
    :ivar key_fingerprints: what an office's customer keys are shown as.
    :ivar simulated: everything shown is invented, and every page says so.
    :ivar metrics_token: what whoever asks for metrics from elsewhere must bring, ``""`` for nobody.
    :ivar behind_proxy: what comes from this machine may have been passed on; then metrics are for the token alone.
    :ivar stopping: whether the process is about to end; then streams end too.
    :ivar clock: seconds since the epoch.
    """

    store: Store
    offices: Offices
    registry: Registry
    config: ConfigFile
    file: Path
    again: Again
    bulk: Bulk
    guard: Guard
    key_fingerprints: Callable[[OfficeAccess], list[str]]
    simulated: bool
    metrics_token: str
    behind_proxy: bool
    stopping: Callable[[], bool]
    clock: Callable[[], float]

    @cached_property
    def templates(self) -> Environment:
        """The templates, every value escaped, every unknown name a mistake."""
        environment = Environment(
            loader=PackageLoader("odevents.console"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters |= words.FILTERS
        environment.globals |= {"version": __version__, "assets": _assets_version(), "navigation": NAVIGATION}
        return environment

    def situation(self) -> Situation:
        """How things are now."""
        return look(self.store, self.offices, self.config, self.clock())

    def draw(self, request: Request, name: str, title: str, **shown: Any) -> Response:
        """Draw one page inside the frame.

        :param name: of the template, and of the entry in the navigation.
        """
        situation = shown.pop("situation", None) or self.situation()
        attention = needs_attention(situation)
        page = self.templates.get_template(f"{name}.html").render(
            here=shown.pop("here", name),
            title=title,
            base=base_of(request),
            visitor=visitor_of(request),
            attention=attention,
            title_text=_title(attention, title),
            situation=situation,
            simulated=self.simulated,
            done=words.DONE.get(request.query_params.get("done", ""), ""),
            path=request.url.path.removeprefix(base_of(request)),
            now=situation.at,
            offices=self.offices,
            **shown,
        )
        return HTMLResponse(page, shown.get("status", 200))

    def wish(self, request: Request) -> Wish:
        """Who wants what a form asks for, and why.

        :raises Refused: 403 for somebody who may only look; 400 without a reason.
        """
        visitor = operator_of(request)
        reason = request.state.form.get("reason", "").strip()
        if not reason:
            raise Refused(400, "A reason is needed; it is kept with your name. Go back and give one.")
        return Wish(visitor.name, self.clock(), reason[:LONGEST_REASON])


def visitor_of(request: Request) -> Visitor:
    """Who looks."""
    visitor: Visitor = request.state.visitor
    return visitor


def operator_of(request: Request) -> Visitor:
    """Who acts.

    :raises Refused: 403 for somebody who may only look.
    """
    visitor = visitor_of(request)
    if not visitor.operates:
        raise Refused(403, f"{visitor.name} may look, not act: that needs the role operator.")
    return visitor


def base_of(request: Request) -> str:
    """Where the console is mounted, ``""`` for the root."""
    base: str = request.scope.get("root_path", "")
    return base


def back_to(request: Request, path: str, done: str = "") -> Response:
    """After a form: on to a page, which says what was done."""
    mark = "&" if "?" in path else "?"
    return RedirectResponse(f"{base_of(request)}{path}" + (f"{mark}done={done}" if done else ""), 303)


def _title(attention: list[Attention], title: str) -> str:
    return f"({len(attention)}) {title} · odevents" if attention else f"{title} · odevents"


def _assets_version() -> str:
    folder = files("odevents.console") / "static"
    return sha256(b"".join((folder / name).read_bytes() for name in ("console.css", "console.js"))).hexdigest()[:10]
