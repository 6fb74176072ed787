"""Questions that were written for a figure which the site has replaced."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.core import content
from lms.core.content import Tree
from lms.exams import keeping
from lms.exams.drawable import bank
from lms.exams.models import Question
from tests import content_tree
from tests.browser import sign_in
from tests.content_tree import put, text
from tests.factories import NOON

ON_IT = {"Q-numeric", "Q-case"}
"""What names the figure under ``depends``."""


@pytest.fixture
def root(app: Flask, tmp_path: Path) -> Path:
    return content_tree.make(tmp_path / "content")


def bring_in(root: Path, figure: str = "") -> None:
    own = put(root.parent, "own.yaml", {"sla.first": text(f"{figure} minutes", f"{figure} 分钟")})
    content.bring_in(Tree(root, own if figure else None), at=NOON)


def drawable() -> set[str]:
    return {each.code for each in bank()}


def note_read(session: Session, trainer: Person) -> None:
    rows = select(Question).where(Question.code.in_(["Q-numeric", "Q-case-1"]))
    for row in session.scalars(rows).all():
        keeping.note_figures_read(row, actor=trainer, at=NOON)


def test_they_leave_the_draw_until_somebody_has_read_them(
    root: Path, session: Session, trainer: Person
) -> None:
    bring_in(root)
    everything = drawable()
    assert everything >= ON_IT
    bring_in(root, "15")
    assert drawable() == everything - ON_IT
    note_read(session, trainer)
    assert drawable() == everything
    bring_in(root, "15")
    assert drawable() == everything
    bring_in(root, "20")
    assert drawable() == everything - ON_IT


def test_the_sample_s_own_figures_bring_them_back(root: Path, session: Session) -> None:
    bring_in(root, "15")
    bring_in(root)
    assert drawable() >= ON_IT


def test_the_page_says_so_and_takes_the_word_of_a_trainer(
    root: Path, session: Session, client: FlaskClient, trainer: Person
) -> None:
    bring_in(root, "15")
    sign_in(client, trainer)
    page, waiting = "/studio/questions/Q-numeric", "/studio/questions?state=figures"
    assert "Q-numeric" in client.get(waiting).text
    assert "has been replaced here" in client.get(page).text
    assert client.post(f"{page}/figures").status_code == 302
    assert "has been replaced here" not in client.get(page).text
    assert "Q-numeric" not in client.get(waiting).text
    assert "Q-numeric" in drawable()
