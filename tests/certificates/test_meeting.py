"""Who met a kind of certificate before it was there: a list, and certificates for the chosen ones."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts import people
from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.certificates import making, meeting, services
from lms.certificates.errors import KindRetiredError, NobodyLeftError, ReasonMissingError
from lms.certificates.meeting import Met
from lms.certificates.models import Certificate, RevocationReason
from lms.core.audit import AuditEntry
from lms.core.db import db, transaction
from lms.core.errors import NotAllowedError, NotFoundError
from lms.core.text import digest
from lms.courses import queries as courses_queries, services as courses
from lms.courses.models import Enrolment, Programme, ProgrammeVersion
from tests import factories
from tests.browser import sign_in
from tests.factories import NOON
from tests.statements import counted

ADDRESS = "/certificates/kinds/k/met"


@pytest.fixture
def programme(session: Session) -> Programme:
    """Stage 1 and 3 close with an exam, stage 2 does not; A-1 is read in stage 3 too."""
    stages = ({"A": ["A-1"]}, {"B": ["B-1"]}, {"C": ["C-1", "A-1"]})
    row = factories.programme(*stages)
    said = factories.structure(row.code, stages, exams=True)
    said["stages"][1]["exam"] = None
    version = ProgrammeVersion(
        programme_id=row.id, number=2, structure=said, digest=digest(said), made_at=NOON
    )
    version = factories.save(version)
    with transaction():
        row.published_id = version.id
    return row


def complete(run: Enrolment, *numbers: int, score: Fraction = Fraction(1)) -> Enrolment:
    lessons = {1: ["A-1"], 2: ["B-1"], 3: ["C-1"]}
    for number in numbers:
        at = NOON + timedelta(days=number)
        for lesson in lessons[number]:
            courses.finish_lesson(run.id, lesson, actor=run.person, at=at)
        if number != 2:
            courses.note_stage_passed(
                run.id, f"stage-{number}", score=score, attempt_id=number, at=at
            )
    return run


def run_to(programme: Programme, *numbers: int, **given: Any) -> Enrolment:
    score = given.pop("score", Fraction(1))
    return complete(
        factories.enrolment(factories.person(**given), programme), *numbers, score=score
    )


def asked(programme: Programme, stage: str = "", **more: Any) -> dict[str, Any]:
    source = {"programme": programme.code} | ({"stage": stage} if stage else {})
    return {"code": "k", "earned": [source], **more}


def runs(met: Sequence[Met]) -> set[int]:
    return {each.run_id for each in met}


class TestWho:
    def test_a_stage_with_an_exam_one_without_and_the_whole(
        self, programme: Programme, admin: Person
    ) -> None:
        first, second, third = (
            run_to(programme, *numbers) for numbers in ((1,), (1, 2), (1, 2, 3))
        )
        factories.enrolment(factories.person(), programme)  # has met nothing

        def met(stage: str) -> dict[int, datetime]:
            found = meeting.meeting(admin, asked(programme, stage), None)
            return {each.run_id: each.at for each in found}

        days = [NOON + timedelta(days=number) for number in (1, 2, 3)]
        assert met("stage-1") == dict.fromkeys((first.id, second.id, third.id), days[0])
        assert met("stage-2") == dict.fromkeys((second.id, third.id), days[1])
        assert met("stage-3") == {third.id: days[2]}
        assert met("") == {third.id: days[2]}
        exam = meeting.meeting(admin, {"code": "k", "earned": [{"exam": "exam-3"}]}, None)
        assert [(each.run_id, each.stage and each.stage.code) for each in exam] == [
            (third.id, "stage-3")
        ]

    def test_it_is_what_progress_says(self, programme: Programme, admin: Person) -> None:
        """Never two rules: whoever is listed has done the stage, and whoever has is listed."""
        reached = [run_to(programme, *numbers) for numbers in ((), (1,), (1, 2), (1, 2, 3))]
        half = factories.enrolment(factories.person(), programme)
        courses.finish_lesson(half.id, "A-1", actor=half.person, at=NOON)
        for stage in ("stage-1", "stage-2", "stage-3"):
            done = set()
            for run in (*reached, half):
                state = courses_queries.progress_of(run).state_of(stage)
                assert state is not None
                if state.status == "done":
                    done.add(run.id)
            assert runs(meeting.meeting(admin, asked(programme, stage), None)) == done

    def test_with_the_score_that_is_asked_for(self, programme: Programme, admin: Person) -> None:
        run_to(programme, 1, score=Fraction(84, 100))
        enough = run_to(programme, 1, score=Fraction(85, 100))
        met = meeting.meeting(admin, asked(programme, "stage-1", score=85), None)
        assert runs(met) == {enough.id}
        run_to(programme, 1, 2, score=Fraction(1))
        without = meeting.meeting(admin, asked(programme, "stage-2", score=85), None)
        assert without == []  # as when it is awarded: a stage without an exam has no score

    def test_each_once_by_their_latest_run(self, programme: Programme, admin: Person) -> None:
        first = run_to(programme, 1, 2, 3)
        again = complete(factories.enrolment(first.person, programme, at=NOON), 1)
        factories.enrolment(run_to(programme, 1, 2, 3).person, programme)  # begun, no more
        met = meeting.meeting(admin, asked(programme, "stage-1"), None)
        assert len(met) == 2
        assert again.id in runs(met)
        assert first.id not in runs(met)

    def test_who_ever_held_one_or_has_left_is_none_of_them(
        self, programme: Programme, admin: Person
    ) -> None:
        kind = factories.certificate_definition("k", earned=asked(programme, "stage-1")["earned"])
        held = run_to(programme, 1)
        row = db.session.scalars(select(Certificate)).one()
        assert row.enrolment_id == held.id
        services.revoke(row.id, reason=RevocationReason.OTHER, actor=admin)
        making.retire("k", reason="for a while", actor=admin)
        left = run_to(programme, 1)
        people.deactivate(left.person, actor=admin)
        waiting = run_to(programme, 1)
        met = meeting.meeting(admin, kind.settings, kind.id)
        assert runs(met) == {waiting.id}

    def test_people_of_the_unit_only(self, programme: Programme) -> None:
        unit = factories.unit()
        there, _elsewhere = run_to(programme, 1, unit=unit), run_to(programme, 1)
        hr = factories.person(roles={Role.HR}, scope=unit)
        assert runs(meeting.meeting(hr, asked(programme, "stage-1"), None)) == {there.id}

    def test_as_many_statements_for_five_as_for_one(
        self, programme: Programme, admin: Person
    ) -> None:
        def statements() -> int:
            db.session.expire_all()
            assert admin.grants
            with counted() as sent:
                meeting.meeting(admin, asked(programme, "stage-1", score=50), None)
            return len(sent)

        run_to(programme, 1)
        statements()
        one = statements()
        for _ in range(4):
            run_to(programme, 1)
        assert statements() == one


class TestIssue:
    @pytest.fixture
    def waiting(self, programme: Programme) -> list[Enrolment]:
        """Who met it before it was there."""
        found = [run_to(programme, 1), run_to(programme, 1), run_to(programme, 1)]
        factories.certificate_definition("k", earned=asked(programme, "stage-1")["earned"])
        return found

    def issue(self, actor: Person, *people: Enrolment, reason: str = "before") -> list[Certificate]:
        ids = [each.person_id for each in people]
        issued, job = meeting.issue("k", ids, reason=reason, actor=actor, at=NOON)
        assert job is not None
        assert job.name == "certificates.bundle"
        return issued

    def test_the_chosen_ones_get_it_as_everybody_does(
        self, waiting: list[Enrolment], admin: Person
    ) -> None:
        issued = self.issue(admin, *waiting[:2])
        assert {each.enrolment_id for each in issued} == {each.id for each in waiting[:2]}
        assert {each.snapshot["stage_en"] for each in issued} == {"Stage 1"}
        assert {each.cycle for each in issued} == {1}
        noted = select(AuditEntry).filter_by(action="certificates.issued")
        entries = db.session.scalars(noted).all()
        assert {each.detail["reason"] for each in entries} == {"before"}
        assert {each.actor_id for each in entries} == {admin.id}

    def test_who_holds_one_meanwhile_gets_no_second(
        self, waiting: list[Enrolment], admin: Person
    ) -> None:
        services.award("k", waiting[0], stage=None)
        assert len(self.issue(admin, *waiting)) == 2
        with pytest.raises(NobodyLeftError):
            self.issue(admin, *waiting)

    def test_who_did_not_meet_it_or_is_not_theirs_gets_none(
        self, waiting: list[Enrolment], programme: Programme, admin: Person
    ) -> None:
        other = factories.enrolment(factories.person(), programme)
        assert len(self.issue(admin, other, waiting[0])) == 1
        there = factories.person(roles={Role.HR}, scope=factories.unit())
        with pytest.raises(NobodyLeftError):
            self.issue(there, *waiting)

    def test_what_is_refused(
        self, waiting: list[Enrolment], admin: Person, trainer: Person
    ) -> None:
        with pytest.raises(ReasonMissingError):
            self.issue(admin, *waiting, reason=" ")
        with pytest.raises(NotAllowedError):
            self.issue(trainer, *waiting)
        with pytest.raises(NotFoundError):
            meeting.issue("nothing", [], reason="why", actor=admin)
        making.retire("k", reason="replaced", actor=admin)
        with pytest.raises(KindRetiredError):
            self.issue(admin, *waiting)

    def test_on_the_page(
        self, client: FlaskClient, waiting: list[Enrolment], admin: Person
    ) -> None:
        sign_in(client, admin)
        page = client.get("/certificates/kinds/k").text
        assert "3 people in your scope meet it already and hold none." in page
        assert ADDRESS in page
        page = client.get(ADDRESS).text
        assert page.count('name="people"') == page.count("checked>") == 3
        chosen = [each.person_id for each in waiting[:2]]
        refused = client.post(ADDRESS, data={"people": chosen, "reason": ""})
        assert (refused.status_code, refused.text.count("checked>")) == (422, 2)
        nobody = client.post(ADDRESS, data={"reason": "before"})
        assert (nobody.status_code, "Choose one person at least" in nobody.text) == (422, True)
        done = client.post(ADDRESS, data={"people": chosen, "reason": "before"})
        assert "/work/" in done.headers["Location"]
        assert "1 person in your scope meets it" in client.get("/certificates/kinds/k").text
        late = client.post(ADDRESS, data={"people": chosen, "reason": "before"})
        assert (late.status_code, "None of them can get one" in late.text) == (422, True)

    def test_a_draft_says_who_would_meet_it_and_issues_nothing(
        self, client: FlaskClient, programme: Programme, admin: Person
    ) -> None:
        run_to(programme, 1)
        said = {"prefix": "K", "title": factories.both("K"), "validity_months": 12}
        making.start({**asked(programme, "stage-1"), **said}, actor=admin)
        sign_in(client, admin)
        page = client.get("/certificates/kinds/k").text
        assert "1 person in your scope meets it already" in page
        assert ADDRESS not in page
        assert client.get(ADDRESS).status_code == 404
        assert db.session.scalars(select(Certificate)).all() == []
