"""The pages on which a key is corrected, and those on which HR decides about a lost pass."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.certificates.models import Certificate
from lms.core import queue
from lms.core.db import db
from lms.exams.regrade_models import Regrade, RegradeChange
from lms.exams.rules.kinds import Kind
from lms.exams.rules.rulings import Ruling, Way
from tests import factories
from tests.browser import sign_in
from tests.exams import papers
from tests.exams.test_regrading import Room, another_version
from tests.statements import counted


@pytest.fixture
def room(session: Session) -> Room:
    return Room()


ASKED = {"version": "1", "way": "also", "also": "A", "reason": "Wrong key", "never_lower": "y"}


class TestPages:
    def test_from_the_question_to_the_corrected_result(
        self, client: FlaskClient, room: Room
    ) -> None:
        failed = room.sits("A")
        sign_in(client, room.trainer)
        assert "/studio/questions/q1/regrade" in client.get("/studio/questions/q1").text
        assert client.get("/studio/questions/q1/regrade").status_code == 200
        reply = client.post("/studio/questions/q1/regrade", data=ASKED)
        assert "/work/" in reply.location
        while queue.run_one():
            pass
        row = db.session.scalars(select(Regrade)).one()
        address = f"/studio/regrades/{row.id}"
        page = client.get(address).text
        for part in ("Nothing is changed yet", "not passed → passed", "50.00 %", "Apply it"):
            assert part in page, part
        assert client.post(address).location.endswith(address)
        assert "/work/" in client.get(address).location
        while queue.run_one():
            pass
        page = client.get(address).text
        assert "Applied on" in page
        assert "Apply it" not in page
        assert "applied" in client.get("/studio/questions/q1/regrade").text
        trainee = db.session.get_one(Person, failed.person_id)
        sign_in(client, trainee)
        mine = client.get(f"/attempts/{failed.id}/result")
        assert "The key of this question was corrected" in mine.text
        assert "Exam result corrected" in client.get("/record").text

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"also": "Z"}, "no option Z. It has: A B C"),
            ({"also": " "}, "Write the answer that is right as well"),
            ({"reason": ""}, "Say why"),
            ({"way": "other-key", "other": ""}, "Choose another version"),
            ({"way": "other-key", "other": "1"}, "Choose another version"),
            ({"way": "magic"}, "Not a valid choice"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field(
        self, client: FlaskClient, room: Room, changes: dict[str, str], expected: str
    ) -> None:
        sign_in(client, room.trainer)
        reply = client.post("/studio/questions/q1/regrade", data={**ASKED, **changes})
        assert (reply.status_code, expected in reply.text) == (422, True)

    @pytest.mark.parametrize(
        ("kind", "also", "expected"),
        [
            (Kind.FILLIN, "备份\n恢复", ("备份", "恢复")),
            (Kind.FILLIN, "\r\n恢复\r\n\r\n", ("", "恢复")),
            (Kind.FILLIN, "备份\n", ("备份", "")),
            (Kind.FILLIN, "备份", "The question has 2 blanks: write a line for each"),
            (Kind.FILLIN, "1\n2\n3", "The question has 2 blanks: write a line for each"),
            (Kind.FILLIN, "\n", "Write the answer that is right as well"),
            (Kind.NUMERIC, "1,234.5\n", ("1,234.5",)),
            (Kind.NUMERIC, "1\n2", "The question has 1 blank: write one line."),
            (Kind.CLOZE, "7201\nA\n密", ("7201", "A", "密")),
            (Kind.CLOZE, "7201\nC\n密", "no option C. It has: A B"),
            (Kind.CLOZE, "7201\n\n密", "no option –. It has: A B"),
            (Kind.MATCHING, "2=B，1=A", ("2=B", "1=A")),
        ],
    )
    def test_what_is_typed_goes_to_its_blank(
        self,
        client: FlaskClient,
        room: Room,
        kind: Kind,
        also: str,
        expected: str | tuple[str, ...],
    ) -> None:
        row = papers.question("typed", kind)
        if kind is Kind.FILLIN and row.published is not None:
            accept = {"accept": {"zh": ["席位"], "en": ["seat"]}}
            row.published.body = {**row.published.body, "blanks": [accept, accept]}
            db.session.commit()
        sign_in(client, room.trainer)
        reply = client.post("/studio/questions/typed/regrade", data={**ASKED, "also": also})
        if isinstance(expected, str):
            assert (reply.status_code, expected in reply.text) == (422, True)
        else:
            ruling = db.session.scalars(select(Regrade.ruling)).one()
            assert Ruling.read(ruling).also == expected

    def test_a_rule_that_says_no_is_said_there_too(self, client: FlaskClient, room: Room) -> None:
        papers.question("essay", Kind.ESSAY)
        sign_in(client, room.trainer)
        reply = client.post("/studio/questions/essay/regrade", data=ASKED)
        assert (reply.status_code, "People mark this question" in reply.text) == (422, True)

    def test_the_dry_run_names_the_certificates_that_it_touches(
        self, client: FlaskClient, room: Room
    ) -> None:
        factories.certificate_definition("k", months=None, earned=[{"exam": "stage-1"}])
        passed, failed = room.sits("B"), room.sits("B", "A")
        serial = db.session.scalars(select(Certificate.serial)).one()
        key_is_a = Ruling(Way.OTHER_KEY, version_id=another_version(room.first, "A").id)
        row = room.asks(key_is_a, never_lower=False)
        sign_in(client, room.trainer)
        page = client.get(f"/studio/regrades/{row.id}").text
        for part in (serial, "Valid", "passed → not passed", "100.00 % → 0.00 %"):
            assert part in page, part
        assert page.count(serial) == 1, f"attempt {failed.id} earned none"
        room.regrades(key_is_a, never_lower=False)
        sign_in(client, factories.person(roles={Role.HR}))
        page = client.get("/studio/lost-passes").text
        assert "Certificates that rest on it:" in page
        assert (serial in page, passed.score == 1) == (True, False)

    def test_more_papers_need_no_more_statements(self, client: FlaskClient, room: Room) -> None:
        factories.certificate_definition("k", months=None, earned=[{"exam": "stage-1"}])
        key_is_a = Ruling(Way.OTHER_KEY, version_id=another_version(room.first, "A").id)
        sign_in(client, room.trainer)
        needed = []
        for more, papers_then in ((1, 1), (4, 5)):
            for _time in range(more):
                room.sits("B")
            row = room.asks(key_is_a, never_lower=False)
            client.get(f"/studio/regrades/{row.id}")
            with counted() as sent:
                page = client.get(f"/studio/regrades/{row.id}").text
            needed.append(len(sent))
            assert page.count("passed → not passed") == papers_then
        assert needed[0] == needed[1]

    def test_hr_decides_about_a_lost_pass(self, client: FlaskClient, room: Room) -> None:
        room.sits("B")
        key_is_a = Ruling(Way.OTHER_KEY, version_id=another_version(room.first, "A").id)
        room.regrades(key_is_a, never_lower=False)
        sign_in(client, factories.person(roles={Role.HR}))
        assert "1 pass that a regrade took away waits" in client.get("/admin/people").text
        page = client.get("/studio/lost-passes")
        assert "100.00 % before, 50.00 % now" in page.text
        change = db.session.scalars(select(RegradeChange)).one()
        refused = client.post(f"/studio/lost-passes/{change.id}", data={})
        assert refused.status_code == 422
        told = {f"lost-{change.id}-note": "It stays."}
        assert client.post(f"/studio/lost-passes/{change.id}", data=told).status_code in {302, 303}
        assert "Nobody waits for a decision" in client.get("/studio/lost-passes").text
        assert "a regrade took away" not in client.get("/admin/people").text

    @pytest.mark.parametrize(("role", "leads"), [(Role.TRAINER, False), (Role.ADMIN, True)])
    def test_the_regrade_says_that_hr_decides(
        self, client: FlaskClient, room: Room, role: Role, *, leads: bool
    ) -> None:
        room.sits("B")
        key_is_a = Ruling(Way.OTHER_KEY, version_id=another_version(room.first, "A").id)
        row = room.regrades(key_is_a, never_lower=False)
        sign_in(client, factories.person(roles={role}))
        page = client.get(f"/studio/regrades/{row.id}").text
        assert "1 pass became a fail: HR decides" in page
        assert ("/studio/lost-passes" in page) is leads

    def test_hr_is_told_of_those_in_its_units_only(self, client: FlaskClient, room: Room) -> None:
        room.sits("B")
        key_is_a = Ruling(Way.OTHER_KEY, version_id=another_version(room.first, "A").id)
        room.regrades(key_is_a, never_lower=False)
        sign_in(client, factories.person(roles={Role.HR}, scope=factories.unit()))
        assert "a regrade took away" not in client.get("/admin/people").text

    def test_others_do_not_get_there(self, client: FlaskClient, room: Room) -> None:
        sign_in(client, factories.person())
        assert client.get("/studio/questions/q1/regrade").status_code == 403
        sign_in(client, room.trainer)
        assert client.get("/studio/lost-passes").status_code == 403
