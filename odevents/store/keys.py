"""The name of every key odevents keeps in Redis.

``odevents:1:`` carries the version of this layout. Names hold office names, table names and opaque ids, never a
patient's number: what identifies a row or a patient enters as a keyed fingerprint.

::

    odevents:1:lanes:{inbox|writes}         sorted set   office -> when its lane next wants a worker (ms)
    odevents:1:index:{name}                 sorted set   buckets of an index; see index.py
    odevents:1:index:{name}:{bucket}        string       packed records of ten minutes
    odevents:1:offices                      set          offices that deliveries came from
    odevents:1:strip:{day}:{name}           string       packed counters, one a minute or ten; see strips.py
    odevents:1:acks                         string       packed counters: how long answers took
    odevents:1:refusals:{known|unknown}     sorted set   "office|code|workstation" -> last refused (ms)
    odevents:1:refusals:{…}:times           hash         the same -> how often, since when
    odevents:1:dead                         sorted set   dead letter -> when (ms)
    odevents:1:dead:{id}                    hash
    odevents:1:shapes                       hash         shape -> column names of a table
    odevents:1:stats                        hash         counters
    odevents:1:tail                         stream       what just happened: ids, tables, counts
    odevents:1:scheduler                    string       who runs the periodic jobs
    odevents:1:jobs                         hash         periodic job -> its last run
    odevents:1:ready                        string       written to see that writing works
    odevents:1:epoch                        string       since when the ledger forgets nothing
    odevents:1:bulk                         sorted set   bulk jobs -> when they were asked for (ms)
    odevents:1:bulk:{job}                   hash         what, which, who, why, how far
    odevents:1:bulk:lease:{job}             string       who is changing what is known of a job
    odevents:1:bulk:{job}:{office}          sorted set   what is still to be done -> its order
    odevents:1:pauses                       hash         scope -> who holds effects back, and why
    odevents:1:audit                        stream       what people did: who, what, why
    odevents:1:processes                    hash         process -> since when it runs, and when it last said so
    odevents:1:accounts                     hash         name -> who may use the console, and what for
    odevents:1:session:{hash}               string       somebody signed in to the console, for a while
    odevents:1:failures:{hash}              string       failed sign-ins from one address, for a while
    odevents:1:revealed:{who}:{delivery}    string       until when its values are shown to one person
    odevents:1:<office>:inbox               list         delivery ids, oldest first
    odevents:1:<office>:delivery:{id}       hash
    odevents:1:<office>:refused             sorted set   fingerprint of a refused body -> when it last came (ms)
    odevents:1:<office>:refused:{fp}        hash         a body answered 400, kept for the operator
    odevents:1:<office>:feeds               hash         table -> since when its rows come in
    odevents:1:<office>:arrivals            hash         table -> when a delivery of it last came (seconds)
    odevents:1:<office>:freshness           hash         table -> what is known of the feed, and how it was judged
    odevents:1:<office>:gaps                hash         table -> since when rows of it may be missing
    odevents:1:<office>:backfill            string       how far the last backfill has come
    odevents:1:<office>:backfill:lease      string
    odevents:1:<office>:snapshot:{table}    hash         fingerprint of the key -> sealed row
    odevents:1:<office>:lost                string       "since/until" of what the store has forgotten
    odevents:1:<office>:expecting           string       present while any write of ours may still echo
    odevents:1:<office>:expected:{fp}       hash         write -> sealed traces that its echo will show
    odevents:1:<office>:writes              sorted set   subject -> when its head is due (ms)
    odevents:1:<office>:writes:{subject}    list         write ids, oldest first
    odevents:1:<office>:write:{id}          hash         one ledger entry
    odevents:1:<office>:facts               string       sealed set-up of the office: statuses, preferences
    odevents:1:<office>:fired:{fp}          string       how often a reaction fired for a row lately
    odevents:1:<office>:budget              string       when the next call may start (µs); see budget.py
    odevents:1:<office>:budget:{minute}     string       how many calls that minute saw; see budget.py
    odevents:1:<office>:{lane}:lease|hint   string
    odevents:1:<office>:again               string       the lease of a person's command
    odevents:1:<office>:subscriptions       string       what the last look at its subscriptions saw
    odevents:1:<office>:key:{fp}            string       when this customer key last came with a delivery
"""

from __future__ import annotations

from typing import Literal

ROOT = "odevents:1"

Lane = Literal["inbox", "writes"]

HINT_MS = 10_000
"""A hint that RQ lost is given again after this."""

