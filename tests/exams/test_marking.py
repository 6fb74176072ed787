"""Marking by people: the queue, who may, what it earns, and the result that comes of it."""

import io
from datetime import timedelta
from fractions import Fraction

import pytest
from flask.testing import FlaskClient
from hypothesis import given, strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.core import events
from lms.core.audit import AuditEntry
from lms.core.errors import NotFoundError
from lms.courses import queries as courses
from lms.exams import marking, marking_queue, queries
from lms.exams.errors import AlreadyMarkedError, AwaitingMarkError, MarkedElsewhereError
from lms.exams.events import AttemptMarked
from lms.exams.marking import LEASE, Judgement
from lms.exams.models import Attempt, MarkingSnippet
from lms.exams.rules.kinds import Kind
from lms.exams.rules.normal import count_words
from lms.exams.rules.rubric import Item, mark_by_rubric
from lms.exams.services import hand_in, start_attempt
from lms.exams.sitting import Answer
from tests import factories
from tests.browser import sign_in
from tests.exams import papers
from tests.factories import NOON

DRAW = [{"kind": "single", "count": 1}, {"kind": "essay", "count": 1}]
SAID = "We call back at ten.\n我们十点回电。"
items = st.lists(st.integers(-5, 5), min_size=1, max_size=9).map(
    lambda points: [Item(str(n), each) for n, each in enumerate(points, start=1)]
)


@given(items=items, met=st.sets(st.sampled_from("123456789")), points=st.integers(1, 20))
def test_a_rubric_is_summed_and_clipped(items: list[Item], met: set[str], points: int) -> None:
    mark = mark_by_rubric(items, met, points)
    plain = Fraction(sum(each.points for each in items if each.key in met), points)
    assert 0 <= mark <= 1
    assert mark == plain or (plain < 0 and mark == 0) or (plain > 1 and mark == 1)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("One two", 2),
        ("我们十点回电。", 6),
        ("don't P1-level", 2),
        ("用 SLA 表", 3),
        ("a表b", 3),
    ],
)
def test_words_are_counted_in_both_languages(text: str, count: int) -> None:
    assert count_words(text) == count


@pytest.fixture
def trainer(session: Session) -> Person:
    assert not session.new
    return factories.person(roles=frozenset({Role.TRAINER}))


@pytest.fixture
def attempt(trainee: Person) -> Attempt:
    """Handed in by a trainee: the essay waits."""
    papers.ready(trainee, draw=DRAW)
    papers.question("M1-essay", Kind.ESSAY, points=4)
    row, _new = start_attempt("stage-1", actor=trainee, at=NOON)
    answers = [Answer(1, 1, ("B",)), Answer(2, 1, (SAID,))]
    return hand_in(row.id, answers, client=row.client, actor=trainee, at=NOON)


def test_a_result_waits_for_a_person(attempt: Attempt, trainee: Person) -> None:
    assert (attempt.score, attempt.passed) == (None, None)
    assert {row.slot: row.mark for row in queries.responses(attempt).values()} == {1: 1, 2: None}
    with pytest.raises(AwaitingMarkError):
        start_attempt("stage-1", actor=trainee, at=NOON + timedelta(days=9))


def test_a_blank_essay_needs_nobody(trainee: Person) -> None:
    papers.ready(trainee, draw=DRAW)
    papers.question("M1-essay", Kind.ESSAY)
    row, _new = start_attempt("stage-1", actor=trainee, at=NOON)
    done = hand_in(row.id, [Answer(2, 1, (" ",))], client=row.client, actor=trainee, at=NOON)
    assert done.score == 0


def test_the_last_mark_makes_the_result_and_what_follows(attempt: Attempt, trainer: Person) -> None:
    told: list[AttemptMarked] = []
    events.subscribe(AttemptMarked, told.append)
    done = marking.mark_answer(
        attempt.id, 2, Judgement(["1", "2", "nonsense"], "Good."), actor=trainer, at=NOON
    )
    assert (done.score, done.passed, len(told)) == (Fraction(1), True, 1)
    assert courses.progress_of(done.enrolment).current.stage.number == 2
    row = queries.markings(done)[2]
    assert (row.met, row.mark, row.comment, row.marker_id) == (
        ["1", "2"], Fraction(1), "Good.", trainer.id,
    )  # fmt: skip
    with pytest.raises(AlreadyMarkedError):
        marking.mark_answer(attempt.id, 2, Judgement([]), actor=trainer)
    assert len(told) == 1


def test_what_is_met_is_weighed(attempt: Attempt, trainer: Person, session: Session) -> None:
    done = marking.mark_answer(attempt.id, 2, Judgement(["1", "3"]), actor=trainer)
    assert done.score == Fraction(1 + 1, 5), "one of one point, one of four"
    assert done.passed is False
    noted = session.scalars(select(AuditEntry).filter_by(action="exams.marked")).one()
    assert (noted.actor_id, noted.detail["mark"]) == (trainer.id, "1/4")


