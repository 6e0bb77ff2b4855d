"""Floor f1: f0, and one fsynced transaction that appends the body as it came. Not read, not sealed, not indexed."""

from __future__ import annotations

import os
from typing import Any

import redis.asyncio

from bench.floors.f0 import answer, body_of

store = redis.asyncio.Redis.from_url(os.environ["REDIS_URL"])


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    body = await body_of(receive)
    async with store.pipeline(transaction=True) as together:
        together.rpush("inbox", body)
        await together.execute()
    await answer(send)
