"""Where nobody listens yet."""

import socket


def free() -> int:
    """Return a port of this host that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