@pytest.mark.parametrize("worth", [1, 2, 10])
@pytest.mark.parametrize(
    ("met", "share"),
    [(["1", "2"], Fraction(1)), (["1"], Fraction(1, 2)), (["1", "3"], Fraction(1, 4))],
)
def test_what_an_exam_makes_it_worth_changes_no_share(
    trainee: Person, trainer: Person, worth: int, met: list[str], share: Fraction
) -> None:
    papers.ready(trainee, draw=[{"kind": "essay", "count": 1, "points": worth}])
    papers.question("M1-essay", Kind.ESSAY, points=4)
    row, _new = start_attempt("stage-1", actor=trainee, at=NOON)
    assert [points for _version, _order, points in row.layout] == [worth]
    hand_in(row.id, [Answer(1, 1, (SAID,))], client=row.client, actor=trainee, at=NOON)
    done = marking.mark_answer(row.id, 1, Judgement(met), actor=trainer, at=NOON)
    assert (queries.responses(done)[1].mark, done.score) == (share, share)


def test_two_markers_do_not_do_the_same_work(attempt: Attempt, trainer: Person) -> None:
    other = factories.person(roles=frozenset({Role.TRAINER}))
    marking.claim(attempt.id, 2, actor=trainer, at=NOON)
    with pytest.raises(MarkedElsewhereError, match=trainer.name):
        marking.claim(attempt.id, 2, actor=other, at=NOON)
    with pytest.raises(MarkedElsewhereError):
        marking.mark_answer(attempt.id, 2, Judgement([]), actor=other, at=NOON)
    marking.claim(attempt.id, 2, actor=trainer, at=NOON + LEASE)
    later = NOON + 2 * LEASE + timedelta(seconds=1)
    assert marking.mark_answer(attempt.id, 2, Judgement([]), actor=other, at=later).passed is False


def test_nobody_marks_their_own_or_beyond_their_scope(attempt: Attempt, trainee: Person) -> None:
    stranger = factories.person(roles=frozenset({Role.TRAINER}), scope=factories.unit())
    for actor in (trainee, stranger):
        assert marking_queue.waiting(actor, at=NOON) == []
        with pytest.raises(NotFoundError):
            marking.mark_answer(attempt.id, 2, Judgement([]), actor=actor)


def test_what_is_no_open_answer_is_not_there(attempt: Attempt, trainer: Person) -> None:
    for slot in (0, 3):
        with pytest.raises(NotFoundError):
            marking.claim(attempt.id, slot, actor=trainer)
    with pytest.raises(AlreadyMarkedError):
        marking.claim(attempt.id, 1, actor=trainer)


class TestPages:
    def test_by_question_and_by_paper_without_names_at_first(
        self, client: FlaskClient, attempt: Attempt, trainer: Person, trainee: Person
    ) -> None:
        sign_in(client, trainer)
        for query in ("", "?by=paper"):
            page = client.get(f"/studio/marking{query}").text
            assert f"/studio/marking/{attempt.id}/2" in page
            assert trainee.name not in page
        assert trainee.name in client.get("/studio/marking?names=1").text
        sheet = client.get(f"/studio/marking/{attempt.id}/2").text
        assert "我们十点回电。" in sheet
        assert "11 words" in sheet
        assert "Points in this exam" not in sheet
        assert trainee.name not in sheet

    def test_saving_leads_to_the_next_and_shows_the_trainee_why(
        self,
        client: FlaskClient,
        attempt: Attempt,
        trainer: Person,
        trainee: Person,
        session: Session,
    ) -> None:
        sign_in(client, trainer)
        sent = {"met": ["1"], "comment": "By when?", "keeps": "1"}
        reply = client.post(f"/studio/marking/{attempt.id}/2?names=1", data=sent)
        assert reply.location == "/studio/marking?names=1", "nothing else waits"
        assert session.scalars(select(MarkingSnippet.text)).all() == ["By when?"]
        assert "Nothing waits" in client.get("/studio/marking").text
        again = client.post(f"/studio/marking/{attempt.id}/2", data=sent)
        assert again.status_code == 409
        sign_in(client, trainee)
        page = client.get(f"/attempts/{attempt.id}/result").text
        for words in ("By when?", "Says by when", "2.00 of 4", "Partly right"):
            assert words in page

    def test_what_an_exam_makes_it_worth_stands_beside_the_rubric(
        self, client: FlaskClient, trainee: Person, trainer: Person
    ) -> None:
        papers.ready(trainee, draw=[{"kind": "essay", "count": 1, "points": 10}])
        papers.question("M1-essay", Kind.ESSAY, points=4)
        row, _new = start_attempt("stage-1", actor=trainee, at=NOON)
        hand_in(row.id, [Answer(1, 1, (SAID,))], client=row.client, actor=trainee, at=NOON)
        sign_in(client, trainer)
        sheet, said = f"/studio/marking/{row.id}/1", "Points in this exam: 10."
        page = client.get(sheet).text
        assert ('data-worth="4"' in page, said in page) == (True, True)
        client.post(sheet, data={"met": ["1"], "stop": "1"})
        sign_in(client, trainee)
        page = client.get(f"/attempts/{row.id}/result").text
        assert ("5.00 of 10" in page, said in page) == (True, True)

    def test_who_comes_second_is_told_who_is_first(
        self, client: FlaskClient, attempt: Attempt, trainer: Person
    ) -> None:
        marking.claim(
            attempt.id, 2, actor=factories.person(name="First", roles=frozenset({Role.TRAINER}))
        )
        sign_in(client, trainer)
        page = client.get(f"/studio/marking/{attempt.id}/2", follow_redirects=True).text
        assert "First is marking this answer." in page

    def test_until_then_the_result_says_that_it_waits(
        self, client: FlaskClient, attempt: Attempt, trainee: Person
    ) -> None:
        sign_in(client, trainee)
        page = client.get(f"/attempts/{attempt.id}/result").text
        assert "a person has to mark it" in page
        assert "Waiting for marking" in page
        assert "Try again" not in page
        assert "still being marked" in client.get("/exams/stage-1").text

    def test_a_trainee_has_no_such_pages(
        self, client: FlaskClient, attempt: Attempt, trainee: Person
    ) -> None:
        sign_in(client, trainee)
        for path in ("", f"/{attempt.id}/2", "/files/1"):
            assert client.get(f"/studio/marking{path}").status_code == 403


