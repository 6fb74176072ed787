"""A site below the top of its host: its links have the path, whether the proxy takes it off or not."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from lms.certificates import rules
from lms.config import Settings
from lms.core.db import Base, db
from lms.factory import create_app


@pytest.fixture
def below(app: Flask, tmp_path: Path) -> Iterator[Flask]:
    settings: Settings = app.config["SETTINGS"]
    url = f"sqlite:///{tmp_path / 'lms.sqlite'}"
    made = create_app(
        replace(
            settings,
            data_dir=tmp_path,
            database_url=url,
            public_url="https://example.org/training/hall/",
        )
    )
    with made.app_context():
        Base.metadata.create_all(db.engine)
        yield made
        db.session.remove()
        db.engine.dispose()


PATH = "/training/hall"


@pytest.mark.parametrize("handed_on", [PATH, ""])
def test_links_and_redirects_have_the_path(below: Flask, handed_on: str) -> None:
    client = below.test_client()
    page = client.get(f"{handed_on}/verify")
    assert page.status_code == 200
    assert f'action="{PATH}/verify"' in page.text
    assert f'href="{PATH}/static/' in page.text
    assert 'href="/static/' not in page.text
    serial = rules.serial("LT1", 2026, 7)
    away = client.get(f"{handed_on}/verify?serial={serial}")
    assert away.location == f"{PATH}/v/{serial}"


def test_one_comes_back_to_the_page_in_the_other_language(below: Flask) -> None:
    client = below.test_client()
    page = client.get(f"{PATH}/language/zh?next={PATH}/verify")
    assert page.location == f"{PATH}/verify"


def test_what_only_begins_like_the_path_is_another_page(below: Flask) -> None:
    assert below.test_client().get(f"{PATH}x/verify").status_code == 404
