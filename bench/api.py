"""The office's API as far as a measure needs it: takes commlogs, and knows when each came."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Api(ThreadingHTTPServer):
    """Answers at once.

    :ivar arrivals: moment at which each POST came, by ``time.perf_counter``.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.arrivals: list[float] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_address[1]}/api/v1"

    def await_arrival(self, number: int, within: float = 30.0) -> float:
        """The moment of the POST after so many.

        :raises RuntimeError: it does not come.
        """
        until = time.monotonic() + within
        while len(self.arrivals) <= number:
            if time.monotonic() > until:
                raise RuntimeError("no call reached the API")
            time.sleep(0.001)
        return self.arrivals[number]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Api

    def do_POST(self) -> None:
        came = time.perf_counter()
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.arrivals.append(came)
        self._answer(201, {"CommlogNum": len(self.server.arrivals)})

    def do_GET(self) -> None:
        self._answer(200, [])

    def _answer(self, status: int, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""
