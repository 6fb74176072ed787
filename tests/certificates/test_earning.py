"""What earns a kind of certificate: named by a file, or named by the kind itself."""

from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.certificates import defining, making, services
from lms.certificates.models import Certificate
from lms.certificates.rules import earning
from lms.certificates.rules.earning import Source
from lms.core.audit import AuditEntry
from lms.core.db import db
from lms.courses import services as courses
from lms.courses.models import Enrolment, Programme
from lms.courses.rules import Outline
from lms.records.models import RecordEntry
from tests import factories
from tests.factories import NOON

OUTLINE = Outline.read(factories.structure("p", ({"A": ["A-1"]}, {"B": ["B-1"]}), exams=True))


def said(*earned: dict[str, str], code: str = "k") -> dict[str, Any]:
    return {"code": code, "earned": list(earned)}


class TestRules:
    @pytest.mark.parametrize(
        ("settings", "numbers"),
        [
            (said(), []),
            (said(code="stage-2"), [2]),
            (said(code="p"), [None]),
            (said({"programme": "p"}), [None]),
            (said({"programme": "p", "stage": "stage-1"}), [1]),
            (said({"exam": "exam-2"}), [2]),
            (said({"programme": "other", "stage": "stage-1"}, {"exam": "exam-3"}), []),
            (said({"exam": "exam-2"}, {"programme": "p"}, code="stage-1"), [1, 2, None]),
        ],
    )
    def test_any_of_them_is_enough(
        self, settings: dict[str, Any], numbers: list[int | None]
    ) -> None:
        parts = earning.stages(settings, OUTLINE)
        assert [each and each.number for each in parts] == numbers

    @pytest.mark.parametrize(
        "source", [Source("p"), Source("p", "stage-1"), Source(exam="exam-1"), Source("exam")]
    )
    def test_what_forms_and_files_call_it_means_the_same(self, source: Source) -> None:
        assert Source.of(source.key) == source
        assert earning.read({"earned": earning.written([source])}) == (source,)


@pytest.fixture
def programme(session: Session) -> Programme:
    return factories.programme({"A": ["A-1"]}, {"B": ["B-1"]})


@pytest.fixture
def run(programme: Programme, trainee: Person) -> Enrolment:
    return factories.enrolment(trainee, programme)


def complete(run: Enrolment, number: int, *, score: Fraction = Fraction(1)) -> None:
    lesson = {1: "A-1", 2: "B-1"}[number]
    courses.finish_lesson(run.id, lesson, actor=run.person, at=NOON)
    courses.note_stage_passed(run.id, f"stage-{number}", score=score, attempt_id=number, at=NOON)


def held() -> list[tuple[str, str]]:
    rows = db.session.scalars(select(Certificate).order_by(Certificate.id))
    return [(each.definition.code, each.snapshot["stage_en"]) for each in rows]


class TestAward:
    def test_a_stage_and_a_whole_programme(self, run: Enrolment) -> None:
        code = run.programme.code
        factories.certificate_definition("k", earned=[{"programme": code, "stage": "stage-2"}])
        factories.certificate_definition("whole", earned=[{"programme": code}])
        complete(run, 1)
        assert held() == []
        complete(run, 2)
        assert held() == [("k", "Stage 2"), ("whole", "")]

    def test_the_record_names_the_stage(self, run: Enrolment) -> None:
        source = {"programme": run.programme.code, "stage": "stage-1"}
        factories.certificate_definition("k", earned=[source])
        complete(run, 1)
        noted = select(RecordEntry).filter_by(verb="certificate-awarded")
        entry = db.session.scalars(noted).one()
        assert (entry.detail["definition"], entry.detail["stage"]["code"]) == ("k", "stage-1")

    def test_an_exam_in_whatever_programme_with_enough_points(self, run: Enrolment) -> None:
        factories.certificate_definition("k", earned=[{"exam": "exam-1"}], score=90)
        complete(run, 1, score=Fraction(89, 100))
        assert held() == []
        noted = select(AuditEntry).filter_by(action="certificates.below-score")
        assert db.session.scalars(noted).one().detail == {"certificate": "k", "needed": 90}
        other = factories.programme({"A": ["A-1"]})
        complete(factories.enrolment(factories.person(), other), 1, score=Fraction(9, 10))
        assert held() == [("k", "Stage 1")]

    def test_by_file_and_by_itself_is_once(self, run: Enrolment) -> None:
        source = {"programme": run.programme.code, "stage": "stage-1"}
        factories.certificate_definition("stage-1", earned=[source, {"exam": "exam-1"}])
        complete(run, 1)
        assert held() == [("stage-1", "Stage 1")]

    def test_a_draft_earns_nobody_anything(
        self, run: Enrolment, admin: Person, programme: Programme
    ) -> None:
        settings = {
            "code": "k",
            "prefix": "K",
            "title": factories.both("K"),
            "validity_months": 12,
            "earned": [{"programme": programme.code, "stage": "stage-1"}],
        }
        making.start(settings, actor=admin, at=NOON)
        complete(run, 1)
        assert held() == []

    def test_a_change_is_a_version_and_what_was_awarded_stays(
        self, run: Enrolment, admin: Person
    ) -> None:
        code = run.programme.code
        first = {"programme": code, "stage": "stage-1"}
        kind = factories.certificate_definition("k", earned=[first])
        complete(run, 1)
        changed = {**kind.settings, "earned": [{"programme": code, "stage": "stage-2"}]}
        defining.save_draft("k", changed, actor=admin)
        assert defining.publish_draft("k", note="", actor=admin, at=NOON).number == 2
        complete(factories.enrolment(factories.person(), run.programme), 1)
        (row,) = db.session.scalars(select(Certificate))
        assert row.version is not None
        assert row.version.settings["earned"] == [first]

    def test_a_retired_kind_is_awarded_no_more_and_the_audit_says_so(
        self, run: Enrolment, admin: Person
    ) -> None:
        factories.certificate_definition("k", earned=[{"exam": "exam-1"}])
        making.retire("k", reason="replaced", actor=admin, at=NOON)
        complete(run, 1)
        assert held() == []
        noted = select(AuditEntry).filter_by(action="certificates.retired-kind")
        assert db.session.scalars(noted).one().detail == {"certificate": "k"}

    def test_by_hand_for_a_run_of_a_programme_that_earns_it(
        self, run: Enrolment, admin: Person
    ) -> None:
        source = {"programme": run.programme.code, "stage": "stage-2"}
        factories.certificate_definition("k", earned=[source])
        (row,), _job = services.issue("k", [run.person.login or ""], reason="paper", actor=admin)
        assert (row.enrolment_id, row.snapshot["stage_en"]) == (run.id, "Stage 2")
