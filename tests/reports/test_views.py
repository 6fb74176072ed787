"""Pages of reports: what they say, to whom, and what they cost."""

import subprocess
import sys
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.config import PROJECT
from lms.core.db import db, transaction
from lms.core.queue import Job, JobState
from lms.courses.models import Programme
from lms.reports import services
from lms.reports.models import ReportRun
from lms.reports.rules import Spec
from tests import factories
from tests.browser import sign_in
from tests.reports.history import course, enrolled, sits
from tests.reports.test_services import made, work
from tests.statements import counted


@pytest.fixture
def programme(session: Session) -> Programme:
    row = course()
    east = factories.unit(name="=East")
    for right in (5, 5, 5, 4, 4, 3, 2):
        sits(enrolled(row, unit=east), right)
    return row


@pytest.fixture
def hr(programme: Programme) -> Person:
    return factories.person(name="Zhao Min", roles={Role.HR})


@pytest.fixture
def run(hr: Person) -> ReportRun:
    return made(hr)


class TestList:
    def test_a_report_is_asked_for_and_found_again(self, client: FlaskClient, hr: Person) -> None:
        sign_in(client, hr)
        asked = client.post("/reports", data={"programme": "p", "stage": "", "unit": ""})
        work()
        progress = client.get(asked.location)
        assert "/reports/" in progress.text
        page = client.get("/reports").text
        assert "Zhao Min" in page
        assert "P · up to" in page

    def test_a_turned_period_is_said_and_nothing_typed_is_lost(
        self, client: FlaskClient, hr: Person
    ) -> None:
        sign_in(client, hr)
        days = {"since": "2026-09-02", "until": "2026-09-01"}
        typed = {"programme": "p", "stage": "", "unit": "", **days}
        page = client.post("/reports", data=typed)
        assert page.status_code == 422
        assert "The period ends before it begins" in page.text
        assert 'value="2026-09-02"' in page.text

    @pytest.mark.parametrize(
        "typed",
        [
            {"programme": "none"},
            {"unit": "none"},
            {"stage": "none"},
            {"since": "yesterday"},
        ],
    )
    def test_what_is_not_offered_is_refused(
        self, client: FlaskClient, hr: Person, typed: dict[str, str]
    ) -> None:
        sign_in(client, hr)
        usual = {"programme": "p", "stage": "", "unit": ""}
        page = client.post("/reports", data={**usual, **typed})
        assert page.status_code == 422
        assert page.text.count('class="err"') == 1

    @pytest.mark.usefixtures("run")
    def test_a_manager_is_offered_and_shown_their_units_only(self, client: FlaskClient) -> None:
        own, other = factories.unit(name="Own"), factories.unit(name="Other")
        sign_in(client, factories.person(roles={Role.MANAGER}, scope=own))
        page = client.get("/reports").text
        assert "Own" in page
        assert "Other" not in page
        assert "the whole organisation" not in page
        assert "P · up to" not in page
        refused = client.post("/reports", data={"programme": "p", "unit": other.code})
        assert refused.status_code == 422

    @pytest.mark.usefixtures("session")
    def test_says_when_there_is_nothing_to_report_on(self, client: FlaskClient) -> None:
        sign_in(client, factories.person(roles={Role.HR}))
        assert "There is nothing to report on yet" in client.get("/reports").text

    @pytest.mark.usefixtures("run")
    def test_takes_seven_statements_at_most(self, client: FlaskClient, hr: Person) -> None:
        sign_in(client, hr)
        client.get("/reports")
        with counted() as statements:
            client.get("/reports")
        assert len(statements) <= 7, statements


class TestPage:
    def test_says_what_the_figures_carry(
        self, client: FlaskClient, hr: Person, run: ReportRun
    ) -> None:
        sign_in(client, hr)
        page = client.get(f"/reports/{run.id}").text
        assert (
            "5 of 7 first sittings were passed (71\N{NO-BREAK SPACE}%, 95\N{NO-BREAK SPACE}%"
            in page
        )
        assert "There are only 7 first sittings" in page
        assert "Not measured here yet" in page
        assert run.digest in page
        assert 'aria-label="Stage 1, one: 5 of 7 passed at first, 71 %' in page
        assert "=East" in page

    def test_is_the_same_in_chinese(self, client: FlaskClient, hr: Person, run: ReportRun) -> None:
        sign_in(client, hr)
        client.set_cookie("lang", "zh")
        assert client.get(f"/reports/{run.id}").status_code == 200

    def test_a_period_without_data_says_so_and_what_to_change(
        self, client: FlaskClient, hr: Person
    ) -> None:
        empty = made(hr, Spec("p", until=date(2020, 1, 1)))
        sign_in(client, hr)
        page = client.get(f"/reports/{empty.id}").text
        assert "Nothing happened in this period" in page
        assert "Choose a longer period" in page
        assert "<figure" not in page

    def test_figures_that_were_tampered_with_are_called_so(
        self, client: FlaskClient, hr: Person, run: ReportRun
    ) -> None:
        figures = {**run.figures, "total": {**run.figures["total"], "completed": 99}}
        with transaction():
            db.session.execute(update(ReportRun).values(figures=figures))
        sign_in(client, hr)
        assert "were changed outside the platform" in client.get(f"/reports/{run.id}").text

    @pytest.mark.parametrize("path", ["", "/export", "/recommendations"])
    def test_of_another_unit_it_does_not_exist(
        self, client: FlaskClient, run: ReportRun, path: str
    ) -> None:
        sign_in(client, factories.person(roles={Role.HR}, scope=factories.unit()))
        act: Any = client.post if path else client.get
        data = {"form": "csv", "language": "en", "advice": "x", "seen": "0"}
        for run_id in (run.id, 10**6):
            reply = act(f"/reports/{run_id}{path}", **({"data": data} if path else {}))
            assert reply.status_code == 404

    @pytest.mark.parametrize(
        ("role", "status"), [(Role.TRAINEE, 403), (Role.TRAINER, 200), (Role.ADMIN, 200)]
    )
    def test_is_for_those_who_run_training(
        self, client: FlaskClient, run: ReportRun, role: Role, status: int
    ) -> None:
        sign_in(client, factories.person(roles={role}))
        assert client.get(f"/reports/{run.id}").status_code == status

    def test_takes_four_statements_at_most(
        self, client: FlaskClient, hr: Person, run: ReportRun
    ) -> None:
        sign_in(client, hr)
        client.get(f"/reports/{run.id}")
        with counted() as statements:
            client.get(f"/reports/{run.id}")
        assert len(statements) <= 4, statements


