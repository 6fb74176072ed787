"""The command: files in both languages, and sentences where it cannot be done."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from flask.testing import FlaskCliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.core.db import db
from lms.reports.models import ReportRun
from tests import factories
from tests.reports.history import course, enrolled, sits


@pytest.fixture(autouse=True)
def unit_code(session: Session) -> str:
    programme, unit = course(), factories.unit()
    for right in (5, 5, 4, 4, 2):
        sits(enrolled(programme, unit=unit), right)
    return unit.code


def run(runner: FlaskCliRunner, out: Path, *options: str) -> Result:
    return runner.invoke(args=["reports", "effectiveness", "--out", str(out), *options])


@pytest.mark.parametrize("form", ["xlsx", "csv", "json"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_writes_a_file_and_keeps_nothing(
    runner: FlaskCliRunner, tmp_path: Path, form: str, language: str
) -> None:
    done = run(runner, tmp_path / "r", "--programme", "p", "--format", form, "--lang", language)
    assert done.exit_code == 0, done.output
    assert "5 enrolled" in done.output
    assert (tmp_path / "r").stat().st_size
    assert db.session.scalars(select(ReportRun)).all() == []


def test_takes_unit_stage_and_days(runner: FlaskCliRunner, tmp_path: Path, unit_code: str) -> None:
    options = ["--unit", unit_code, "--stage", "one", "--since", "2026-03-01"]
    options += ["--until", "2026-03-31", "--programme", "p", "--format", "json"]
    assert run(runner, tmp_path / "r", *options).exit_code == 0
    told = json.loads((tmp_path / "r").read_text("utf-8"))
    assert told["spec"]["unit"] == unit_code
    assert told["figures"]["total"]["first"] == 5
    assert told["figures"]["until"] == "2026-03-31"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--programme", "none"], "There is no programme with the code “none”"),
        (["--programme", "p", "--unit", "none"], "There is no unit with the code “none”"),
        (["--programme", "p", "--stage", "none"], "no stage with the code “none”"),
        (["--programme", "p", "--since", "2026-13-40"], "'2026-13-40' is not a day"),
        (
            ["--programme", "p", "--since", "2026-03-02", "--until", "2026-03-01"],
            "ends before it begins",
        ),
    ],
)
def test_says_what_is_wrong_and_writes_nothing(
    runner: FlaskCliRunner, tmp_path: Path, options: list[str], sentence: str
) -> None:
    done = run(runner, tmp_path / "r", "--format", "csv", *options)
    assert done.exit_code == 1
    assert sentence in done.output
    assert not (tmp_path / "r").exists()


def test_names_a_folder_that_is_not_there(runner: FlaskCliRunner, tmp_path: Path) -> None:
    done = run(runner, tmp_path / "no" / "r", "--programme", "p", "--format", "csv")
    assert done.exit_code == 1
    assert "there is no folder" in done.output


def test_warns_of_a_period_without_data(runner: FlaskCliRunner, tmp_path: Path) -> None:
    options = ["--programme", "p", "--format", "csv", "--until", "2020-01-01"]
    done = run(runner, tmp_path / "r", *options)
    assert done.exit_code == 0
    assert "nothing happened in this period" in done.output
