import re
from datetime import timedelta
from fractions import Fraction

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.core import storage
from lms.courses import queries
from lms.courses.models import Enrolment, Lesson, LessonMedia, LessonRead
from lms.courses.queries import lesson_page
from lms.courses.services import finish_lesson, note_stage_passed, open_lesson
from tests import factories
from tests.browser import forget_person, sign_in
from tests.factories import CHECK, NOON, OPTIONS
from tests.statements import counted

HTML = '<h2 id="first">First</h2><p>One.</p><div data-check="c1"></div><p>Two.</p>'


@pytest.fixture
def enrolment(trainee: Person, client: FlaskClient) -> Enrolment:
    """A run of two stages; its trainee is signed in, and A-1 has a self-check."""
    row = factories.enrolment(trainee, factories.programme())
    factories.lesson("A-1", html=HTML, checks=[CHECK])
    sign_in(client, trainee)
    return row


def marks(session: Session) -> dict[str, bool]:
    rows = session.execute(
        select(Lesson.code, LessonRead.read_at).join(LessonRead, LessonRead.lesson_id == Lesson.id)
    )
    return {code: read_at is not None for code, read_at in rows}


def test_a_lesson_needs_a_sign_in_and_the_role(client: FlaskClient, trainer: Person) -> None:
    assert client.get("/lessons/A-1").status_code == 401
    sign_in(client, trainer)
    assert client.get("/lessons/A-1").status_code == 403


@pytest.mark.usefixtures("enrolment")
class TestLesson:
    def test_shows_text_contents_module_and_version(self, client: FlaskClient) -> None:
        page = client.get("/lessons/A-1").text
        for part in ("Lesson A-1", "Module A", "Version 2", "Do it", "What comes first?"):
            assert part in page
        assert '<a href="#first">First</a>' in page
        assert page.index("One.") < page.index("What comes first?") < page.index("Two.")

    def test_opening_it_is_noted_and_no_more(self, client: FlaskClient, session: Session) -> None:
        for _ in range(2):
            assert client.get("/lessons/A-1").status_code == 200
        assert marks(session) == {"A-1": False}

    def test_an_answer_s_reason_is_not_on_the_page(self, client: FlaskClient) -> None:
        assert "That narrows it down." not in client.get("/lessons/A-1").text

    def test_needs_few_statements(self, client: FlaskClient, session: Session) -> None:
        client.get("/lessons/A-1")
        session.expunge_all()
        forget_person()
        with counted() as sent:
            assert client.get("/lessons/A-1").status_code == 200
        assert len(sent) <= 7

    def test_opening_it_needs_not_many_more(self, client: FlaskClient, session: Session) -> None:
        session.expunge_all()
        forget_person()
        with counted() as sent:
            assert client.get("/lessons/A-1").status_code == 200
        assert len(sent) <= 18  # two of them the first time only: structure and text

    def test_a_locked_one_says_what_opens_it(self, client: FlaskClient, session: Session) -> None:
        page = client.get("/lessons/B-1")
        assert page.status_code == 409
        assert "opens when stage 1 is finished" in page.text
        assert marks(session) == {}

    def test_foreign_and_absent_ones_look_the_same(self, client: FlaskClient) -> None:
        factories.enrolment(factories.person(), factories.programme({"Z": ["Z-1"]}))
        foreign, absent = client.get("/lessons/Z-1"), client.get("/lessons/Z-2")
        assert foreign.status_code == absent.status_code == 404
        assert _anonymous(foreign.text) == _anonymous(absent.text)

    def test_says_that_it_was_updated_since_it_was_opened(self, client: FlaskClient) -> None:
        client.get("/lessons/A-1")
        factories.lesson("A-1", html="<p>Newer.</p>")
        page = client.get("/lessons/A-1").text
        assert "Newer." in page
        assert "was updated since you opened it" in page

    def test_what_was_read_stays_as_it_was(self, client: FlaskClient, enrolment: Enrolment) -> None:
        finish_lesson(enrolment.id, "A-1", actor=enrolment.person, at=NOON)
        factories.lesson("A-1", html="<p>Newer.</p>")
        page = client.get("/lessons/A-1").text
        assert "Newer." not in page
        assert "was updated" not in page

    def test_the_latest_run_counts(
        self, client: FlaskClient, trainee: Person, enrolment: Enrolment
    ) -> None:
        later = factories.enrolment(
            trainee, factories.programme({"X": ["A-1"]}), at=NOON + timedelta(days=1)
        )
        client.get("/lessons/A-1")
        assert queries.mark_of(later, "A-1") is not None
        assert queries.mark_of(enrolment, "A-1") is None

    def test_is_in_the_reader_s_language(self, client: FlaskClient) -> None:
        client.set_cookie("lang", "zh")
        page = client.get("/lessons/A-1").text
        assert "Lesson A-1（中文）" in page
        assert '<a href="#first">第一</a>' in page