class TestAdvice:
    def test_is_saved_and_shown_as_text(
        self, client: FlaskClient, hr: Person, run: ReportRun
    ) -> None:
        sign_in(client, hr)
        typed = {"advice": "<b>Drills</b>\nin December", "seen": "0"}
        saved = client.post(f"/reports/{run.id}/recommendations", data=typed, follow_redirects=True)
        assert "The recommendations were saved." in saved.text
        assert "&lt;b&gt;Drills" in saved.text

    def test_of_someone_else_is_not_written_over(
        self, client: FlaskClient, hr: Person, run: ReportRun
    ) -> None:
        services.save_recommendations(run.id, "Theirs", seen=0, actor=hr)
        sign_in(client, hr)
        path = f"/reports/{run.id}/recommendations"
        refused = client.post(path, data={"advice": "Mine", "seen": "0"})
        assert refused.status_code == 422
        assert "Theirs" in refused.text
        assert "Mine" in refused.text
        assert "Someone else changed" in refused.text
        assert 'name="seen" type="hidden" value="1"' in refused.text

    def test_a_trainer_reads_it_and_has_no_form(
        self, client: FlaskClient, hr: Person, run: ReportRun
    ) -> None:
        services.save_recommendations(run.id, "Drills", seen=0, actor=hr)
        sign_in(client, factories.person(roles={Role.TRAINER}))
        page = client.get(f"/reports/{run.id}").text
        assert "Drills" in page
        assert "<textarea" not in page
        path = f"/reports/{run.id}/recommendations"
        assert client.post(path, data={"advice": "x", "seen": "1"}).status_code == 403


class TestExport:
    def test_leads_to_the_work_that_is_being_done(
        self, client: FlaskClient, hr: Person, run: ReportRun
    ) -> None:
        sign_in(client, hr)
        asked = client.post(f"/reports/{run.id}/export", data={"form": "csv", "language": "en"})
        assert client.get(asked.location).status_code == 202
        work()
        assert "Download" in client.get(asked.location).text

    def test_that_failed_is_called_so_and_the_report_stays(
        self, client: FlaskClient, hr: Person, run: ReportRun
    ) -> None:
        sign_in(client, hr)
        asked = client.post(f"/reports/{run.id}/export", data={"form": "pdf", "language": "en"})
        with transaction():
            db.session.scalars(
                select(Job).filter_by(name="reports.export")
            ).one().state = JobState.DEAD
        assert "could not be finished" in client.get(asked.location).text
        assert client.get(f"/reports/{run.id}").status_code == 200

    @pytest.mark.parametrize("typed", [{"form": "exe", "language": "en"}, {"form": "csv"}, {}])
    def test_of_another_form_is_refused(
        self, client: FlaskClient, hr: Person, run: ReportRun, typed: dict[str, str]
    ) -> None:
        sign_in(client, hr)
        assert client.post(f"/reports/{run.id}/export", data=typed).status_code == 422


ALONE = """
import sys
from pathlib import Path
from tempfile import mkdtemp
from lms.config import Settings
from lms.core.db import Base, db
from lms.factory import create_app
folder = Path(mkdtemp())
settings = Settings(data_dir=folder, secret_key="x" * 32, database_url=f"sqlite:///{folder}/a.sqlite",
                    languages="en,zh")
app = create_app(settings)
app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
with app.app_context():
    Base.metadata.create_all(db.engine)
    from lms.accounts.rules import Role
    from lms.core.clock import now
    from lms.reports.models import ReportRun
    from tests import factories
    from tests.browser import sign_in
    person = factories.person(roles={Role.HR})
    figures = FIGURES
    run = factories.save(ReportRun(spec=SPEC, title={"en": "T", "zh": "T"}, figures=figures,
        requested_by_id=person.id, made_at=now(), as_of=now(), digest="0" * 64))
    client = app.test_client()
    sign_in(client, person)
    assert "first sittings were passed" in client.get(f"/reports/{run.id}").text
    assert client.get("/reports").status_code == 200
    client.post(f"/reports/{run.id}/export", data={"form": "pdf", "language": "en"})
print(sorted({"pandas", "numpy", "weasyprint"} & sys.modules.keys()))
"""


def test_the_web_process_never_loads_what_only_jobs_need(run: ReportRun) -> None:
    script = ALONE.replace("FIGURES", repr(run.figures)).replace("SPEC", repr(run.spec))
    done = subprocess.run(  # noqa: S603  our own interpreter and script
        [sys.executable, "-c", script], cwd=PROJECT, check=False, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]", done.stderr