OFFICES = f"{ROOT}:offices"
ACKS = f"{ROOT}:acks"
DEAD = f"{ROOT}:dead"
SHAPES = f"{ROOT}:shapes"
STATS = f"{ROOT}:stats"
TAIL = f"{ROOT}:tail"
SCHEDULER = f"{ROOT}:scheduler"
JOBS = f"{ROOT}:jobs"
READY = f"{ROOT}:ready"
EPOCH = f"{ROOT}:epoch"
BULK = f"{ROOT}:bulk"
PAUSES = f"{ROOT}:pauses"
AUDIT = f"{ROOT}:audit"
PROCESSES = f"{ROOT}:processes"
ACCOUNTS = f"{ROOT}:accounts"


def session(hashed: str) -> str:
    return f"{ROOT}:session:{hashed}"


def failures(hashed: str) -> str:
    return f"{ROOT}:failures:{hashed}"


def revealed(who: str, delivery_id: str) -> str:
    return f"{ROOT}:revealed:{who}:{delivery_id}"


def bulk(job: str) -> str:
    return f"{BULK}:{job}"


def bulk_lease(job: str) -> str:
    return f"{BULK}:lease:{job}"


def bulk_items(job: str, office: str) -> str:
    return f"{BULK}:{job}:{office}"


def lanes(lane: Lane) -> str:
    return f"{ROOT}:lanes:{lane}"


def lease(office: str, lane: Lane) -> str:
    return f"{ROOT}:{office}:{lane}:lease"


def hint(office: str, lane: Lane) -> str:
    return f"{ROOT}:{office}:{lane}:hint"


def dead(letter: str) -> str:
    return f"{DEAD}:{letter}"


def inbox(office: str) -> str:
    return f"{ROOT}:{office}:inbox"


def delivery(office: str, delivery_id: str) -> str:
    return f"{ROOT}:{office}:delivery:{delivery_id}"


def refused(office: str, fingerprint: str) -> str:
    return f"{ROOT}:{office}:refused:{fingerprint}"


def refused_bodies(office: str) -> str:
    return f"{ROOT}:{office}:refused"


def refusals(whose: Literal["known", "unknown"]) -> str:
    return f"{ROOT}:refusals:{whose}"


def refusal_times(lines: str) -> str:
    return f"{lines}:times"


def buckets(index: str) -> str:
    return f"{ROOT}:index:{index}"


def bucket(index: str, number: int) -> str:
    return f"{ROOT}:index:{index}:{number}"


def strip(day: int, name: str) -> str:
    return f"{ROOT}:strip:{day}:{name}"


def feeds(office: str) -> str:
    return f"{ROOT}:{office}:feeds"


def gaps(office: str) -> str:
    return f"{ROOT}:{office}:gaps"


def backfill(office: str) -> str:
    return f"{ROOT}:{office}:backfill"


def backfill_lease(office: str) -> str:
    return f"{ROOT}:{office}:backfill:lease"


def lost(office: str) -> str:
    return f"{ROOT}:{office}:lost"


def arrivals(office: str) -> str:
    return f"{ROOT}:{office}:arrivals"


def freshness(office: str) -> str:
    return f"{ROOT}:{office}:freshness"


def snapshots(office: str, table: str) -> str:
    return f"{ROOT}:{office}:snapshot:{table}"


def expecting(office: str) -> str:
    return f"{ROOT}:{office}:expecting"


def expected(office: str, fingerprint: str) -> str:
    return f"{ROOT}:{office}:expected:{fingerprint}"


def writes(office: str) -> str:
    return f"{ROOT}:{office}:writes"


def subject(office: str, token: str) -> str:
    return f"{ROOT}:{office}:writes:{token}"


def write(office: str, write_id: str) -> str:
    return f"{ROOT}:{office}:write:{write_id}"


def again(office: str) -> str:
    return f"{ROOT}:{office}:again"


def fired(office: str, fingerprint: str) -> str:
    return f"{ROOT}:{office}:fired:{fingerprint}"


def budget(office: str) -> str:
    return f"{ROOT}:{office}:budget"


def budget_minute(office: str, minute: int) -> str:
    return f"{budget(office)}:{minute}"


def facts(office: str) -> str:
    return f"{ROOT}:{office}:facts"


def subscriptions_seen(office: str) -> str:
    return f"{ROOT}:{office}:subscriptions"


def key_used(office: str, fingerprint: str) -> str:
    return f"{ROOT}:{office}:key:{fingerprint}"
