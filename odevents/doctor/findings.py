"""What can be found, by code. ``python -m odevents.doctor.findings`` prints the reference page."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """How a check came out."""

    FINE = "✓"
    WARNING = "!"
    ERROR = "✗"
    UNKNOWN = "?"
    """It could not be checked from here, or not now; what stood in the way has a finding of its own."""


@dataclass(frozen=True, slots=True)
class Finding:
    """How one check came out.

    :ivar code: one of :data:`CODES`.
    :ivar office: the office it is about, ``""`` for the installation.
    :ivar what: what was found, without any value of a row and without keys.
    :ivar do: the next step, exactly; ``""`` when there is nothing to do.
    :ivar look: the command that shows whether it helped, where that is another than this one.
    """

    code: str
    mark: Mark
    what: str
    office: str = ""
    do: str = ""
    look: str = ""

    @property
    def wrong(self) -> bool:
        """Whether somebody should do something."""
        return self.mark in (Mark.WARNING, Mark.ERROR)

    @property
    def why(self) -> str:
        """Why it matters."""
        return CODES[self.code].why

    @property
    def then(self) -> str:
        """The command that shows whether it helped."""
        return self.look or ("odevents doctor" + (f" --office {self.office}" if self.office else ""))

    @property
    def page(self) -> str:
        """Where to read more."""
        return f"docs/reference/findings.md#{self.code.lower()}"


@dataclass(frozen=True, slots=True)
class Code:
    """One thing that is looked at.

    :ivar fine: what is said when nothing is wrong.
    :ivar why: why it matters.
    """

    fine: str
    why: str


CODES = {
    "OD101": Code("key accepted", "Without an accepted key nothing can be read, confirmed or written at the office."),
    "OD102": Code("may read subscriptions", "Subscriptions are what makes events flow; they are managed by the API."),
    "OD106": Code(
        "every key works", "Events carry one of two keys while one replaces the other; calls are made with the first."
    ),
    "OD120": Code("Redis keeps what it acknowledges", "A delivery that was answered 200 must survive a power cut."),
    "OD121": Code("Redis has room", "A full server refuses deliveries; Open Dental keeps them for three days at most."),
    "OD122": Code("the disk has room", "The append-only file grows between rewrites; a full disk stops receiving."),
    "OD123": Code("Redis answers", "Everything that was received and every write is kept there."),
    "OD124": Code("the way to Redis is private", "The password crosses the network in clear without TLS."),
    "OD130": Code(
        "secrets are readable by their owner only", "Whoever reads a key can forge events and open patient records."
    ),
    "OD131": Code("one sealing key is in use", "An old key that is still there still opens what it sealed."),
    "OD140": Code("workers run", "Without workers deliveries are kept, but nobody reacts to them."),
    "OD141": Code("a scheduler runs", "It wakes lanes that a crash left behind, and watches the feeds."),
    "OD201": Code("every declared subscription is there", "What is not subscribed never comes."),
    "OD202": Code("no subscription has ended", "Past its DateTimeStop a subscription fires nothing."),
    "OD203": Code("no subscription is paused", "While paused, changes are not sent; three days of them come later."),
    "OD204": Code("events arrive as they should", "Silence is the main failure, and nobody notices it by themselves."),
    "OD205": Code("the office's sends succeed", "Open Dental sends nothing further until a send succeeds."),
    "OD206": Code("what changed also came", "Somebody else may answer what should come here."),
    "OD207": Code("somebody looks after the feeds", "Without a look now and then, silence cannot be told from calm."),
    "OD210": Code(
        "clocks agree", "Change stamps are the office's clock; more than five minutes off, writes cannot be recognised."
    ),
    "OD211": Code("subscriptions are as declared", "What differs may send too little, too much, or to somebody else."),
    "OD212": Code(
        "what is declared can work", "Open Dental also takes subscriptions that cannot do what they are for."
    ),
    "OD301": Code(
        "the office answers", "Calls reach the office through its eConnector or API Service, which must be running."
    ),
    "OD302": Code(
        "Open Dental is new enough", "Methods exist from a version on; older offices answer 400 to what they lack."
    ),
    "OD303": Code("no update is in progress", "Nothing should be written while the office updates Open Dental."),
    "OD401": Code(
        "the public address answers",
        "Open Dental sends to it from the office; what it cannot reach it tries again later, and everything waits.",
    ),
    "OD402": Code("the certificate is valid", "An office refuses to send to a certificate that has expired."),
    "OD403": Code("no delivery was refused lately", "What is refused is sent again and again, and holds the rest up."),
    "OD501": Code("no dead letters", "Something was given up on; a person has to look."),
    "OD502": Code("effects are not paused", "While paused, nothing is written to an office."),
    "OD503": Code("the office is live", "In dry-run mode nothing is written; what would have been is shown."),
}
"""Everything that is looked at, in the order it is shown."""


def fine(code: str, office: str = "", detail: str = "") -> Finding:
    """Nothing is wrong."""
    return Finding(code, Mark.FINE, f"{CODES[code].fine}{f' ({detail})' if detail else ''}", office)


def unknown(code: str, what: str, office: str = "") -> Finding:
    """It could not be checked."""
    return Finding(code, Mark.UNKNOWN, f"not checked: {what}", office)


def page() -> str:
    """The reference page."""
    lines = [
        "# What the doctor can find",
        "",
        "`odevents doctor` looks at each of these and says what is wrong, why it matters, and the next step. It ends",
        "with exit code 3 when something should be done. Written by `make docs` from `odevents/doctor/findings.py`.",
    ]
    for code, what in CODES.items():
        lines += ["", f"## {code}", "", f"Fine: *{what.fine}*. {what.why}"]
    return "\n".join(lines)


if __name__ == "__main__":
    print(page())  # noqa: T201  what the module is run for
