"""What stands before the receivers in production, as small as can be: each new connection goes to one that is in."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from itertools import count


class Balancer:
    """Carries connections to one of the ports it is given, in turn.

    :ivar port: where it listens.
    """

    def __init__(self, *ports: int) -> None:
        self._ports = list(ports)
        self._turn = count()
        self._open: Counter[int] = Counter()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(5)
        self.port: int = self._server.sockets[0].getsockname()[1]

    def take_out(self, port: int) -> None:
        """Give it no new connection."""
        self._ports = [other for other in self._ports if other != port]

    def carries(self, port: int) -> bool:
        """Whether a connection to it is still open."""
        return self._open[port] > 0

    def put_in(self, port: int) -> None:
        """Give it new connections again."""
        self._ports = [*self._ports, port]

    def stop(self) -> None:
        """Carry nothing any more."""

        async def end() -> None:
            self._server.close()
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._carry, "127.0.0.1", 0)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        port = self._ports[next(self._turn) % len(self._ports)]
        self._open[port] += 1
        try:
            there, onwards = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(_pump(reader, onwards), _pump(there, writer))
        except OSError:
            writer.close()
        finally:
            self._open[port] -= 1


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()
