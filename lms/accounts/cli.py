"""Commands for the operator: ways in, when nobody can sign in; and people from a spreadsheet."""

import json
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from flask_babel import force_locale

from lms.accounts import people, queries, services
from lms.accounts.errors import PeopleFileError
from lms.accounts.importing import bringing, queries as importing, services as files, words
from lms.accounts.importing.bringing import Check
from lms.core import clock, spreadsheets

group = AppGroup("accounts", help="People and ways in.")
people_group = AppGroup("people", help="People in bulk.")


@group.command("setup-link")
def setup_link() -> None:
    """Print the one-time link that makes the first administrator; valid for 30 minutes."""
    link = services.first_start_link()
    if link is None:
        raise click.ClickException("there is an administrator already; use reset-link LOGIN")
    click.echo(link)


@group.command("reset-link")
@click.argument("login")
def reset_link(login: str) -> None:
    """Print a link with which LOGIN sets a new password; valid for an hour."""
    person = queries.person_with_login(login)
    if person is None:
        raise click.ClickException(f"nobody signs in as {login!r}")
    if not person.is_active:
        raise click.ClickException(f"{login!r} is deactivated")
    click.echo(people.make_reset_link(person, actor=None))


@people_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what each row would do, and change nothing.")
@click.option("--right-rows", is_flag=True, help="Bring in the right rows, though others are not.")
@click.option("--invite", is_flag=True, help="Send the new people their invitations.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_(file: Path, *, dry_run: bool, right_rows: bool, invite: bool, as_json: bool) -> None:
    """Bring in the people of FILE, an XLSX or CSV with the columns of the template.

    Ends with 1 if the file cannot be read, or if rows are wrong and were not left out on request.
    """
    with force_locale("en"), file.open("rb") as opened:
        content = opened.read(spreadsheets.MOST_BYTES + 1)
        try:
            checked = bringing.check(content, file.name, actor=None)
        except PeopleFileError as error:
            _say_refused(file, error, as_json=as_json)
            raise SystemExit(1) from None
        told = _told(file, checked)
        is_refused = bool(told["errors"]) and not (dry_run or right_rows)
        if not (dry_run or is_refused):
            told["outcome"] = _bring_in(checked, invite=invite)
        _say(told, as_json=as_json, is_refused=is_refused)
    if is_refused:
        raise SystemExit(1)


def _bring_in(checked: Check, *, invite: bool) -> dict[str, int]:
    at = clock.now()
    outcome = bringing.bring_in(checked, actor=None, at=at)
    if invite and (new := importing.waiting_for_invitation(None, at)):
        files.invite_all(new, actor_id=None, at=at)
        outcome["invited"] = len(new)
    return outcome


def _told(file: Path, checked: Check) -> dict[str, Any]:
    letters = {str(name): checked.columns.letters(name) for name in checked.columns.places}
    errors = [
        {
            "row": each.row.number,
            "column": letters.get(problem.field, ""),
            "field": problem.field,
            "code": problem.code,
            "message": words.problem(problem.code, problem.values),
        }
        for each in checked.planned
        for problem in each.problems
    ]
    return {"file": str(file), **checked.summary(), "errors": errors, "outcome": None}


def _say(told: dict[str, Any], *, as_json: bool, is_refused: bool) -> None:
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for each in told["errors"]:
        place = f"row {each['row']}" + (f", column {each['column']}" if each["column"] else "")
        click.echo(f"{place}: {each['code']}: {each['message']}", err=True)
    for name in told["unknown"]:
        click.echo(f"column {name} is not known and was not read", err=True)
    for name in (*told["hidden"], *told["others"]):
        click.echo(f"sheet {name!r} was not read", err=True)
    click.echo(", ".join(f"{count} {verdict}" for verdict, count in told["counts"].items()))
    if is_refused:
        click.echo("nothing was changed; --right-rows brings in the right rows", err=True)
    elif told["outcome"] is not None:
        click.echo(", ".join(f"{count} {what}" for what, count in told["outcome"].items()))
    else:
        click.echo("dry run: nothing was changed")


def _say_refused(file: Path, error: PeopleFileError, *, as_json: bool) -> None:
    if as_json:
        problem = {"code": error.reason, "message": str(error)}
        click.echo(json.dumps({"file": str(file), "problem": problem}, ensure_ascii=False))
    else:
        click.echo(f"{file}: {error.reason}: {error}", err=True)
