"""From the uploaded file to people in the tables, by jobs and by hand."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts import people, units
from lms.accounts.errors import NotOpenError
from lms.accounts.importing import bringing, files, queries, services, words, writing
from lms.accounts.models import AccessLink, PeopleImport, PeopleImportRow, Person
from lms.accounts.rules import Details, Role, Verdict
from lms.core import clock, queue, uploads
from lms.core.audit import AuditEntry
from lms.core.db import db
from lms.core.errors import NotAllowedError, NotFoundError
from lms.core.queue import Job, JobState
from lms.courses.models import Enrolment
from lms.records.models import RecordEntry
from tests import factories
from tests.accounts.people_file import HEADER, csv
from tests.factories import NOON
from tests.statements import counted

LINES = ("Staff number", "Name", "Manager")


@pytest.fixture
def hr(session: Session) -> Person:
    return factories.person(name="Hu", roles={Role.HR})


def upload(
    actor: Person, *rows: Sequence[Any], header: Sequence[str] = HEADER, invite: bool = False
) -> PeopleImport:
    """A file that was uploaded and checked."""
    stored = files.write(csv(rows, header))
    row, _job = services.receive(stored, name="people.csv", invite=invite, actor=actor)
    run_jobs()
    db.session.refresh(row)
    return row


def run_jobs() -> None:
    while queue.run_one():
        pass
    assert db.session.scalars(select(Job.last_error).where(Job.state != JobState.DONE)).all() == []


def bring_in(row: PeopleImport, actor: Person) -> dict[str, int]:
    services.decide(row, actor=actor)
    run_jobs()
    db.session.refresh(row)
    assert row.done_at is not None
    return row.outcome


def person(session: Session, staff_no: str) -> Person:
    return session.scalars(select(Person).filter_by(staff_no=staff_no)).one()


class TestTheCheck:
    def test_keeps_a_verdict_per_row_and_changes_nobody(self, hr: Person, session: Session) -> None:
        before = session.scalar(select(func.count()).select_from(Person))
        row = upload(hr, ["1", "Li", "li@example.com"], ["2", "", ""])
        assert row.summary["counts"] == {"new": 1, "changed": 0, "same": 0, "error": 1}
        rows = session.scalars(queries.rows_of(row.id)).all()
        assert [(each.number, each.verdict) for each in rows] == [(2, "new"), (3, "error")]
        assert words.problems(rows[1].detail, row.summary["columns"]) == [
            ("B · Name", "This is empty. Fill it in.")
        ]
        assert session.scalar(select(func.count()).select_from(Person)) == before

    def test_says_why_a_file_cannot_be_read(self, hr: Person) -> None:
        row = upload(hr, header=("a", "b"))
        assert row.summary == {"problem": "no-header", "values": {}}
        with pytest.raises(NotOpenError):
            services.decide(row, actor=hr)

    def test_belongs_to_whoever_asked(self, hr: Person, admin: Person) -> None:
        row = upload(hr, ["1", "Li"])
        assert queries.import_of(hr, row.id) is row
        with pytest.raises(NotFoundError):
            queries.import_of(admin, row.id)

    def test_nobody_else_than_hr_may(self, trainee: Person) -> None:
        with pytest.raises(NotAllowedError):
            services.receive("x", name="a.csv", invite=False, actor=trainee)


class TestBringingIn:
    def test_makes_trainees_with_all_that_the_row_says(self, hr: Person, session: Session) -> None:
        unit = units.add_unit("Support", code="SUP", actor=None)
        header = ("工号", "姓名", "姓名拼音", "邮箱", "登录名", "部门", "语言")
        row = upload(
            hr,
            ["A1", "欧阳晓彤", "Ouyang", "OU@example.com", "Ouyang", "sup", "英文"],
            header=header,
        )
        assert bring_in(row, hr) == {"added": 1, "refused": 0}
        new = person(session, "A1")
        assert (new.name, new.latin_name, new.email, new.login, new.unit_id, new.locale) == (
            "欧阳晓彤", "Ouyang", "ou@example.com", "ouyang", unit.id, "en"
        )  # fmt: skip
        assert new.roles == {Role.TRAINEE}
        assert (new.password_hash, new.is_demo) == (None, False)

    def test_is_audited_person_by_person(self, hr: Person, session: Session) -> None:
        known = factories.person(name="Old")
        row = upload(hr, ["A1", "Li"], [known.staff_no, "New"])
        bring_in(row, hr)
        session.expire_all()
        noted = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        lines = [(each.action, each.actor_id, each.detail) for each in noted]
        assert ("accounts.added", hr.id, {"name": "Li", "login": "a1"}) in lines
        assert ("accounts.changed", hr.id, {"changes": {"name": ["Old", "New"]}}) in lines
        assert [each.action for each in noted].count("accounts.imported") == 1

    def test_leaves_wrong_rows_out_and_empty_cells_alone(
        self, hr: Person, session: Session
    ) -> None:
        known = factories.person(name="Li", latin_name="Li")
        row = upload(hr, [known.staff_no, "Li Na", "", ""], ["2", "", "", ""])
        assert bring_in(row, hr) == {"changed": 1, "refused": 1}
        session.refresh(known)
        assert (known.name, known.latin_name, known.email is None) == ("Li Na", "Li", False)

    def test_managers_come_before_their_people_however_they_stand(
        self, hr: Person, session: Session
    ) -> None:
        known = factories.person(name="Known")
        rows: list[Sequence[Any]] = [
            ["3", "C", "2"],
            ["2", "B", "1"],
            ["1", "A", ""],
            [known.staff_no, "Known", "3"],
        ]
        assert bring_in(upload(hr, *rows, header=LINES), hr)["added"] == 3
        session.refresh(known)
        chain = []
        here: Person | None = known
        while here is not None:
            chain.append(here.name)
            here = session.get(Person, here.manager_id) if here.manager_id else None
        assert chain == ["Known", "C", "B", "A"]

    def test_enrols_by_the_same_rules_as_one_by_one(self, hr: Person, session: Session) -> None:
        programme = factories.programme()
        header = ("Staff number", "Name", "Programme", "Due date")
        row = upload(hr, ["1", "Li", programme.code, "2026年12月1日"], header=header)
        assert bring_in(row, hr) == {"added": 1, "enrolled": 1, "refused": 0}
        run = session.scalars(select(Enrolment)).one()
        assert (run.person_id, run.due_on, run.assigned_by_id) == (
            person(session, "1").id, date(2026, 12, 1), hr.id
        )  # fmt: skip
        entry = session.scalars(select(RecordEntry)).one()
        assert (entry.verb, entry.actor_id) == ("enrolled", hr.id)

    def test_the_same_file_again_does_nothing(self, hr: Person) -> None:
        programme = factories.programme()
        header = ("Staff number", "Name", "Programme", "Due date")
        rows = [["1", "Li", programme.code, "2026-12-01"]]
        bring_in(upload(hr, *rows, header=header), hr)
        again = upload(hr, *rows, header=header)
        assert again.summary["counts"] == {"new": 0, "changed": 0, "same": 1, "error": 0}
        with pytest.raises(NotOpenError):
            services.decide(again, actor=hr)

    def test_a_worker_that_died_in_the_middle_is_followed_by_one_that_goes_on(
        self, hr: Person, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        programme = factories.programme()
        monkeypatch.setattr(writing, "MOST", 2)
        header = ("Staff number", "Name", "Programme")
        rows = [[str(number), f"P{number}", programme.code] for number in range(5)]
        row = upload(hr, *rows, header=header)
        services.decide(row, actor=hr)
        written = writing.write
        calls: list[int] = []

        def dies(*args: Any, **kwargs: Any) -> writing.Written:
            calls.append(1)
            if len(calls) == 2:
                raise MemoryError
            return written(*args, **kwargs)

        monkeypatch.setattr(writing, "write", dies)
        queue.run_one()
        assert session.scalars(select(Enrolment)).all() == []
        queue.run_one(at=clock.now() + timedelta(minutes=5))
        session.refresh(row)
        assert row.outcome == {"added": 5, "enrolled": 5, "refused": 0}
        assert len(session.scalars(select(Enrolment)).all()) == 5
        assert session.scalars(queries.rows_of(row.id, Verdict.ERROR)).all() == []

    def test_rows_that_would_do_something_else_by_now_are_left_out(
        self, hr: Person, session: Session
    ) -> None:
        known = factories.person(name="Old")
        row = upload(hr, [known.staff_no, "New"], ["9", "Li"], ["8", "Wang"])
        people.update_person(
            known, Details(name="Newer", login=known.login, email=known.email or "",
                           staff_no=known.staff_no or ""), actor=None,
        )  # fmt: skip
        people.add_person(Details(name="Other", login="x", staff_no="9"), actor=None)
        assert bring_in(row, hr) == {"added": 1, "refused": 2}
        session.refresh(known)
        assert known.name == "Newer"
        late = session.scalars(queries.rows_of(row.id, Verdict.ERROR)).all()
        assert [(each.number, each.detail[0][1]) for each in late] == [
            (2, "moved-on"), (3, "moved-on")
        ]  # fmt: skip

    def test_is_decided_once(self, hr: Person) -> None:
        row = upload(hr, ["1", "Li"])
        first, second = services.decide(row, actor=hr), services.decide(row, actor=hr)
        assert first.id == second.id
        with pytest.raises(NotOpenError):
            services.cancel(row, actor=hr)

    def test_what_was_dropped_stays_out(self, hr: Person) -> None:
        row = upload(hr, ["1", "Li"])
        services.cancel(row, actor=hr)
        with pytest.raises(NotOpenError):
            services.decide(row, actor=hr)

    def test_what_has_expired_stays_out(self, hr: Person) -> None:
        row = upload(hr, ["1", "Li"])
        with pytest.raises(NotOpenError):
            services.decide(row, actor=hr, at=clock.now() + uploads.KEPT)

    def test_progress_is_told(self, hr: Person, session: Session) -> None:
        row = upload(hr, ["1", "Li"], ["2", "Wang"])
        bring_in(row, hr)
        job = session.scalars(select(Job).filter_by(name="accounts.import")).one()
        assert (job.steps_done, job.steps_total) == (2, 2)
        assert job.result == {"page": f"/admin/people/import/{row.id}"}


class TestInvitations:
    def test_are_made_by_a_job_if_that_was_asked_for(self, hr: Person, session: Session) -> None:
        known = factories.person(name="Old")
        row = upload(hr, ["1", "Li", "li@example.com"], [known.staff_no, "New"], invite=True)
        bring_in(row, hr)
        invited = session.scalars(select(AccessLink.person_id)).all()
        assert invited == [person(session, "1").id]

    def test_are_not_made_twice(self, hr: Person, session: Session) -> None:
        new = [people.add_person(Details(name="Li", login="li"), actor=None)]
        for _ in range(2):
            services.invite_all([each.id for each in new], actor_id=hr.id, at=NOON)
            run_jobs()
        assert len(session.scalars(select(AccessLink)).all()) == 1

    def test_are_not_made_otherwise(self, hr: Person, session: Session) -> None:
        bring_in(upload(hr, ["1", "Li"]), hr)
        assert session.scalars(select(AccessLink)).all() == []


def test_expired_files_are_swept_away(hr: Person, session: Session, app: Flask) -> None:
    row = upload(hr, ["1", "Li"])
    path = Path(app.instance_path) / "imports" / row.stored_as
    assert path.exists()
    files.sweep()
    assert session.get(PeopleImport, row.id) is not None
    row.expires_at = NOON - timedelta(days=1)
    session.commit()
    files.sweep()
    assert session.scalars(select(PeopleImportRow)).all() == []
    assert session.scalars(select(PeopleImport)).all() == []
    assert files.read("gone") == b""


def test_many_people_take_few_statements(session: Session) -> None:
    def statements(count: int) -> int:
        rows = [[f"{count}-{n}", "Li", f"{count}-0" if n else ""] for n in range(count)]
        checked = bringing.check(csv(rows, LINES), "a.csv", actor=None)
        with counted() as sent:
            bringing.bring_in(checked, actor=None, at=clock.now())
        return len(sent)

    assert statements(200) == statements(20) < 15
