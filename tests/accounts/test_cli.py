from flask.testing import FlaskCliRunner
from sqlalchemy.orm import Session

from lms.accounts import people, services
from lms.accounts.models import Person


def test_setup_link_prints_a_link_while_there_is_no_administrator(
    runner: FlaskCliRunner, session: Session
) -> None:
    result = runner.invoke(args=["accounts", "setup-link"])
    assert result.exit_code == 0
    token = result.output.strip().rpartition("/setup/")[2]
    assert services.setup_link_or_gone(token, address="").used_at is None


def test_setup_link_refuses_when_there_is_one(runner: FlaskCliRunner, admin: Person) -> None:
    result = runner.invoke(args=["accounts", "setup-link"])
    assert result.exit_code == 1
    assert "reset-link" in result.output


def test_reset_link_lets_a_person_in_again(runner: FlaskCliRunner, trainee: Person) -> None:
    result = runner.invoke(args=["accounts", "reset-link", trainee.login.upper()])
    assert result.exit_code == 0
    token = result.output.strip().rpartition("/link/")[2]
    assert services.link_or_gone(token, address="") is trainee


def test_reset_link_says_whom_it_does_not_know(runner: FlaskCliRunner, session: Session) -> None:
    result = runner.invoke(args=["accounts", "reset-link", "nobody"])
    assert (result.exit_code, "nobody signs in as 'nobody'" in result.output) == (1, True)


def test_reset_link_makes_none_for_who_was_deactivated(
    runner: FlaskCliRunner, trainee: Person, admin: Person
) -> None:
    people.deactivate(trainee, actor=admin)
    result = runner.invoke(args=["accounts", "reset-link", trainee.login])
    assert (result.exit_code, "deactivated" in result.output) == (1, True)
