"""Listening sockets on 127.0.0.1 and ::1, held alone."""

from __future__ import annotations

import errno
import socket
import sys

from odevents.errors import ConfigError

_BACKLOG = 128
_NO_IPV6 = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT}


def loopback_sockets(port: int) -> list[socket.socket]:
    """Bound and listening; one socket where the machine has no IPv6.

    ``localhost`` may mean either address, so a stranger on one of them would receive half of the events: both or none.

    :raises ConfigError: the port is taken.
    """
    opened: list[socket.socket] = []
    try:
        opened.append(_listen(socket.AF_INET, "127.0.0.1", port))
        try:
            # Port 0 is for tests: the second address takes whatever port the first was given.
            opened.append(_listen(socket.AF_INET6, "::1", opened[0].getsockname()[1]))
        except OSError as error:
            if error.errno not in _NO_IPV6:
                raise
    except OSError as error:
        for sock in opened:
            sock.close()
        raise ConfigError(_taken(port, error)) from None
    return opened


def _listen(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            # Only lets a restart pass the old connections' wait; two listeners still cannot share an address.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((address, port))
        sock.listen(_BACKLOG)
        sock.setblocking(False)
    except OSError:
        sock.close()
        raise
    return sock


def _taken(port: int, error: OSError) -> str:
    return (
        f"cannot listen on port {port} of localhost: {error.strerror}. Another listener (odevents listen "
        "status) or another program has it. Where several people share this machine, give each a port of their own: "
        "[listener] port, and the same port in their subscription (odevents listen install --port)"
    )
