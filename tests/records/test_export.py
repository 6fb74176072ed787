"""Records as files: complete or not at all, and nobody's that one may not see."""

import csv
import io
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.core import deliverables, pdf, queue
from lms.core.audit import AuditEntry
from lms.core.db import db, one_read, transaction
from lms.core.errors import NotFoundError
from lms.core.queue import Job, JobState
from lms.courses import services as learning
from lms.records import document, exporting, services, source
from lms.records.errors import IncompleteError, NobodyError, TooManyError
from lms.records.lines import Asked, FileFormat, Order, View
from lms.records.models import RecordEntry
from tests import factories
from tests.browser import sign_in
from tests.factories import NOON


@pytest.fixture
def hr(session: Session) -> Person:
    return factories.person(name="周敏", roles={Role.HR})


@pytest.fixture
def learners(session: Session) -> list[Person]:
    """Two who learn and one who does not; one of them is a formula."""
    east = factories.unit(name="East")
    people = [
        factories.person(name=each, unit=east) for each in ("张思远", "=HYPERLINK(1)", "Idle")
    ]
    programme = factories.programme()
    for person in people[:2]:
        run = factories.enrolment(person, programme)
        learning.finish_lesson(run.id, "A-1", actor=person, at=NOON)
    return people


def order(actor: Person | None, kind: FileFormat = FileFormat.XLSX, **asked: Any) -> Order:
    actor_id = None if actor is None else actor.id
    return Order(actor_id=actor_id, format=kind, locale="en", asked=Asked(**asked))


def of_one(actor: Person, person: Person, kind: FileFormat) -> Order:
    return Order(actor_id=actor.id, format=kind, locale="en", person_id=person.id)


def run_jobs() -> None:
    while queue.run_one():
        pass


def file_of(owner: Person) -> bytes:
    run_jobs()
    return deliverables.of(owner.id)[0].path.read_bytes()


def book(content: bytes) -> dict[str, list[list[Any]]]:
    read = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: read.get_sheet_by_name(name).to_python() for name in read.sheet_names}


