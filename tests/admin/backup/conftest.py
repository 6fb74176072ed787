"""A backup, and a place to which it may be restored."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from lms.admin.backup import creating
from lms.core.db import db
from tests import factories
from tests.admin.backup import sites


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A backup of a site that is no more, and what was in it."""
    folder = tmp_path_factory.mktemp("made")
    with sites.new_site(folder / "site"):
        sites.fill()
        report = creating.create(folder)
    assert report.is_verified
    assert report.file is not None
    return report.file, report.summary


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Flask]:
    """A site with one person, who is not in the backup."""
    with sites.new_site(tmp_path / "place") as app:
        factories.person(name="Of this place")
        db.session.remove()
        yield app
