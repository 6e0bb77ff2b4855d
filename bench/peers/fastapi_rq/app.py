"""FastAPI and RQ: one job per row, enqueued in one pipeline per delivery."""

import os
from secrets import compare_digest
from typing import Annotated, Any

import redis
from fastapi import FastAPI, Header, HTTPException
from rq import Queue
from rq.serializers import JSONSerializer

app = FastAPI()
queue = Queue("rows", connection=redis.Redis.from_url(os.environ["REDIS_URL"]), serializer=JSONSerializer)
KEY = os.environ["CUSTOMER_KEY"]


@app.post("/apievents")
def apievents(rows: list[dict[str, Any]], authorization: Annotated[str, Header()]) -> dict[str, int]:
    if not compare_digest(authorization, KEY):
        raise HTTPException(401)
    queue.enqueue_many([Queue.prepare_data("jobs.understand", args=(row,), result_ttl=60) for row in rows])
    return {"rows": len(rows)}


@app.post("/reaction")
def reaction(rows: list[dict[str, Any]]) -> dict[str, int]:
    for row in rows:
        queue.enqueue("jobs.call_api", row["PatNum"], result_ttl=60)
    return {"rows": len(rows)}
