"""FastAPI and Celery: one task per row, all of a delivery published over one connection."""

import os
from secrets import compare_digest
from typing import Annotated, Any

from celery import Celery
from fastapi import FastAPI, Header, HTTPException

app = FastAPI()
celery = Celery(broker=os.environ["REDIS_URL"])
celery.conf.task_ignore_result = True
KEY = os.environ["CUSTOMER_KEY"]


@celery.task
def understand(row: dict[str, Any]) -> None:
    """What a worker would do with one row; no worker runs while deliveries are counted."""


@app.post("/apievents")
def apievents(rows: list[dict[str, Any]], authorization: Annotated[str, Header()]) -> dict[str, int]:
    if not compare_digest(authorization, KEY):
        raise HTTPException(401)
    with celery.producer_pool.acquire(block=True) as producer:
        for row in rows:
            understand.apply_async((row,), producer=producer)
    return {"rows": len(rows)}