@pytest.mark.usefixtures("enrolment")
class TestFinish:
    def test_leads_on_to_the_next_lesson_and_then_to_the_map(
        self, client: FlaskClient, session: Session
    ) -> None:
        assert client.post("/lessons/A-1/finish").location == "/lessons/A-2"
        assert client.post("/lessons/A-2/finish").location.startswith("/home?programme=")
        assert marks(session) == {"A-1": True, "A-2": True}

    def test_a_finished_stage_leads_into_the_next_one(
        self, client: FlaskClient, enrolment: Enrolment
    ) -> None:
        note_stage_passed(enrolment.id, "stage-1", score=Fraction(1), attempt_id=1, at=NOON)
        client.post("/lessons/A-1/finish")
        assert client.post("/lessons/A-2/finish").location == "/lessons/B-1"

    @pytest.mark.parametrize("version", ["", "x", "0", "99999999999999999999"])
    def test_a_nonsensical_version_counts_for_nothing(
        self, client: FlaskClient, session: Session, version: str
    ) -> None:
        client.post("/lessons/A-1/finish", data={"version": version})
        row = session.scalars(select(LessonRead)).one()
        assert row.version_id == queries.published_lesson("A-1").published_id

    def test_a_script_gets_the_new_state_only(self, client: FlaskClient) -> None:
        reply = client.post("/lessons/A-1/finish", headers={"HX-Request": "true"})
        assert "Marked as read" in reply.text
        assert "<html" not in reply.text

    def test_the_last_lesson_says_that_the_exam_is_open(self, client: FlaskClient) -> None:
        client.post("/lessons/A-1/finish")
        reply = client.post("/lessons/A-2/finish", headers={"HX-Request": "true"})
        assert "the exam is open" in reply.text

    def test_a_locked_lesson_is_refused(self, client: FlaskClient) -> None:
        assert client.post("/lessons/B-1/finish").status_code == 409

    def test_a_foreign_one_does_not_exist(self, client: FlaskClient) -> None:
        assert client.post("/lessons/Z-9/finish").status_code == 404