class TestList:
    @pytest.mark.usefixtures("learners")
    def test_has_the_list_what_it_is_of_and_all_entries(self, hr: Person) -> None:
        asked = order(hr, text="east", view=View.IN_PROGRESS)
        services.request_export(asked, actor=hr)
        sheets = book(file_of(hr))
        assert list(sheets) == ["About", "List", "Entries"]
        about = dict(sheets["About"][1:])
        assert about["Asked for by"] == "周敏"
        assert about["View"] == "In progress"
        assert about["Search"] == "east"
        assert "Asia/Shanghai" in about["Made on"]
        assert (about["Lines on the list"], about["Entries of these people"]) == ("2", "4")
        headings, *rows = sheets["List"]
        lines = [dict(zip(headings, row, strict=True)) for row in rows]
        assert [each["Name"] for each in lines] == ["'=HYPERLINK(1)", "张思远"]
        assert (lines[1]["Lessons read"], lines[1]["Lessons"]) == (1, 3)
        assert lines[1]["Status"] == "In progress"
        headings, *rows = sheets["Entries"]
        entries = [dict(zip(headings, row, strict=True)) for row in rows]
        assert [each["What"] for each in entries] == ["Enrolled", "Lesson finished"] * 2
        stored = db.session.scalars(select(RecordEntry.hash).order_by(RecordEntry.id)).all()
        assert {each["Hash"] for each in entries} == set(stored)

    def test_of_a_manager_has_the_own_people_and_no_entries(self, learners: list[Person]) -> None:
        manager = factories.person(roles={Role.MANAGER}, scope=learners[0].unit)
        factories.enrolment(factories.person(name="Foreign"), factories.programme())
        services.request_export(order(manager), actor=manager)
        sheets = book(file_of(manager))
        assert list(sheets) == ["About", "List"]
        assert len(sheets["List"]) == 4

    @pytest.mark.usefixtures("learners")
    def test_as_csv_is_the_list_alone(self, hr: Person) -> None:
        services.request_export(order(hr, FileFormat.CSV), actor=hr)
        text = file_of(hr).decode("utf-8-sig")
        headings, *rows = csv.reader(io.StringIO(text))
        assert headings[0] == "Name"
        assert [row[0] for row in rows] == ["'=HYPERLINK(1)", "Idle", "张思远"]
        assert deliverables.of(hr.id)[0].rows == 3

    @pytest.mark.usefixtures("learners")
    def test_as_pdf_prints_each_line(self, hr: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        printed: list[Any] = []

        def render(said: Any) -> bytes:
            printed.append(said)
            return b"%PDF"

        monkeypatch.setattr(document, "render_list", render)
        services.request_export(order(hr, FileFormat.PDF), actor=hr)
        assert file_of(hr) == b"%PDF"
        (said,) = printed
        assert [line[0] for line in said["lines"]] == ["=HYPERLINK(1)", "Idle", "张思远"]
        assert all(len(line) == len(said["columns"]) for line in said["lines"])

    def test_only_those_who_were_ticked(self, hr: Person, learners: list[Person]) -> None:
        chosen = (learners[0].id, learners[2].id)
        services.request_export(order(hr, view=None, people=chosen), actor=hr)
        rows = book(file_of(hr))["List"][1:]
        assert [row[0] for row in rows] == ["Idle", "张思远"]

    def test_of_nobody_is_refused_before_there_is_a_job(self, hr: Person) -> None:
        with pytest.raises(NobodyError):
            services.request_export(order(hr, view=View.OVERDUE), actor=hr)
        assert db.session.scalars(select(Job)).all() == []

    @pytest.mark.usefixtures("learners")
    def test_of_too_many_for_a_pdf_is_refused(
        self, hr: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(exporting, "MOST_IN_PDF", 2)
        with pytest.raises(TooManyError, match="up to 2 lines, and these are 3"):
            services.request_export(order(hr, FileFormat.PDF), actor=hr)

    def test_with_a_foreign_person_among_them_is_a_404(self, learners: list[Person]) -> None:
        manager = factories.person(roles={Role.MANAGER}, scope=learners[0].unit)
        foreign = factories.person()
        asked = order(manager, people=(learners[0].id, foreign.id))
        with pytest.raises(NotFoundError):
            services.request_export(asked, actor=manager)

    @pytest.mark.usefixtures("learners")
    def test_two_clicks_are_one_job(self, hr: Person) -> None:
        jobs = {services.request_export(order(hr), actor=hr).id for _ in range(2)}
        assert len(jobs) == 1
        run_jobs()
        assert services.request_export(order(hr), actor=hr).id not in jobs

    @pytest.mark.usefixtures("learners")
    def test_is_on_the_audit_log(self, hr: Person) -> None:
        services.request_export(order(hr, text="east"), actor=hr)
        entry = db.session.scalars(select(AuditEntry).filter_by(action="records.exported")).one()
        assert (entry.actor_id, entry.detail["text"]) == (hr.id, "east")

    @pytest.mark.usefixtures("learners")
    def test_is_refused_to_who_lost_the_right_meanwhile(self, hr: Person, session: Session) -> None:
        job = services.request_export(order(hr), actor=hr)
        with transaction():
            for grant in hr.grants:
                grant.ended_at = NOON
        session.expire_all()
        assert queue.run_one()
        assert deliverables.of(hr.id) == []
        assert (job.state, job.last_error) == (JobState.DEAD, "records-nobody")


class TestCompleteness:
    @pytest.fixture
    def shorter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A database that gives fewer rows than it counted."""
        whole = source.Source._entries_in_order  # noqa: SLF001

        def all_but_one(self: source.Source) -> Iterator[source.Entry]:
            return islice(whole(self), self.entries_count - 1)

        monkeypatch.setattr(source.Source, "_entries_in_order", all_but_one)

    @pytest.mark.usefixtures("shorter")
    @pytest.mark.usefixtures("learners")
    def test_less_than_was_counted_gives_no_file(self, hr: Person, tmp_path: Path) -> None:
        with pytest.raises(IncompleteError, match="4 rows were found and 3 could be read"):
            exporting.make(order(hr), tmp_path / "x", at=NOON)
        services.request_export(order(hr), actor=hr)
        assert queue.run_one()
        assert deliverables.of(hr.id) == []

    def test_what_is_added_meanwhile_does_not_change_it(self, live_app: Flask) -> None:
        with live_app.app_context():
            person = factories.person()
            run = factories.enrolment(person, factories.programme())
            with one_read() as session:
                before = session.scalar(select(RecordEntry.number).order_by(RecordEntry.id.desc()))
                learning.finish_lesson(run.id, "A-1", actor=person, at=NOON)  # by someone else
                count = len(session.scalars(select(RecordEntry.id)).all())
            assert (before, count) == (1, 1)
            assert len(db.session.scalars(select(RecordEntry.id)).all()) == 2

    @pytest.mark.usefixtures("learners")
    def test_it_says_how_far_it_is(self, hr: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        notes: list[tuple[int, int]] = []
        monkeypatch.setattr(source, "note_progress", lambda *note: notes.append(note))
        services.request_export(order(hr), actor=hr)
        run_jobs()
        assert notes[-1] == (7, 7)  # three lines and four entries

    @pytest.mark.usefixtures("learners")
    def test_the_job_has_noted_it(self, hr: Person) -> None:
        job = services.request_export(order(hr), actor=hr)
        run_jobs()
        assert (job.state, job.steps_done, job.steps_total) == (JobState.DONE, 7, 7)


class TestOfOne:
    def test_as_csv_are_the_entries(self, hr: Person, learners: list[Person]) -> None:
        services.request_export(of_one(hr, learners[0], FileFormat.CSV), actor=hr)
        headings, *rows = csv.reader(io.StringIO(file_of(hr).decode("utf-8-sig")))
        assert "Hash" in headings
        assert len(rows) == 2
        row = deliverables.of(hr.id)[0]
        assert (row.rows, row.name[:4]) == (2, "张思远-")

    def test_as_xlsx_has_them_beside_where_they_stand(
        self, hr: Person, learners: list[Person]
    ) -> None:
        services.request_export(of_one(hr, learners[0], FileFormat.XLSX), actor=hr)
        sheets = book(file_of(hr))
        assert {name: len(rows) - 1 for name, rows in sheets.items()} == {
            "About": len(sheets["About"]) - 1,
            "List": 1,
            "Entries": 2,
        }

    def test_who_has_left_has_a_record_still(self, hr: Person, learners: list[Person]) -> None:
        with transaction():
            learners[0].deactivated_at = NOON
        services.request_export(of_one(hr, learners[0], FileFormat.CSV), actor=hr)
        assert file_of(hr)

    def test_is_for_those_in_charge(self, learners: list[Person]) -> None:
        stranger = factories.person()
        with pytest.raises(NotFoundError):
            services.request_export(of_one(stranger, learners[0], FileFormat.PDF), actor=stranger)


class TestCommand:
    def test_writes_everyone_with_leavers(
        self, runner: FlaskCliRunner, learners: list[Person], tmp_path: Path
    ) -> None:
        with transaction():
            learners[2].deactivated_at = NOON
        out = tmp_path / "all.json"
        done = runner.invoke(
            args=["records", "export", "--all", "--format", "json", "--out", str(out)]
        )
        assert done.exit_code == 0, done.output
        assert "3 rows" in done.output
        made = json.loads(out.read_text("utf-8"))
        assert (made["about"]["lines"], made["about"]["entries"]) == (3, 4)
        assert (len(made["lines"]), len(made["entries"])) == (3, 4)
        assert made["lines"][0]["status"] == "open"
        assert [path.name for path in tmp_path.iterdir()] == ["all.json"]

    def test_one_person_by_number_or_name(
        self, runner: FlaskCliRunner, learners: list[Person], tmp_path: Path
    ) -> None:
        person = learners[0]
        for given in (str(person.id), person.staff_no or "", person.login.upper()):
            out = tmp_path / "one.csv"
            done = runner.invoke(
                args=["records", "export", "--person", given, "--format", "csv", "--out", str(out)]
            )
            assert "2 rows" in done.output

    def test_a_unit_by_its_code(
        self, runner: FlaskCliRunner, learners: list[Person], tmp_path: Path
    ) -> None:
        assert learners[0].unit
        args = ["records", "export", "--unit", learners[0].unit.code, "--format", "xlsx"]
        done = runner.invoke(args=[*args, "--out", str(tmp_path / "unit.xlsx"), "--lang", "en"])
        assert "3 rows" in done.output

    @pytest.mark.parametrize(
        ("args", "says"),
        [
            (["--all", "--unit", "U"], "name one of"),
            ([], "name one of"),
            (["--unit", "nope"], "no unit with the code 'nope'"),
            (["--person", "nope"], "nobody has the number"),
            (["--all", "--programme", "nope"], "no programme with the code"),
            (["--all"], "nobody to export"),
        ],
    )
    @pytest.mark.usefixtures("session")
    def test_says_what_is_wrong_and_writes_nothing(
        self, runner: FlaskCliRunner, tmp_path: Path, args: list[str], says: str
    ) -> None:
        out = tmp_path / "x.csv"
        done = runner.invoke(
            args=["records", "export", *args, "--format", "csv", "--out", str(out), "--lang", "en"]
        )
        assert done.exit_code != 0
        assert says in done.output
        assert list(tmp_path.iterdir()) == []

    def test_a_number_that_fits_two_is_not_guessed_at(
        self, runner: FlaskCliRunner, learners: list[Person], tmp_path: Path
    ) -> None:
        with transaction():
            learners[0].staff_no = str(learners[1].id)
        args = ["records", "export", "--person", str(learners[1].id), "--format", "csv"]
        done = runner.invoke(args=[*args, "--out", str(tmp_path / "x.csv")])
        assert "give the sign-in name" in done.output


def test_the_printed_list_has_numbered_pages_and_named_columns(
    client: FlaskClient, hr: Person, learners: list[Person]
) -> None:
    pikepdf = pytest.importorskip("pikepdf")
    if missing := pdf.check():
        pytest.skip(f"missing on this host: {', '.join(missing)}")
    sign_in(client, hr)
    client.post("/records/export", data={"format": "pdf"})
    run_jobs()
    file = client.get(f"/downloads/{deliverables.of(hr.id)[0].id}")
    with pikepdf.open(io.BytesIO(file.data)) as made:
        box = made.pages[0].mediabox
        assert box[2] > box[3]  # landscape
        assert str(made.Root.Lang) == "en"
