import json
from pathlib import Path

import pytest
from click.testing import Result
from flask.testing import FlaskCliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.core.queue import Job
from tests.accounts.people_file import csv

pytestmark = pytest.mark.usefixtures("session")
RIGHT = ["1", "Li", "li@example.com"]
WRONG = ["2", "", "no address"]


@pytest.fixture
def right(tmp_path: Path) -> Path:
    path = tmp_path / "right.csv"
    path.write_bytes(csv([RIGHT]))
    return path


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    path = tmp_path / "mixed.csv"
    path.write_bytes(csv([RIGHT, WRONG]))
    return path


def run(runner: FlaskCliRunner, path: Path, *options: str) -> Result:
    return runner.invoke(args=["people", "import", str(path), *options])


def logins(session: Session) -> list[str]:
    return list(session.scalars(select(Person.login)))


def test_right_rows_are_brought_in(runner: FlaskCliRunner, right: Path, session: Session) -> None:
    result = run(runner, right)
    assert result.exit_code == 0
    assert result.stdout == "1 new, 0 changed, 0 same, 0 error\n1 added, 0 changed, 0 enrolled\n"
    assert logins(session) == ["li@example.com"]


def test_a_dry_run_changes_nothing(runner: FlaskCliRunner, mixed: Path, session: Session) -> None:
    result = run(runner, mixed, "--dry-run")
    assert result.exit_code == 0
    assert "dry run: nothing was changed" in result.stdout
    assert logins(session) == []


def test_a_wrong_row_stops_everything(
    runner: FlaskCliRunner, mixed: Path, session: Session
) -> None:
    result = run(runner, mixed)
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "row 3, column B: missing: This is empty. Fill it in.",
        "row 3, column C: bad-mail: “no address” is no mail address. One looks like name@example.com.",
        "nothing was changed; --right-rows brings in the right rows",
    ]
    assert logins(session) == []


def test_unless_the_right_rows_are_asked_for(
    runner: FlaskCliRunner, mixed: Path, session: Session
) -> None:
    assert run(runner, mixed, "--right-rows").exit_code == 0
    assert logins(session) == ["li@example.com"]


def test_json_says_all_of_it(runner: FlaskCliRunner, mixed: Path) -> None:
    told = json.loads(run(runner, mixed, "--right-rows", "--json").stdout)
    assert told["counts"] == {"new": 1, "changed": 0, "same": 0, "error": 1}
    assert told["outcome"] == {"added": 1, "changed": 0, "enrolled": 0}
    assert told["errors"][0] == {
        "row": 3,
        "column": "B",
        "field": "name",
        "code": "missing",
        "message": "This is empty. Fill it in.",
    }


def test_invitations_are_a_job(runner: FlaskCliRunner, right: Path, session: Session) -> None:
    assert "1 invited" in run(runner, right, "--invite").stdout
    job = session.scalars(select(Job)).one()
    assert (job.name, job.owner_id) == ("accounts.invite", None)


@pytest.mark.parametrize("as_json", [True, False])
def test_a_file_that_cannot_be_read_is_said_with_the_remedy(
    runner: FlaskCliRunner, tmp_path: Path, *, as_json: bool
) -> None:
    path = tmp_path / "old.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    result = run(runner, path, *(["--json"] if as_json else []))
    assert result.exit_code == 1
    if as_json:
        assert json.loads(result.stdout)["problem"]["code"] == "old-excel"
    else:
        assert "save it as “Excel Workbook (.xlsx)”" in result.stderr
