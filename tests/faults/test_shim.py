"""The simulated disk keeps what a real one would: a flush is for a file, whoever wrote to it."""

import subprocess
import sys
from pathlib import Path

WRITE = (
    "import os; file = os.open('lms.sqlite', os.O_RDWR | os.O_CREAT); os.pwrite(file, b'page', 4)"
)
FLUSH = "import os; os.fsync(os.open('lms.sqlite', os.O_RDWR))"


def test_a_flush_keeps_what_another_process_has_written(library: Path, tmp_path: Path) -> None:
    data, shadow = tmp_path / "data", tmp_path / "shadow"
    for each in (data, shadow):
        each.mkdir()
    kept = shadow / "lms.sqlite"
    places = {"FAULTS_FOLDER": str(data), "FAULTS_SHADOW": str(shadow)}
    for program, expected in ((WRITE, None), (FLUSH, b"\0\0\0\0page")):
        command, environ = [sys.executable, "-c", program], {"LD_PRELOAD": str(library), **places}
        subprocess.run(command, cwd=data, env=environ, check=True)
        assert (kept.read_bytes() if kept.exists() else None) == expected
