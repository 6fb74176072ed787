"""Saving without JavaScript: what the page says of it is true."""

from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.exams import form_saving, queries
from lms.exams.models import Attempt, LateAnswer, ResponseFile
from lms.exams.rules.kinds import Kind
from lms.exams.services import save_answers
from lms.exams.sitting import Answer
from tests.browser import sign_in
from tests.exams import papers
from tests.exams.test_services import slot_of

SAVED, NEWER = "Your answers are saved.", "Some answers were newer than this page"


def begun(client: FlaskClient, trainee: Person) -> Attempt:
    sign_in(client, trainee)
    page = client.post("/exams/stage-1/attempts")
    return queries.attempt_of(trainee, int(page.location.rsplit("/", 1)[1]), with_layout=True)


@pytest.fixture
def sitting(client: FlaskClient, trainee: Person) -> Attempt:
    papers.ready(trainee)
    return begun(client, trainee)


def stored(attempt: Attempt) -> dict[int, list[str]]:
    return {slot: each.answer for slot, each in queries.responses(attempt).items()}


class TestGoingBack:
    """A browser restores the page that was sent already; its `seq` is in it."""

    def send(self, client: FlaskClient, sitting: Attempt, seq: int, **fields: str) -> str:
        address = f"/attempts/{sitting.id}"
        return client.post(
            address, data={"seq": str(seq), **fields}, follow_redirects=True
        ).text  # fmt: skip

    def test_what_is_changed_there_stands(self, client: FlaskClient, sitting: Attempt) -> None:
        single = slot_of(sitting, Kind.SINGLE)
        name = f"a{single}"
        assert SAVED in self.send(client, sitting, 10, **{name: "A"})
        assert SAVED in self.send(client, sitting, 10, **{name: "B"})
        assert stored(sitting)[single] == ["B"]
        assert SAVED in self.send(client, sitting, 10, **{name: "B"})  # sent twice

    def test_a_repeat_of_the_first_changes_nothing_and_is_not_called_saved(
        self, client: FlaskClient, sitting: Attempt
    ) -> None:
        single = slot_of(sitting, Kind.SINGLE)
        name = f"a{single}"
        self.send(client, sitting, 10, **{name: "A"})
        self.send(client, sitting, 10, **{name: "B"})
        page = self.send(client, sitting, 10, **{name: "A"})
        assert NEWER in page
        assert SAVED not in page
        assert stored(sitting)[single] == ["B"]

    def test_a_flag_is_part_of_it(self, client: FlaskClient, sitting: Attempt) -> None:
        self.send(client, sitting, 10)
        assert SAVED in self.send(client, sitting, 10, f1="1")
        assert queries.responses(sitting)[1].flagged

    def test_what_another_page_saved_since_is_kept(
        self, client: FlaskClient, sitting: Attempt, trainee: Person
    ) -> None:
        single = slot_of(sitting, Kind.SINGLE)
        newer = [Answer(single, 99, ("C",))]
        save_answers(sitting.id, newer, client=sitting.client, actor=trainee)
        assert NEWER in self.send(client, sitting, 10, **{f"a{single}": "A"})
        assert stored(sitting)[single] == ["C"]
        same = [Answer(single, 10, ("C",))]  # it says what stands: nothing is lost
        assert form_saving.save_form(sitting, same, client=sitting.client, actor=trainee)


class TestOneByOne:
    @pytest.fixture
    def sitting(self, client: FlaskClient, trainee: Person) -> Attempt:
        papers.question("M1-upload", Kind.UPLOAD, points=4)
        kinds = ("upload", "single", "numeric")
        draw = [{"unit": "M1", "count": 1, "kind": kind} for kind in kinds]
        papers.ready(trainee, navigation="forward", shuffle_questions=False, draw=draw)
        return begun(client, trainee)

    def test_a_file_is_handed_in_and_taken_out(
        self, client: FlaskClient, sitting: Attempt, session: Session
    ) -> None:
        place = slot_of(sitting, Kind.UPLOAD)
        for slot in range(1, place):
            client.post(f"/attempts/{sitting.id}", data={"seq": "5", "slot": slot, "next": "1"})
        address = f"/attempts/{sitting.id}/files/{place}"
        file = (BytesIO(b"%PDF-1.7 one"), "plan.pdf")
        sent = {"seq": "20", "slot": str(place), f"file{place}": file}
        page = client.post(address, data=sent, follow_redirects=True)
        assert "The file is handed in with this attempt." in page.text
        row = session.scalars(select(ResponseFile)).one()
        assert stored(sitting)[place] == [str(row.id)]
        sent = {"seq": "21", f"a{place}": str(row.id), "remove": str(row.id)}
        page = client.post(f"{address}/remove", data=sent, follow_redirects=True)
        assert page.status_code == 200
        assert stored(sitting)[place] == []
        assert session.scalars(select(LateAnswer)).all() == []

    def test_a_file_for_a_question_that_was_left_is_refused(
        self, client: FlaskClient, sitting: Attempt, session: Session
    ) -> None:
        client.post(f"/attempts/{sitting.id}", data={"seq": "5", "slot": "1", "next": "1"})
        sent = {"seq": "20", "file1": (BytesIO(b"%PDF-1.7 one"), "plan.pdf")}
        assert client.post(f"/attempts/{sitting.id}/files/1", data=sent).status_code == 409
        assert session.scalars(select(ResponseFile)).all() == []

    def test_nobody_is_led_on_where_something_newer_stands(
        self, client: FlaskClient, sitting: Attempt, trainee: Person, session: Session
    ) -> None:
        kind = papers.kinds(sitting)[0]
        first, second = ("", "1") if kind is Kind.UPLOAD else ("A", "B")
        newer = [Answer(1, 99, (second,))]
        save_answers(sitting.id, newer, client=sitting.client, actor=trainee)
        sent = {"seq": "10", "slot": "1", "a1": first, "next": "1"}
        page = client.post(f"/attempts/{sitting.id}", data=sent, follow_redirects=True)
        assert NEWER in page.text
        session.expire_all()
        assert session.get_one(Attempt, sitting.id).position == 1
        again = {"seq": "100", "slot": "1", "a1": second, "next": "1"}
        client.post(f"/attempts/{sitting.id}", data=again)
        session.expire_all()
        assert session.get_one(Attempt, sitting.id).position == 2
