"""The offices' machines: rows that change, sent again until the answer is 200, and more often than that."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

import httpx

from odevents.client.opendental import OpenDental
from odevents.client.session import Session
from odevents.simulator import DEVELOPER_KEY, Office
from tests.faults.history import History

Row = dict[str, Any]


class Machines:
    """The machines of all offices, in one thread each few offices.

    :param pause: seconds between two deliveries of a thread.
    """

    def __init__(self, offices: list[Office], port: int, history: History, seed: int, pause: float) -> None:
        self._history = history
        self._url = f"http://127.0.0.1:{port}/apievents/appointmentevent"
        self._pause = pause
        self._numbers = count(1)
        self._stopping = threading.Event()
        self._threads = []
        for index in range(2):
            random = Random(seed + index)
            rows = {office.name: Rows(office, random, self._numbers) for office in offices[index::2]}
            self._threads.append(
                threading.Thread(
                    target=self._send_for, args=(offices[index::2], rows, random), name=f"machines {index}"
                )
            )

    def start(self) -> None:
        """Begin to send."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Send what is being sent until it is acknowledged, then stop."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _send_for(self, offices: list[Office], rows: dict[str, Rows], random: Random) -> None:
        with httpx.Client(timeout=5, trust_env=False) as http:
            while not self._stopping.wait(self._pause):
                office = random.choice(offices)
                self._deliver(http, office, rows[office.name], random)

    def _deliver(self, http: httpx.Client, office: Office, rows: Rows, random: Random) -> None:
        """One window: again and again, merged with what changed meanwhile, until exactly 200."""
        window = rows.changed(random.randint(1, 4))
        while self._post(http, office, [*window.values(), *rows.sent_before(window)], random) != "200":
            self._stopping.wait(0.2)
            # A row that changes again is in the window once, as it is now.
            window |= rows.changed(1) if random.random() < 0.3 and not self._stopping.is_set() else {}
        rows.acknowledged(window)
        if random.random() < 0.2:  # a second workstation polls the same table
            self._post(http, office, list(window.values()), random)

    def _post(self, http: httpx.Client, office: Office, rows: list[Row], random: Random) -> str:
        random.shuffle(rows)
        headers = {"Authorization": office.customer_key, "Workstation": random.choice(["SRV01", "FRONT1"])}
        tokens = [row["ProcDescript"] for row in rows]
        try:
            answer = str(http.post(self._url, content=json.dumps(rows).encode(), headers=headers).status_code)
        except httpx.HTTPError as error:
            answer = type(error).__name__
        self._history.answered(office.name, tokens, answer)
        return answer


class Rows:
    """The appointments of one office, as its database would hand them out."""

    def __init__(self, office: Office, random: Random, numbers: Iterator[int]) -> None:
        self._random = random
        self._numbers = numbers
        self._now = office.now
        key = office.customer_key
        with Session(developer_key=DEVELOPER_KEY, customer_key=key, base_urls=[office.base_url]) as session:
            self._rows = [row.wire() for row in OpenDental(session).appointments.find()]
        self._sent: list[Row] = []

    def changed(self, number: int) -> dict[str, Row]:
        """So many different rows, changed now, by their key."""
        changed = {}
        for row in self._random.sample(self._rows, number):
            before = datetime.fromisoformat(row["DateTStamp"])
            # A change is sent only once its second is over, so two versions never share a stamp.
            row["DateTStamp"] = f"{max(self._now(), before + timedelta(seconds=1)):%Y-%m-%d %H:%M:%S}"
            row["ProcDescript"] = f"t{next(self._numbers):07d}"
            changed[row["AptNum"]] = deepcopy(row)
        return changed

    def sent_before(self, window: dict[str, Row]) -> list[Row]:
        """Sometimes, some rows that were acknowledged earlier, older versions of others among them."""
        if self._random.random() > 0.3:
            return []
        others = [row for row in self._sent if row["AptNum"] not in window]
        return [deepcopy(row) for row in self._random.sample(others, min(3, len(others)))]

    def acknowledged(self, window: dict[str, Row]) -> None:
        """These need not be sent again, but may."""
        self._sent = (self._sent + [deepcopy(row) for row in window.values()])[-40:]