class TestFiles:
    @pytest.fixture
    def sitting(self, client: FlaskClient, trainee: Person) -> Attempt:
        papers.ready(trainee, draw=[{"kind": "upload", "count": 1}])
        papers.question("M1-upload", Kind.UPLOAD, points=4)
        sign_in(client, trainee)
        page = client.post("/exams/stage-1/attempts")
        return queries.attempt_of(trainee, int(page.location.rsplit("/", 1)[1]), with_layout=True)

    @staticmethod
    def put(client: FlaskClient, sitting: Attempt, name: str, content: bytes) -> str:
        sent = {"seq": "10", "file1": (io.BytesIO(content), name)}
        path = f"/attempts/{sitting.id}/files/1"
        return client.post(path, data=sent, follow_redirects=True).text

    def test_from_handing_in_to_marking(
        self, client: FlaskClient, sitting: Attempt, trainee: Person, trainer: Person
    ) -> None:
        assert "图.pdf" in self.put(client, sitting, "图.pdf", b"%PDF-1.7 one")
        assert "two.pdf" in self.put(client, sitting, "two.pdf", b"%PDF-1.7 two")
        one, two = queries.responses(sitting)[1].answer
        sent = {"seq": "11", "remove": one}
        page = client.post(
            f"/attempts/{sitting.id}/files/1/remove", data=sent, follow_redirects=True
        )
        assert "图.pdf" not in page.text
        assert queries.responses(sitting)[1].answer == [two]
        assert client.get(f"/attempts/files/{two}").data == b"%PDF-1.7 two"
        hand_in(sitting.id, client=sitting.client, actor=trainee)
        sign_in(client, factories.person(roles=frozenset({Role.TRAINEE})))
        assert client.get(f"/attempts/files/{two}").status_code == 404
        sign_in(client, trainer)
        assert "two.pdf" in client.get(f"/studio/marking/{sitting.id}/1").text
        assert client.get(f"/studio/marking/files/{two}").data == b"%PDF-1.7 two"
        client.post(f"/studio/marking/{sitting.id}/1", data={"met": "1", "stop": "1"})
        assert queries.attempt_of(trainee, sitting.id).passed

    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            ("", b"", "Choose a file first."),
            ("a.exe", b"MZ", "Files of this kind are not taken."),
            ("a.pdf", b"PK", "pdf"),
            ("a.mp4", b"\0\0\0\x18ftypmp42", "Files of this kind are not taken."),
        ],
    )
    def test_what_is_not_taken_is_said_and_nothing_is_lost(
        self, client: FlaskClient, sitting: Attempt, name: str, content: bytes, said: str
    ) -> None:
        self.put(client, sitting, "kept.pdf", b"%PDF-1.7 one")
        page = self.put(client, sitting, name, content)
        assert "kept.pdf" in page
        assert said in page
        assert len(queries.responses(sitting)[1].answer) == 1

    def test_only_so_many(self, client: FlaskClient, sitting: Attempt) -> None:
        page = ""
        for number in range(3):
            page = self.put(client, sitting, f"{number}.pdf", f"%PDF-1.7 {number}".encode())
        assert "2 files at most" in page
        assert len(queries.responses(sitting)[1].answer) == 2

    def test_not_after_handing_in(
        self, client: FlaskClient, sitting: Attempt, trainee: Person, session: Session
    ) -> None:
        hand_in(sitting.id, client=sitting.client, actor=trainee)
        sent = {"seq": "10", "file1": (io.BytesIO(b"%PDF-1.7"), "a.pdf")}
        assert client.post(f"/attempts/{sitting.id}/files/1", data=sent).status_code == 409
        assert session.scalar(select(func.count()).select_from(Attempt)) == 1
