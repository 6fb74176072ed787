"""A PostgreSQL server of one's own, from Debian's programs, for as long as the tests take."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import quote

FAST = ("fsync=off", "full_page_writes=off", "max_connections=200", "listen_addresses=")
"""What is lost when the machine stops is a test's; and nobody reaches it but by its socket."""


def programs() -> Path | None:
    """Return the folder of the newest server that is installed, or None."""
    installed = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = sorted(installed, key=lambda path: float(path.parts[-3]))
    if newest:
        return newest[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


class Server:
    """A server that can be stopped and started again."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self._binaries = binaries
        self._folder = folder
        self._become: list[str] = []
        if owner := _other_user():
            os.chown(folder, owner.pw_uid, owner.pw_gid)
            ids = [f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}"]
            self._become = ["setpriv", *ids, "--clear-groups"]
        self.url = f"postgresql+psycopg://tests@/postgres?host={quote(str(folder))}"
        """Of its administrator."""
        self._run("initdb", "--no-sync", "-U", "tests", "-A", "trust", "-E", "UTF8")

    def start(self) -> None:
        """Start it and wait until it answers."""
        settings = " ".join(
            f"-c {each}" for each in (*FAST, f"unix_socket_directories={self._folder}")
        )
        self._run("pg_ctl", "start", "-w", "-l", str(self._folder / "log"), "-o", settings)

    def stop(self, *, mode: str = "immediate") -> None:
        """Stop it; ``immediate`` forgets what it was doing, ``fast`` only ends connections."""
        self._run("pg_ctl", "stop", "-w", "-m", mode)

    def _run(self, program: str, *arguments: str) -> None:
        path = str(self._binaries / program)
        subprocess.run(  # noqa: S603  fixed words and our own folder
            [*self._become, path, *arguments, "-D", str(self._folder / "data")],
            check=True,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            env={"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]},
        )


@contextmanager
def running() -> Iterator[Server]:
    """Start a server, and remove it without a trace afterwards.

    Raises:
        RuntimeError: it is not installed.
        CalledProcessError: it does not start; its output says why.
    """
    binaries = programs()
    if binaries is None:
        raise RuntimeError("PostgreSQL is not installed")
    # Not pytest's: nobody but its owner may enter that, and PostgreSQL refuses to be root.
    folder = Path(mkdtemp(prefix="stairway-postgres-"))
    try:
        server = Server(binaries, folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def server() -> Iterator[str]:
    """Give the URL of the administrator of a server that is there for as long; as `running`."""
    with running() as started:
        yield started.url


def _other_user() -> pwd.struct_passwd | None:
    """Return who is to run the server when we are root; None when we may ourselves."""
    if os.getuid() != 0:
        return None
    known = {each.pw_name: each for each in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]
