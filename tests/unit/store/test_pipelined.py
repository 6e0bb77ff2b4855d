"""Many transactions in flight over one connection: each gets its own answer, and what fails fails soon and heals."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import redis
import redis.asyncio

from odevents.errors import StoreUnavailable
from odevents.store.connection import connect_async
from odevents.store.embedded import EmbeddedServer
from odevents.store.pipelined import Pipelined

ADD = [("HINCRBY", "hash", "times", 1)]


def append(key: str, value: str) -> list[tuple[str, ...]]:
    """A transaction of one command."""
    return [("RPUSH", key, value)]


def together(url: str, what: Callable[[Pipelined], Awaitable[None]], within: float = 1.0) -> None:
    """Do something with a pipelined connection of its own."""

    async def run() -> None:
        client = connect_async(url)
        pipelined = Pipelined(client, within)
        try:
            await what(pipelined)
        finally:
            await pipelined.close()
            await client.aclose()

    asyncio.run(run())


def test_each_gets_its_own_answer_in_few_exchanges(redis_url: str, redis_client: redis.Redis) -> None:
    """A hundred at once are a hundred steps of the server, read from the socket in a few pieces."""

    async def at_once(pipelined: Pipelined) -> None:
        answers = await asyncio.gather(*(pipelined.run(append("list", f"value {n}" * 500)) for n in range(100)))
        assert answers == [[b":%d" % n] for n in range(1, 101)]

    before = redis_client.info("stats")["total_reads_processed"]
    together(redis_url, at_once)

    assert redis_client.llen("list") == 100
    assert redis_client.lindex("list", 99) == b"value 99" * 500
    assert redis_client.info("stats")["total_reads_processed"] - before < 60


def test_a_refusal_fails_only_whom_it_concerns(redis_url: str, redis_client: redis.Redis) -> None:
    """Others in the same group are kept; the message names the kind of error and nothing that was sent."""
    redis_client.set("text", "x")

    async def mixed(pipelined: Pipelined) -> None:
        calls = [pipelined.run(append(key, "secret")) for key in ("list", "text", "list")]
        first, second, third = await asyncio.gather(*calls, return_exceptions=True)
        assert (first, third) == ([b":1"], [b":2"])
        assert isinstance(second, StoreUnavailable)
        assert "WRONGTYPE" in str(second)
        assert "secret" not in str(second)

    together(redis_url, mixed)


def test_a_lost_connection_heals_with_the_next_call(redis_url: str, redis_client: redis.Redis) -> None:
    """Somebody kills it: one call fails at the most."""

    async def healed(pipelined: Pipelined) -> bool:
        try:
            return bool(await pipelined.run(ADD))
        except StoreUnavailable:
            return False

    async def killed(pipelined: Pipelined) -> None:
        assert await healed(pipelined)
        redis_client.client_kill_filter(_type="normal", skipme=True)
        await asyncio.sleep(0)
        assert await healed(pipelined) or await healed(pipelined)

    together(redis_url, killed)


def test_a_server_that_does_not_answer_is_given_up_on_in_time(tmp_path: Path) -> None:
    """Frozen or gone, whoever waits is told within the time allowed; when it is back, so are we."""
    server = EmbeddedServer(tmp_path)

    async def frozen(pipelined: Pipelined) -> None:
        assert await pipelined.run(ADD) == [b":1"]
        os.kill(server.pid, signal.SIGSTOP)
        began = time.monotonic()
        found = await asyncio.gather(*(pipelined.run(ADD) for _ in range(3)), return_exceptions=True)
        assert all(isinstance(each, StoreUnavailable) for each in found)
        assert time.monotonic() - began < 1.5
        os.kill(server.pid, signal.SIGCONT)
        assert await pipelined.run(ADD)
        server.stop()
        with pytest.raises(StoreUnavailable):
            await pipelined.run(ADD)

    together(server.url, frozen, within=0.5)


def test_connecting_and_answering_share_one_deadline() -> None:
    """A server that takes long for both is given up on as soon as one that takes long for either."""
    asked: list[bytes] = []
    gone = asyncio.Event()

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65536):
            asked.append(piece)
            if b"MULTI" not in piece:
                await asyncio.sleep(0.25)
                writer.write(b"+OK\r\n" * piece.count(b"CLIENT"))
        writer.close()
        await writer.wait_closed()
        gone.set()

    async def run() -> float:
        server = await asyncio.start_server(slow, "127.0.0.1", 0)
        client = connect_async(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0")
        pipelined = Pipelined(client, 0.8)
        began = time.monotonic()
        with pytest.raises(StoreUnavailable):
            await pipelined.run(ADD)
        took = time.monotonic() - began
        await pipelined.close()
        await client.aclose()
        await gone.wait()
        server.close()
        return took

    assert asyncio.run(run()) < 1.2
    assert any(b"MULTI" in piece for piece in asked), "it had connected"


def test_a_transaction_is_carried_out_whole_or_not_at_all(redis_url: str, redis_client: redis.Redis) -> None:
    """A command that the server does not take up takes the others with it; answers of many lines are read whole."""
    counting = ("BITFIELD", "counters", "INCRBY", "u8", "#0", 3, "INCRBY", "u8", "#1", 4)

    async def several(pipelined: Pipelined) -> None:
        with pytest.raises(StoreUnavailable, match="ERR"):
            await pipelined.run([*append("list", "x"), ("RPUSH", "list"), ("NOSUCH",)])
        first, second = await asyncio.gather(
            pipelined.run([counting, ("SET", "hint", 1, "NX"), ("SET", "hint", 1, "NX")]), pipelined.run(ADD)
        )
        assert first == [b"*2", b":3", b":4", b"+OK", b"$-1"]
        assert second == [b":1"]

    together(redis_url, several)

    assert not redis_client.exists("list")
