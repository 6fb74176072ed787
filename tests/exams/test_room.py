"""What a trainer sees and does while exams run: the list, messages, and collecting a paper."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.core.audit import AuditEntry
from lms.core.errors import NotFoundError
from lms.courses import services as courses
from lms.exams.errors import AttemptClosedError, NobodySitsError, NotRunningError
from lms.exams.models import Attempt, HandedInBy
from lms.exams.room import collect, note_seen, send_message
from lms.exams.room_models import CollectedPaper, ExamMessage, ExamMessageSeen
from lms.exams.services import hand_in, save_answers, start_attempt
from lms.exams.sitting import Answer
from lms.exams.underway import latest_message, told, underway
from lms.records.models import RecordEntry
from tests import factories
from tests.browser import sign_in
from tests.exams import papers
from tests.factories import NOON

MINUTE = timedelta(minutes=1)
END = NOON + 20 * MINUTE


@pytest.fixture
def attempt(trainee: Person) -> Attempt:
    papers.ready(trainee)
    return start_attempt("stage-1", actor=trainee, at=NOON)[0]


@pytest.fixture
def stranger(session: Session) -> Person:
    return factories.person(roles={Role.TRAINER}, scope=factories.unit(name="Elsewhere"))


def save(attempt: Attempt, trainee: Person, *answers: tuple[str, ...]) -> int:
    """Save answers to the first slots; return the latest message that the page hears of."""
    sent = [Answer(slot, 1, each) for slot, each in enumerate(answers, start=1)]
    reply = save_answers(attempt.id, sent, client=attempt.client, actor=trainee, at=NOON)
    return reply.message_id


class TestTheList:
    def test_it_counts_what_is_saved(
        self, attempt: Attempt, trainee: Person, trainer: Person
    ) -> None:
        kinds = papers.kinds(attempt)
        given = [papers.RIGHT[kind] for kind in kinds]
        (row,) = underway(trainer, at=NOON)
        assert (row.saved, row.questions, row.unseen) == (0, len(kinds), 0)
        save(attempt, trainee, *given[:3], (), (" ", ""), ("",))
        (row,) = underway(trainer, at=NOON)
        assert row.saved == 3
        assert row.left_ms(NOON) == 20 * 60 * 1000
        assert row.left_ms(END + MINUTE) == 0

    def test_it_ends_with_the_attempt_and_with_the_scope(
        self, attempt: Attempt, trainee: Person, trainer: Person, stranger: Person
    ) -> None:
        assert underway(stranger, at=NOON) == []
        assert underway(trainer, at=END + MINUTE) == []
        hand_in(attempt.id, client=attempt.client, actor=trainee, at=NOON)
        assert underway(trainer, at=NOON) == []


class TestMessages:
    def test_the_next_save_tells_of_it(
        self, attempt: Attempt, trainee: Person, trainer: Person
    ) -> None:
        assert save(attempt, trainee, ("A",)) == 0
        assert send_message("Five more minutes", actor=trainer, attempt_id=attempt.id, at=NOON) == 1
        first = latest_message(attempt.id)
        assert first > 0
        reply = save_answers(
            attempt.id, [Answer(1, 9, ("B",))], client=attempt.client, actor=trainee, at=NOON
        )
        assert reply.message_id == first
        empty = save_answers(attempt.id, [], client=attempt.client, actor=trainee, at=NOON)
        assert empty.message_id == first

    def test_it_is_acknowledged_once_and_kept(
        self, attempt: Attempt, trainee: Person, trainer: Person, session: Session
    ) -> None:
        send_message("Fire drill", actor=trainer, attempt_id=attempt.id, at=NOON)
        (message,) = told(attempt.id)
        assert (message.text, message.sender, message.seen_at) == ("Fire drill", "Wang Fang", None)
        assert underway(trainer, at=NOON)[0].unseen == 1
        for minutes in (1, 2):
            note_seen(attempt.id, message.id, actor=trainee, at=NOON + minutes * MINUTE)
        assert told(attempt.id)[0].seen_at == NOON + MINUTE
        assert underway(trainer, at=NOON)[0].unseen == 0
        for wrong in (message.id + 1, 0):
            with pytest.raises(NotFoundError):
                note_seen(attempt.id, wrong, actor=trainee, at=NOON)
        with pytest.raises(NotFoundError):
            note_seen(attempt.id, message.id, actor=trainer, at=NOON)
        for table in (ExamMessageSeen, ExamMessage):
            with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
                session.execute(delete(table))
        line = session.scalars(select(AuditEntry).filter_by(action="exams.message_sent")).one()
        assert (line.actor_id, line.detail) == (trainer.id, {"text": "Fire drill"})

    def test_one_to_all_goes_to_all_in_scope(
        self, attempt: Attempt, trainer: Person, stranger: Person
    ) -> None:
        other = factories.person(name="Chen Jie")
        run = papers.enrol(other, attempt.enrolment.programme)
        courses.finish_lesson(run.id, "M1-1", actor=other, at=NOON)
        second = start_attempt("stage-1", actor=other, at=NOON)[0]
        assert send_message("Quiet please", actor=trainer, at=NOON) == 2
        assert [each.text for each in told(second.id)] == ["Quiet please"]
        with pytest.raises(NobodySitsError):
            send_message("x", actor=stranger, at=NOON)
        with pytest.raises(NotFoundError):
            send_message("x", actor=stranger, attempt_id=attempt.id, at=NOON)
        with pytest.raises(NotRunningError):
            send_message("x", actor=trainer, attempt_id=attempt.id, at=END + MINUTE)


class TestCollecting:
    def test_it_hands_in_what_is_saved_and_says_who_and_why(
        self, attempt: Attempt, trainee: Person, trainer: Person, session: Session
    ) -> None:
        kinds = papers.kinds(attempt)
        save(attempt, trainee, *(papers.RIGHT[kind] for kind in kinds))
        done = collect(attempt.id, "Had to leave", actor=trainer, at=NOON + MINUTE)
        assert (done.handed_in_by, done.submitted_at) == (HandedInBy.TRAINER, NOON + MINUTE)
        assert done.passed
        row = session.scalars(select(CollectedPaper)).one()
        assert (row.collected_by_id, row.reason) == (trainer.id, "Had to leave")
        line = session.scalars(select(AuditEntry).filter_by(action="exams.handed_in_for")).one()
        assert (line.actor_id, line.detail) == (trainer.id, {"reason": "Had to leave"})
        facts = session.scalars(select(RecordEntry).filter_by(person_id=trainee.id))
        assert [each.detail.get("handed_in_by") for each in facts if "score" in each.detail] == [
            "trainer"
        ]
        with pytest.raises(AttemptClosedError):
            save(attempt, trainee, ("A",))

    def test_once_and_only_while_it_runs(
        self, attempt: Attempt, trainee: Person, trainer: Person, stranger: Person
    ) -> None:
        for actor in (stranger, trainee):
            with pytest.raises(NotFoundError):
                collect(attempt.id, "x", actor=actor, at=NOON)
        with pytest.raises(NotRunningError):
            collect(attempt.id, "x", actor=trainer, at=END + MINUTE)
        collect(attempt.id, "x", actor=trainer, at=NOON)
        with pytest.raises(NotRunningError):
            collect(attempt.id, "x", actor=trainer, at=NOON)
        own = hand_in(attempt.id, client=attempt.client, actor=trainee, at=NOON)
        assert own.handed_in_by is HandedInBy.TRAINER

    @pytest.mark.usefixtures("session")
    def test_a_trainer_who_sits_an_exam_does_not_watch_themselves(self) -> None:
        both = factories.person(roles={Role.TRAINER, Role.TRAINEE})
        papers.ready(both)
        own = start_attempt("stage-1", actor=both, at=NOON)[0]
        assert underway(both, at=NOON) == []
        for act in (
            collect,
            lambda number, text, **who: send_message(text, attempt_id=number, **who),
        ):
            with pytest.raises(NotFoundError):
                act(own.id, "x", actor=both, at=NOON)


class TestThePages:
    @pytest.fixture
    def room(self, client: FlaskClient, trainee: Person) -> tuple[FlaskClient, FlaskClient, int]:
        """The trainer's browser and the sitter's, and the attempt."""
        papers.ready(trainee)
        sitter = client.application.test_client()
        sign_in(sitter, trainee)
        number = int(sitter.post("/exams/stage-1/attempts").location.rsplit("/", 1)[1])
        return client, sitter, number

    def test_the_list_and_its_numbers(
        self, room: tuple[FlaskClient, FlaskClient, int], trainee: Person, trainer: Person
    ) -> None:
        desk, sitter, number = room
        sign_in(sitter, trainee)
        assert sitter.get("/studio/underway.json").status_code == 403
        sign_in(desk, trainer)
        page = desk.get("/studio/underway").text
        assert "Li Wei" in page
        assert f"/studio/underway/{number}" in page
        reply = desk.get("/studio/underway.json").json
        assert reply is not None
        (row,) = reply["sitting"]
        assert (row["id"], row["saved"], row["questions"]) == (number, 0, len(papers.BANKED))
        assert 0 < row["left_ms"] <= 20 * 60 * 1000
        assert desk.get("/studio/underway/999").status_code == 404

    def test_a_message_reaches_the_page_and_is_acknowledged(
        self, room: tuple[FlaskClient, FlaskClient, int], trainee: Person, trainer: Person
    ) -> None:
        desk, sitter, number = room
        sign_in(desk, trainer)
        address = f"/studio/underway/{number}/message"
        bad = desk.post(address, data={"text": " "})
        assert bad.status_code == 422
        assert "Write what they should know." in bad.text
        desk.post(address, data={"text": "Please <b>sit</b> down"})
        desk.post("/studio/underway/message", data={"text": "To everyone"})
        sign_in(sitter, trainee)
        heard = sitter.get(f"/attempts/{number}/messages").json
        assert heard is not None
        assert [each["text"] for each in heard["messages"]] == [
            "Please <b>sit</b> down", "To everyone",
        ]  # fmt: skip
        first, second = (each["id"] for each in heard["messages"])
        assert heard["latest"] == second
        sitter.post(f"/attempts/{number}/take-over")  # signing in again is another browser
        page = sitter.get(f"/attempts/{number}").text
        assert "Please &lt;b&gt;sit&lt;/b&gt; down" in page
        sitter.post(f"/attempts/{number}/messages", json={"seen": first})
        plain = {"seq": "5", "a1": "A", "seen": str(second)}  # without JavaScript, beside answers
        page = sitter.post(f"/attempts/{number}", data=plain, follow_redirects=True).text
        assert "To everyone" not in page
        assert sitter.get(f"/attempts/{number}/messages").json["messages"] == []  # type: ignore[index]
        for wrong in ({"seen": "x"}, {"seen": 10**12}, {}, [1]):
            assert sitter.post(f"/attempts/{number}/messages", json=wrong).status_code == 404
        sign_in(desk, trainer)
        assert "read at" in desk.get(f"/studio/underway/{number}").text

    def test_handing_in_for_somebody_asks_first(
        self, room: tuple[FlaskClient, FlaskClient, int], trainee: Person, trainer: Person
    ) -> None:
        desk, sitter, number = room
        sign_in(desk, trainer)
        address = f"/studio/underway/{number}/hand-in"
        assert "Hand in for Li Wei?" in desk.get(address).text
        empty = desk.post(address, data={"reason": " "})
        assert (empty.status_code, "Say in a line why." in empty.text) == (422, True)
        done = desk.post(address, data={"reason": "Felt ill"}, follow_redirects=True)
        assert "Handed in with what was saved." in done.text
        assert desk.get(address).status_code == 404
        sign_in(sitter, trainee)
        reply = sitter.get(f"/attempts/{number}/messages", headers={"Accept": "application/json"})
        assert reply.json is not None
        assert (reply.status_code, reply.json["type"]) == (409, "/problems/attempt-closed")
        page = sitter.get(f"/attempts/{number}/result").text
        assert "Wang Fang handed this in for you: Felt ill" in page
        assert "Handed in by the trainer" in sitter.get("/record").text

    def test_nobody_to_tell(self, client: FlaskClient, trainer: Person) -> None:
        sign_in(client, trainer)
        assert "Nobody sits an exam just now" in client.get("/studio/underway").text
        page = client.post("/studio/underway/message", data={"text": "x"}, follow_redirects=True)
        assert "Nobody in your scope" in page.text
