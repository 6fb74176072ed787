"""The web server: waitress, made to end without dropping anybody.

On SIGTERM it takes no new connections, finishes what it has begun, and then ends.
"""

import logging
import os
import signal
import socket
import time
from typing import Any

from flask import Flask
from waitress import create_server, wasyncore

log = logging.getLogger(__name__)

GRACE = 10.0
"""Seconds that requests in hand are given to finish."""
CONNECTIONS = 2000
"""As many browsers may be connected; each further one waits."""


class PortTakenError(Exception):
    """Someone else listens there, or the address is not ours."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises:
        PortTakenError: it cannot; the reason is its text.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        raise PortTakenError(os.strerror(error.errno or 0)) from error


def serve(app: Flask, listening: socket.socket, *, threads: int) -> None:
    """Answer requests until SIGTERM comes."""
    server: Any = create_server(
        app,
        sockets=[listening],
        threads=threads,
        connection_limit=CONNECTIONS,
        asyncore_use_poll=True,
        ident=None,
        max_request_body_size=app.config["MAX_CONTENT_LENGTH"] + 1,  # the page says it better
        clear_untrusted_proxy_headers=False,  # whom to believe is decided in the factory
    )
    told = False

    def stop(*_: object) -> None:
        nonlocal told
        told = True
        server.pull_trigger()  # wakes the loop

    signal.signal(signal.SIGTERM, stop)
    channels: dict[int, Any] = server._map  # noqa: SLF001  there is no public way
    while not told:
        wasyncore.loop(timeout=1, use_poll=True, map=channels, count=1)
    _drain(server, channels)


def _drain(server: Any, channels: dict[int, Any]) -> None:
    """Finish what has begun, for `GRACE` seconds at most."""
    server.accepting = False
    channels.pop(server.socket.fileno(), None)
    server.socket.close()
    until = time.monotonic() + GRACE
    while (busy := _busy(server)) and time.monotonic() < until:
        wasyncore.loop(timeout=0.05, use_poll=True, map=channels, count=1)
    if busy:
        log.warning("%d requests were not finished in %.0f s", busy, GRACE)
    server.task_dispatcher.shutdown(timeout=1)


def _busy(server: Any) -> int:
    """Return how many connections have a request or a reply on the way."""
    return sum(
        bool(channel.requests or channel.request or channel.total_outbufs_len)
        for channel in list(server.active_channels.values())
    )
