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


@contextmanager
def server() -> Iterator[str]:
    """Start a server, give the URL of its administrator, and remove it without a trace.

    Raises:
        RuntimeError: it is not installed.
        CalledProcessError: it does not start; its output says why.
    """
    binaries = programs()
    if binaries is None:
        raise RuntimeError("PostgreSQL is not installed")
    # Not pytest's: nobody but its owner may enter that, and PostgreSQL refuses to be root.
    folder = Path(mkdtemp(prefix="stairway-postgres-"))
    become: list[str] = []
    if owner := _other_user():
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        become = ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]

    def run(program: str, *arguments: str) -> None:
        subprocess.run(  # noqa: S603  fixed words and our own folder
            [*become, str(binaries / program), *arguments],
            check=True,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            env={"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]},
        )

    settings = " ".join(f"-c {each}" for each in (*FAST, f"unix_socket_directories={folder}"))
    data, log = folder / "data", folder / "log"
    try:
        run("initdb", "--no-sync", "-D", str(data), "-U", "tests", "-A", "trust", "-E", "UTF8")
        run("pg_ctl", "start", "-w", "-D", str(data), "-l", str(log), "-o", settings)
        try:
            yield f"postgresql+psycopg://tests@/postgres?host={quote(str(folder))}"
        finally:
            run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", str(data))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _other_user() -> pwd.struct_passwd | None:
    """Return who is to run the server when we are root; None when we may ourselves."""
    if os.getuid() != 0:
        return None
    known = {each.pw_name: each for each in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]
