"""A PostgreSQL host that vanishes without a word is noticed by the kernel, not by patience.

That a host vanishes cannot be played here: a program that stops passing bytes on is still answered
for by its kernel. So it is asked of the kernel what it was told to do.
"""

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, make_url, text

from lms.core.db import ALIVE, engine_options

only_postgresql = pytest.mark.skipif(
    "TEST_DATABASE_URL" not in os.environ, reason="about PostgreSQL's connections"
)
AWAY = "postgresql+psycopg://lms@db/lms"


def test_what_the_url_says_wins_and_the_rest_is_ours() -> None:
    assert engine_options(AWAY)["connect_args"] == ALIVE
    chosen = engine_options(f"{AWAY}?keepalives_idle=60&connect_timeout=9")["connect_args"]
    assert chosen == {
        name: value
        for name, value in ALIVE.items()
        if name not in {"keepalives_idle", "connect_timeout"}
    }


def passed_on(one: socket.socket, other: socket.socket) -> None:
    while piece := one.recv(65536):
        other.sendall(piece)
    other.shutdown(socket.SHUT_WR)


@pytest.fixture
def by_tcp() -> Iterator[URL]:
    """The server's URL by TCP, also where it listens on a Unix socket only."""
    url = make_url(os.environ["TEST_DATABASE_URL"])
    host, port = str(url.query.get("host") or url.host or "localhost"), url.port or 5432
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            client, _address = listening.accept()
            if host.startswith("/"):
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(Path(host) / f".s.PGSQL.{port}"))
            else:
                server = socket.create_connection((host, port))
            with client, server:
                back = threading.Thread(target=passed_on, args=(server, client))
                back.start()
                passed_on(client, server)
                back.join()

        threading.Thread(target=serve, daemon=True).start()
        query = {name: value for name, value in url.query.items() if name != "host"}
        yield url.set(host="127.0.0.1", port=listening.getsockname()[1], query=query)


@only_postgresql
def test_the_kernel_was_told_when_to_give_up(by_tcp: URL) -> None:
    url = by_tcp.render_as_string(hide_password=False)
    engine = create_engine(by_tcp, **engine_options(url))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
        driver = connection.connection.driver_connection
        assert driver is not None
        with socket.socket(fileno=os.dup(driver.fileno())) as kernel:
            told = {
                "keepalives": kernel.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE),
                "keepalives_idle": kernel.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),
                "keepalives_interval": kernel.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL),
                "keepalives_count": kernel.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT),
                "tcp_user_timeout": kernel.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT),
            }
    engine.dispose()
    assert {"connect_timeout": 5, **told} == ALIVE


@only_postgresql
def test_a_unix_socket_or_whatever_is_set_takes_the_same_options() -> None:
    url = os.environ["TEST_DATABASE_URL"]
    engine = create_engine(url, **engine_options(url))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    engine.dispose()
