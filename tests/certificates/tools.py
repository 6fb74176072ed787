"""Programs of the host that look at what was made."""

import subprocess
from pathlib import Path
from shutil import which

import pytest


def ask(tool: str, *arguments: str | Path) -> str:
    """Return what a program of the host says; without it, the test is skipped."""
    if (path := which(tool)) is None:
        pytest.skip(f"{tool} is not installed")
    done = subprocess.run(  # noqa: S603  our own arguments
        [path, *arguments], check=True, capture_output=True, encoding="utf-8", errors="replace"
    )
    return done.stdout