class TestCheck:
    @pytest.fixture(autouse=True)
    def opened(self, enrolment: Enrolment) -> None:
        open_lesson(lesson_page(enrolment.person, "A-1"), at=NOON)

    def test_explains_the_chosen_and_the_right_option(self, client: FlaskClient) -> None:
        page = client.post("/lessons/A-1/checks/c1", data={"choice": "A"})
        assert page.status_code == 200
        assert "That destroys evidence." in page.text
        assert "That narrows it down." in page.text
        assert "Nothing will change." not in page.text
        assert "Not quite" in page.text
        assert "<html" in page.text

    def test_a_right_answer_is_called_right(self, client: FlaskClient) -> None:
        page = client.post("/lessons/A-1/checks/c1", data={"choice": "B"})
        assert "Right." in page.text

    def test_a_fragment_for_the_page_that_is_open(self, client: FlaskClient) -> None:
        headers = {"HX-Request": "true"}
        reply = client.post("/lessons/A-1/checks/c1", data={"choice": "A"}, headers=headers)
        assert 'id="check-c1"' in reply.text
        assert "<html" not in reply.text

    @pytest.mark.parametrize(
        ("choice", "text"),
        [
            pytest.param({}, "Choose an answer first.", id="nothing chosen"),
            pytest.param({"choice": "Z"}, "Not a valid choice", id="no such option"),
        ],
    )
    def test_without_an_answer_it_says_so_and_explains_nothing(
        self, client: FlaskClient, choice: dict[str, str], text: str
    ) -> None:
        page = client.post("/lessons/A-1/checks/c1", data=choice)
        assert page.status_code == 422
        assert text in page.text
        assert "That narrows it down." not in page.text

    @pytest.mark.usefixtures("enrolment")
    def test_several_right_answers_are_ticked(self, client: FlaskClient) -> None:
        options = [{**each, "right": each["key"] in "BC"} for each in OPTIONS]
        factories.lesson("A-1", html=HTML, checks=[{**CHECK, "options": options}])
        page = client.post("/lessons/A-1/checks/c1", data={"choice": ["B", "C"]})
        assert 'type="checkbox"' in page.text
        assert "Right." in page.text

    def test_reloading_leads_back_to_the_lesson(self, client: FlaskClient) -> None:
        assert client.get("/lessons/A-1/checks/c1").location == "/lessons/A-1#check-c1"

    def test_what_is_not_there_is_a_404(self, client: FlaskClient) -> None:
        assert client.post("/lessons/A-1/checks/c9").status_code == 404

    def test_of_a_lesson_that_was_never_opened_nothing_is_told(self, client: FlaskClient) -> None:
        factories.lesson("B-1", html=HTML, checks=[CHECK])
        assert client.post("/lessons/B-1/checks/c1", data={"choice": "A"}).status_code == 404


@pytest.mark.usefixtures("enrolment")
class TestMedia:
    CONTENT = b"\x89PNG" + bytes(2_000_000)

    @pytest.fixture
    def url(self) -> str:
        return self.save("photo.png", "image/png", self.CONTENT)

    @staticmethod
    def save(name: str, mime: str, content: bytes) -> str:
        version_id = queries.published_lesson("A-1").published_id
        factories.save(
            LessonMedia(
                version_id=version_id,
                name=name,
                sha256=storage.put(content),
                mime=mime,
                size_bytes=len(content),
            )
        )
        return f"/lessons/media/{version_id}/{name}"

    def test_is_for_those_who_opened_the_lesson(self, client: FlaskClient, url: str) -> None:
        assert client.get(url).status_code == 404
        client.get("/lessons/A-1")
        reply = client.get(url)
        assert (reply.data, reply.mimetype) == (self.CONTENT, "image/png")

    def test_ranges_come_in_pieces(self, client: FlaskClient, url: str) -> None:
        client.get("/lessons/A-1")
        reply = client.get(url, headers={"Range": "bytes=4-"})
        assert (reply.status_code, len(reply.data)) == (206, 1024 * 1024)

    def test_a_drawing_is_never_a_page(self, client: FlaskClient) -> None:
        client.get("/lessons/A-1")
        reply = client.get(self.save("flow.svg", "image/svg+xml", b"<svg/>"))
        assert reply.headers["Content-Disposition"].startswith("attachment")

    def test_a_stranger_and_an_absent_file_get_the_same(
        self, client: FlaskClient, url: str
    ) -> None:
        client.get("/lessons/A-1")
        absent = client.get(f"{url}x")
        sign_in(client, factories.person())
        assert client.get(url).status_code == absent.status_code == 404
        assert client.get("/lessons/media/99999999999999999999/x").status_code == 404


def _anonymous(page: str) -> str:
    """A page without what differs between any two requests."""
    page = re.sub(r"<code>.*?</code>|[0-9a-f]{12}", "", page)
    return re.sub(r"Z-\d", "", page)
