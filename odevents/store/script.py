"""A script of the server, known by its hash: made once, run through any client."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha1
from typing import TYPE_CHECKING, Any, cast

from redis.exceptions import NoScriptError

if TYPE_CHECKING:
    from redis import Redis
    from redis.client import Pipeline

Argument = str | bytes | int | float


class Script:
    """One script.

    :param text: in Lua.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._hash = sha1(text.encode(), usedforsecurity=False).hexdigest()

    def run(self, redis: Redis, keys: Sequence[str], arguments: Sequence[Argument]) -> Any:
        """Run it; a server that does not know it yet (a new one, or one started again) is told its text."""
        asked = cast("Sequence[str]", (*keys, *arguments))
        try:
            return redis.evalsha(self._hash, len(keys), *asked)
        except NoScriptError:
            redis.script_load(self.text)
            return redis.evalsha(self._hash, len(keys), *asked)

    def run_with(self, together: Pipeline, keys: Sequence[str], arguments: Sequence[Argument]) -> None:
        """Add it to what is sent together, with its text: there is no second try."""
        together.eval(self.text, len(keys), *cast("Sequence[str]", (*keys, *arguments)))
