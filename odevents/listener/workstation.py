"""What this machine is called, as Open Dental sees it, and who else is signed in to it."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence

from odevents.listener import windows


def name() -> str:
    """The name to put into the subscription's ``Workstation``.

    Open Dental's "Remote Access" page: in a remote desktop, the *client's* name is used as the computer name.
    """
    if sys.platform == "win32":
        return windows.remote_client(windows.dll("wtsapi32")) or os.environ.get("COMPUTERNAME", platform.node())
    return platform.node()


def people() -> list[str]:
    """Users with a session on this machine's screen or a remote desktop; empty where that cannot be told."""
    if sys.platform == "win32":
        return windows.signed_in(windows.dll("wtsapi32"))
    return []


def needs_own_port(signed_in: Sequence[str]) -> bool:
    """Whether localhost is shared: everybody signed in has the same ports, and each needs one of their own."""
    return len(signed_in) > 1
