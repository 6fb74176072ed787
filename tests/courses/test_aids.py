"""Job aids: files, versions, and the pages."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.core import content
from lms.core.content import Tree
from lms.courses.models import Aid, AidVersion, Programme
from tests import content_tree, factories
from tests.browser import forget_person, sign_in
from tests.content_tree import put, swap, text
from tests.factories import NOON

SHEET: dict[str, Any] = {
    "code": "frame",
    "position": 10,
    "title": text("First-answer frame", "首次答复四块"),
    "use": text("For a first answer", "写首次答复"),
    "class": "parametric",
    "depends": ["sla.first"],
    "lessons": ["S1-A-1"],
}


@pytest.fixture
def root(app: Flask, tmp_path: Path) -> Path:
    root = content_tree.make(tmp_path / "content")
    put(root, "aids/frame/aid.yaml", SHEET)
    put(
        root,
        "aids/frame/en.md",
        "## Four parts\n\nWithin {{sla.first}}.\n\n| Part | Mine |\n|-|-|\n| Impact | |\n",
    )
    put(
        root,
        "aids/frame/zh.md",
        "## 四块\n\n{{sla.first}}内。\n\n| 块 | 我的 |\n|-|-|\n| 影响 | |\n",
    )
    return root


def bring_in(root: Path) -> tuple[int, int, int]:
    counts = content.bring_in(Tree(root), at=NOON)["aids"]
    return counts.added, counts.changed, counts.same


@pytest.mark.parametrize(
    ("path", "old", "new", "code"),
    [
        ("aid.yaml", "code: frame", "code: frames", "wrong-name"),
        ("aid.yaml", "- S1-A-1", "- S9-Z-9", "unknown-lesson"),
        ("aid.yaml", "position: 10", "position: 0", "out-of-range"),
        ("aid.yaml", "- sla.first", "- sla.second", "unknown-variable"),
        ("en.md", "## Four parts\n", "", "skeleton"),
        ("en.md", "Within", '![x](a.svg "A")\n\nWithin', "link-target"),
    ],
)
def test_each_mistake_has_its_code(root: Path, path: str, old: str, new: str, code: str) -> None:
    swap(root, f"aids/frame/{path}", old, new)
    assert code in content_tree.codes(root)


def test_a_sheet_has_three_files_and_no_more(root: Path) -> None:
    put(root, "aids/frame/sheet.pdf", b"%PDF-")
    assert content_tree.codes(root) == {"stray-file"}
    (root / "aids/frame/zh.md").unlink()
    assert "missing-file" in content_tree.codes(root)


def test_what_changed_is_a_new_version(root: Path, session: Session) -> None:
    assert bring_in(root) == (1, 0, 0)
    assert bring_in(root) == (0, 0, 1)
    swap(root, "variables.yaml", "10 minutes", "15 minutes")
    assert bring_in(root) == (0, 1, 0)
    version = session.scalar(select(AidVersion).join(Aid, Aid.published_id == AidVersion.id))
    assert version is not None
    assert version.number == 2
    assert "Within 15 minutes." in version.html["en"]


def test_an_export_gives_the_same_again(root: Path, session: Session, tmp_path: Path) -> None:
    bring_in(root)
    content.write_out(tmp_path / "out")
    assert bring_in(tmp_path / "out") == (0, 0, 1)


class TestPages:
    def test_a_trainee_sees_the_sheets_of_the_own_programmes(
        self, root: Path, client: FlaskClient, session: Session, trainee: Person
    ) -> None:
        bring_in(root)
        sign_in(client, trainee)
        assert "First-answer frame" not in client.get("/aids").text
        assert client.get("/aids/frame").status_code == 404
        programme = session.scalars(select(Programme)).one()
        factories.enrolment(trainee, programme)
        forget_person()
        client.get("/language/en")
        assert "First-answer frame" in client.get("/aids").text
        assert "Within 10 minutes." in client.get("/aids/frame").text
        assert "/aids/frame" in client.get("/lessons/S1-A-1").text

    def test_a_trainer_sees_them_all(
        self, root: Path, client: FlaskClient, trainer: Person
    ) -> None:
        bring_in(root)
        sign_in(client, trainer)
        client.get("/language/en")
        assert "First-answer frame" in client.get("/aids").text
        page = client.get("/aids/frame")
        assert "Within 10 minutes." in page.text
        assert client.get("/aids/other").status_code == 404
