"""Options that stand for all of the others: last on every paper, in practice, and by their keys."""

from collections.abc import Sequence

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.core.db import db, transaction
from lms.core.text import digest
from lms.courses import services as courses
from lms.exams import drawable, queries
from lms.exams.exchange import storing
from lms.exams.exchange.reading import read
from lms.exams.exchange.storing import Order
from lms.exams.models import Attempt, Pool, Question, QuestionVersion
from lms.exams.paper import order_of
from lms.exams.rules import drawing
from lms.exams.rules.kinds import Kind
from lms.exams.services import hand_in, start_attempt
from lms.exams.sitting import Answer
from tests.browser import sign_in
from tests.exams import papers
from tests.factories import NOON

GIFT = """
::one::备份出错时先做什么？{~以上都对 ~看日志 =看磁盘 ~都不对}

::two::Which of these is a copy?{~a mirror =None of the above ~a trash can ~All of the above ~a link}

::three::Put each at its place{=a -> x =b -> None of the above =c -> 以上皆非 =d -> z}

::four::多选{~%50%甲 ~%0%丙 ~%50%以上选项都包括}
"""
FOUR = "ABCD"


def stored(text: str = GIFT, *, pool: Pool = Pool.EXAM) -> Sequence[QuestionVersion]:
    report = read(text.encode(), "gift")
    wanted = Order("mine", unit="M1", pool=pool)
    storing.store(report, wanted, actor_id=None, at=NOON)
    assert {each.code for each in report.problems} <= {"shares-dropped"}
    found = select(QuestionVersion).join(Question.published).where(Question.bank == "mine")
    versions = {each.id: each for each in db.session.scalars(found)}
    return [versions[each] for each in sorted(versions)]


def said(version: QuestionVersion, keys: Sequence[str]) -> list[str]:
    name = "choices" if "choices" in version.body else "options"
    texts = {each["key"]: each["text"]["zh"] for each in version.body[name]}
    return [texts[key] for key in keys]


@pytest.mark.usefixtures("session")
def test_what_was_imported_is_drawn_with_them_at_the_end() -> None:
    one, two, three, four = stored()
    ends = {
        one.id: ["以上都对", "都不对"],
        two.id: ["None of the above", "All of the above"],
        three.id: ["None of the above", "以上皆非"],
        four.id: ["以上选项都包括"],
    }
    first: dict[int, set[str]] = {each: set() for each in ends}
    for seed in map(str, range(40)):
        for each in drawable.bank():
            shown = drawing.option_order(seed, each).rpartition(" | ")[2].split()
            version = db.session.get_one(QuestionVersion, each.version_id)
            texts, end = said(version, shown), ends[each.version_id]
            assert texts[-len(end) :] == end
            first[each.version_id].add(texts[0])
    assert all(len(each) > 1 for each in first.values()), "the others are still mixed"


@pytest.mark.usefixtures("session")
def test_practice_has_them_at_the_end_too() -> None:
    one = stored(pool=Pool.PRACTICE)[0]
    shown = queries.questions([one.id])[one.id]
    for seed in map(str, range(20)):
        assert said(one, order_of(shown, seed=seed).split())[2:] == ["以上都对", "都不对"]
    assert order_of(shown).split() == list(FOUR), "as written, where nothing is mixed"


@pytest.fixture
def version(trainee: Person) -> QuestionVersion:
    programme = papers.programme()
    texts = {"A": ("以上都对", "All of the above"), "B": ("甲", "x"), "C": ("乙", "y")}
    body = {
        "stem": papers.text("Which?"),
        "explanation": papers.text("Both."),
        "lesson": "M1-1",
        "safety": False,
        "options": [
            {"key": key, "text": {"zh": zh, "en": en}, "why": papers.WHY}
            for key, (zh, en) in texts.items()
        ],
        "answer": ["A"],
    }
    row = Question(code="M1-all", unit="M1", pool=Pool.EXAM)
    with transaction() as session:
        session.add(row)
        session.flush()
        row.published = QuestionVersion(
            question_id=row.id, number=1, kind=Kind.SINGLE, points=1, difficulty=2, tags=[],
            body=body, meta={}, digest=digest(["M1-all", body]), made_at=NOON,
        )  # fmt: skip
    papers.exam(draw=[{"question": "M1-all"}])
    run = papers.enrol(trainee, programme)
    courses.finish_lesson(run.id, "M1-1", actor=trainee, at=NOON)
    return row.published


def test_letters_follow_the_place_and_the_answer_its_key(
    client: FlaskClient, trainee: Person, version: QuestionVersion
) -> None:
    sign_in(client, trainee)
    place = client.post("/exams/stage-1/attempts").location
    page = client.get(place).text
    shown = page.index('value="A"')
    assert shown > max(page.index('value="B"'), page.index('value="C"'))
    letter = page.index('<b aria-hidden="true">C</b>')
    assert shown < letter < page.index("All of the above")
    client.post(place, data={"seq": "1", "a1": "A", "finish": "1"})
    done = client.post(f"{place}/hand-in", follow_redirects=True).text
    assert "100" in done


def test_a_paper_that_was_drawn_before_stays_as_it_is(
    trainee: Person, version: QuestionVersion, session: Session
) -> None:
    attempt = start_attempt("stage-1", actor=trainee, at=NOON)[0]
    before = [[version.id, "A C B", 1]]
    with transaction():
        attempt.layout = before
    session.expire_all()
    again, client = start_attempt("stage-1", actor=trainee, at=NOON)
    assert (again.id, client) == (attempt.id, "")
    answers = [Answer(1, 1, ("A",))]
    hand_in(attempt.id, answers, client=attempt.client, actor=trainee, at=NOON)
    kept = session.get_one(Attempt, attempt.id)
    assert kept.layout == before
    assert kept.score == 1
