"""The jobs: compare a row with the last one seen, and the call that a reaction makes."""

import json
import os
from typing import Any

import httpx
import redis

store = redis.Redis.from_url(os.environ["REDIS_URL"])
api = httpx.Client()


def understand(row: dict[str, Any]) -> list[str]:
    name = f"appointment:{row['AptNum']}"
    before = json.loads(store.get(name) or "{}")
    changed = [column for column, value in row.items() if before.get(column) != value]
    if changed:
        store.set(name, json.dumps(row))
    return changed


def call_api(patient: int) -> int:
    commlog = {"PatNum": patient, "Note": "Broken; call to rebook", "Mode_": "None"}
    return api.post(f"{os.environ['API']}/commlogs", json=commlog).status_code
