"""The web server: waitress, with a loop of our own, and made to end without dropping anybody.

Waitress's loop looks at every connection whenever anything happens at one of them: of the time
that a class of sixty took to save its answers, half went there. `_Loop` has the kernel keep the
list, and only what has changed is looked at.

On SIGTERM it takes no new connections, finishes what it has begun, and then ends.
"""

import logging
import os
import select
import signal
import socket
import threading
import time
from typing import Any

from flask import Flask
from typing_extensions import override
from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel

from lms.core import bodies
from lms.core.bodies import MostBytes

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


def serve(
    app: Flask, listening: socket.socket, *, threads: int, most_bytes: MostBytes | None = None
) -> None:
    """Answer requests until SIGTERM comes.

    Args:
        app: what answers them.
        listening: see `listen`.
        threads: as many are answered at a time.
        most_bytes: how much each page takes in, so that more is kept nowhere; None: all the same.
    """
    server: Any = create_server(
        app,
        sockets=[listening],
        threads=threads,
        connection_limit=CONNECTIONS,
        ident=None,
        max_request_body_size=app.config["MAX_CONTENT_LENGTH"] + 1,  # the page says it better
        clear_untrusted_proxy_headers=False,  # whom to believe is decided in the factory
    )
    loop = _Loop(server)
    if most_bytes is not None:
        server.channel_class.parser_class = bodies.parser(most_bytes)
    told = False

    def stop(*_: object) -> None:
        nonlocal told
        told = True
        server.trigger.pull_trigger()  # wakes the loop

    signal.signal(signal.SIGTERM, stop)
    while not told:
        loop.turn(1.0)
    _drain(server, loop)


def _drain(server: Any, loop: "_Loop") -> None:
    """Finish what has begun, for `GRACE` seconds at most."""
    server.accepting = False
    loop.turn(0)  # which lets go of the socket
    server.del_channel()
    server.socket.close()
    until = time.monotonic() + GRACE
    while (busy := _busy(server)) and time.monotonic() < until:
        loop.turn(0.05)
    if busy:
        log.warning("%d requests were not finished in %.0f s", busy, GRACE)
    server.task_dispatcher.shutdown(timeout=1)


def _busy(server: Any) -> int:
    """Return how many connections have a request or a reply on the way."""
    return sum(
        bool(channel.requests or channel.request or channel.total_outbufs_len)
        for channel in list(server.active_channels.values())
    )


class _Loop:
    """Waits for all connections at once, and gives to each what happens at it.

    The kernel says of a connection once that something happened. Whoever deals with that asks it
    for the next time (`look`): this thread after an event, or the thread that has answered.
    """

    def __init__(self, server: Any) -> None:
        self._server = server
        self._poll = select.epoll()
        self._mutex = threading.Lock()
        self._listens = False
        self._poll.register(server.trigger._fileno, select.EPOLLIN)  # noqa: SLF001
        server.channel_class = type("Channel", (_Channel,), {"loop": self})
        server.pull_trigger = self._look_at_own

    def turn(self, timeout: float) -> None:
        """Deal with what has happened, or happens within so many seconds."""
        self._look_at_server()
        channels: dict[int, Any] = self._server._map  # noqa: SLF001  there is no public way
        for number, flags in self._poll.poll(timeout):
            if (channel := channels.get(number)) is None:
                continue
            wasyncore.readwrite(channel, flags)
            if isinstance(channel, _Channel):
                self.look(channel)

    def begin(self, channel: "_Channel") -> None:
        """Wait for what a new connection sends first."""
        self._poll.register(channel._fileno, select.EPOLLIN | select.EPOLLONESHOT)  # noqa: SLF001

    def look(self, channel: "_Channel") -> None:
        """Ask for the next event that a connection can deal with, if there is one."""
        with self._mutex:  # who comes last has seen what the others did
            number: int | None = channel._fileno  # noqa: SLF001
            flags = (select.EPOLLIN | select.EPOLLPRI) if channel.readable() else 0
            flags |= select.EPOLLOUT if channel.writable() else 0
            if number is not None and flags:
                self._poll.modify(number, flags | select.EPOLLONESHOT)

    def forget(self, channel: "_Channel", channels: Any) -> None:
        """Let a connection end; its number may be another's soon."""
        with self._mutex:
            HTTPChannel.del_channel(channel, channels)

    def _look_at_own(self) -> None:
        """Stand in for waking the loop: the thread at hand has done something to a connection."""
        self.look(_serving.channel)

    def _look_at_server(self) -> None:
        """Take new connections or not, and end those that nobody has used for long."""
        server = self._server
        due = server.next_channel_cleanup
        listens = bool(server.accepting and server.readable())
        if listens != self._listens:
            change = self._poll.register if listens else self._poll.unregister
            change(server._fileno, *([select.EPOLLIN] if listens else []))  # noqa: SLF001
            self._listens = listens
        if server.next_channel_cleanup != due:
            for channel in list(server.active_channels.values()):
                if channel.will_close:
                    self.look(channel)


class _Serving(threading.local):
    """The connection whose request a thread answers."""

    channel: "_Channel"


_serving = _Serving()


class _Channel(HTTPChannel):  # type: ignore[misc]  # untyped
    """A connection that tells the loop when it changes."""

    loop: _Loop

    @override
    def add_channel(self, map: Any = None) -> None:
        super().add_channel(map)
        self.loop.begin(self)

    @override
    def del_channel(self, map: Any = None) -> None:
        self.loop.forget(self, map)

    @override
    def service(self) -> None:
        _serving.channel = self
        super().service()
