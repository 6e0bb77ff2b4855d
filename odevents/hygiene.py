"""What every process of ours asks of the operating system when it starts."""

from __future__ import annotations

import sys


def no_core_dumps() -> None:
    """A dump of a crashed process would hold rows and keys in clear; children inherit this."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def many_open_files() -> None:
    """As many connections as the machine allows, not the customary 1024: silent ones must not shut out the others."""
    if sys.platform != "win32":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def reuse_large_blocks() -> None:
    """Let the C library keep blocks of up to 16 MiB that are freed, and not return them to the system at once.

    It raises its bounds by itself when such a block is freed for the first time. A body of 1000 rows is in several
    blocks of its size on its way; to get each of them anew, page by page, took 0.9 of 2.2 ms.
    """
    block = bytearray(16 << 20)
    del block
