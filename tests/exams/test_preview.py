"""A drawn paper to look at: as the trainee would get it, and nothing is stored."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.exams import drafts
from lms.exams.models import Attempt
from lms.exams.rules.kinds import Kind
from tests.browser import sign_in
from tests.exams import papers

ADDRESS = "/studio/exams/stage-1/preview"


@pytest.fixture
def desk(client: FlaskClient, trainee: Person, trainer: Person) -> FlaskClient:
    papers.ready(trainee)
    sign_in(client, trainer)
    return client


def test_the_same_seed_draws_the_same_paper_and_nothing_is_stored(
    desk: FlaskClient, session: Session
) -> None:
    pages = {desk.get(f"{ADDRESS}?seed={seed}").text for seed in ("a", "a", "b")}
    assert len(pages) == 2
    assert "number of the draw: " in desk.get(ADDRESS).text
    assert session.scalar(select(func.count()).select_from(Attempt)) == 0


def test_with_answers_and_without(desk: FlaskClient) -> None:
    plain = desk.get(f"{ADDRESS}?seed=a").text
    assert "Because" not in plain
    assert "Right answer" not in plain
    assert 'name="a1"' in plain
    answers = desk.get(f"{ADDRESS}?seed=a&answers=1").text
    assert "Because" in answers
    assert "Right answer" in answers

    def codes(page: str) -> list[str]:
        return re.findall(r'id="q(\d+)"', page)

    assert codes(plain) == codes(answers)


def test_in_both_languages(desk: FlaskClient) -> None:
    page = desk.get(f"{ADDRESS}?seed=a&lang=zh&answers=1").text
    assert 'lang="zh-CN"' in page
    assert "因为" in page
    assert "抽题预览" in page
    assert "A drawn paper" in desk.get(f"{ADDRESS}?seed=a&lang=en").text


def test_by_the_draft_and_with_every_kind(
    desk: FlaskClient, trainer: Person, session: Session
) -> None:
    papers.question("M1-e", Kind.ESSAY)
    papers.question("M1-u", Kind.UPLOAD)
    papers.case("K1", [Kind.SINGLE, Kind.NUMERIC])
    named = [{"question": "M1-e"}, {"question": "M1-u"}, {"question": "K1", "parts": 2}]
    settings = papers.exam("other").published
    assert settings is not None
    content = settings.settings | {"code": "stage-1", "draw": named}
    drafts.save_draft("stage-1", content, seen=(0, 1), actor=trainer)
    page = desk.get(f"{ADDRESS}?source=draft&seed=a").text
    assert "by the draft" in page
    assert "4 questions" in page
    assert "Your file" in page
    assert 'type="file"' in page
    assert "The case, for its questions 1 to 2" in page
    answers = desk.get(f"{ADDRESS}?source=draft&seed=a&answers=1").text
    assert "The case, for its questions 1 to 2" in answers
    content = content | {"draw": [{"unit": "M9", "count": 1}]}
    drafts.save_draft("stage-1", content, seen=(1, 1), actor=trainer)
    assert "No paper can be drawn." in desk.get(f"{ADDRESS}?source=draft").text
