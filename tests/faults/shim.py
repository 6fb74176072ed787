"""The machine's bad luck: see ``shim.c``, which is compiled here and preloaded into a site."""

import shutil
import struct
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.faults.site import Site

SOURCE = Path(__file__).with_name("shim.c")
DATABASE = ("lms.sqlite", "lms.sqlite-wal", "lms.sqlite-journal")


def compiled(folder: Path) -> Path:
    """Compile the library, or skip the test and say why."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler is installed, so the machine's faults cannot be played")
    library = folder / "shim.so"
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"the C library cannot be made here: {done.stderr.strip().splitlines()[-1]}")
    return library


class Shim:
    """What the test tells the library, and what the library leaves behind."""

    def __init__(self, library: Path, site: Site) -> None:
        self._library = library
        self._site = site
        self._control = site.folder / "control"
        self._shadow = site.folder / "shadow"
        self._values = [0, 0]
        self._tell()

    @property
    def preload(self) -> Mapping[str, str]:
        """The environment of processes that are to have bad luck."""
        return {
            "LD_PRELOAD": str(self._library),
            "FAULTS_FOLDER": str(self._site.data),
            "FAULTS_CONTROL": str(self._control),
        }

    def fill_disk(self) -> None:
        """From now on no file in the data directory grows."""
        self._values[0] = 1
        self._tell()

    def make_room(self) -> None:
        """Files may grow again."""
        self._values[0] = 0
        self._tell()

    def set_clock(self, seconds: int) -> None:
        """Put the machine's clock ahead, or back, of what it was."""
        self._values[1] = seconds
        self._tell()

    def with_shadow(self, *, some: bool = False) -> Mapping[str, str]:
        """Begin to note what is on disk; with `some`, by chance a little more than must be."""
        shutil.rmtree(self._shadow, ignore_errors=True)
        self._shadow.mkdir()
        for name in DATABASE:
            if (file := self._site.data / name).exists():
                shutil.copy(file, self._shadow / name)
        chance = {"FAULTS_SOME": "1"} if some else {}
        return {**self.preload, "FAULTS_SHADOW": str(self._shadow), **chance}

    def after_power_cut(self) -> None:
        """Put what was on disk in place of what the processes believed."""
        for name in (*DATABASE, "lms.sqlite-shm"):
            (self._site.data / name).unlink(missing_ok=True)
            if (kept := self._shadow / name).exists():
                shutil.copy(kept, self._site.data / name)

    def _tell(self) -> None:
        """Write the control file in place: the processes have mapped it."""
        mode = "r+b" if self._control.exists() else "w+b"
        with self._control.open(mode) as file:
            file.write(struct.pack("qq", *self._values))
