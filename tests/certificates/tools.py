"""A certificate with its files, and programs of the host that look at what was made."""

import subprocess
from datetime import timedelta
from pathlib import Path
from shutil import which

import pytest

from lms.accounts.models import Person
from lms.certificates.models import Certificate
from lms.core import clock, pdf, queue
from tests import factories


def with_files(holder: Person) -> Certificate:
    """Award a certificate now, and have its files made; where no PDF can be, the test is skipped."""
    if missing := pdf.check():
        pytest.skip(f"missing on this host: {', '.join(missing)}")
    row = factories.certificate(holder, at=clock.now())
    while queue.run_one(at=clock.now() + timedelta(seconds=1)):
        pass
    return row


def ask(tool: str, *arguments: str | Path) -> str:
    """Return what a program of the host says; without it, the test is skipped."""
    if (path := which(tool)) is None:
        pytest.skip(f"{tool} is not installed")
    done = subprocess.run(  # noqa: S603  our own arguments
        [path, *arguments], check=True, capture_output=True, encoding="utf-8", errors="replace"
    )
    return done.stdout
