"""Posting an event from the office to its subscriber."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import httpx

Send = Callable[[str, Mapping[str, str], bytes], "int | None"]
"""Takes URL, headers and body; gives the status, or ``None`` where no answer came."""

ANSWER_WITHIN = 60.0
"""Seconds the sender waits for an answer (staff, forum t=8673)."""


class HttpSender:
    """Posts over HTTP. Redirects are not followed and the environment's proxies are not used."""

    def __init__(self, timeout: float) -> None:
        self._client = httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False)

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> int | None:
        """Post, and give the status or ``None``."""
        try:
            return self._client.post(url, headers=headers, content=body).status_code
        except (httpx.HTTPError, httpx.InvalidURL):
            return None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
