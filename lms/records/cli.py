"""Commands for training records."""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import or_, select

from lms.accounts.models import OrgUnit, Person
from lms.core import clock
from lms.core.db import db
from lms.core.errors import LmsError
from lms.courses import queries as courses
from lms.records import exporting, queries
from lms.records.lines import Asked, FileFormat, Order
from lms.records.rules import Damage, Problem

group = AppGroup("records", help="Training records.")

SENTENCES = {
    Damage.CHANGED: "does not say what it said when it was added",
    Damage.REPLACED: "stands where another one was",
    Damage.REMOVED: "is gone",
    Damage.INSERTED: "was never added by the platform",
}


@group.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify(*, as_json: bool) -> None:
    """Walk the chain of every person's record and name what was tampered with.

    Exit status 1 if anything was.
    """
    people = entries = 0
    problems: list[tuple[int, Problem]] = []
    for person_id, count, found in queries.verified():
        people += 1
        entries += count
        problems += ((person_id, each) for each in found)
        if not as_json:
            for each in found:
                click.echo(_sentence(person_id, each))
    if as_json:
        found_json = [_as_json(person_id, each) for person_id, each in problems]
        click.echo(json.dumps({"people": people, "entries": entries, "problems": found_json}))
    else:
        verdict = f"{len(problems)} problems" if problems else "unchanged"
        click.echo(f"{people} people, {entries} entries: {verdict}")
    if problems:
        sys.exit(1)


def _sentence(person_id: int, problem: Problem) -> str:
    if problem.id is None and problem.until > problem.number:
        return f"person {person_id}: entries {problem.number} to {problem.until} are gone"
    row = "" if problem.id is None else f" (row {problem.id})"
    said = SENTENCES[problem.damage]
    return f"person {person_id}: entry {problem.number}{row} {said}"


def _as_json(person_id: int, problem: Problem) -> dict[str, object]:
    return {
        "person_id": person_id,
        "damage": problem.damage.value,
        "number": problem.number,
        "until": problem.until,
        "row_id": problem.id,
    }


@group.command("export")
@click.option("--person", metavar="ID", help="Number in the address of their page, staff number or "
              "sign-in name.")  # fmt: skip
@click.option("--unit", metavar="CODE", help="People in a unit and all below it.")
@click.option("--all", "everyone", is_flag=True, help="Everyone, with those who have left.")
@click.option("--programme", metavar="CODE", help="Runs of this programme only.")
@click.option(
    "--format", "kind", type=click.Choice([each.value for each in FileFormat]), required=True
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option("--lang", type=click.Choice(["zh", "en"]), help="By default, the site's first.")
def export(  # noqa: PLR0913  one per option
    *,
    person: str | None,
    unit: str | None,
    everyone: bool,
    programme: str | None,
    kind: str,
    out: Path,
    lang: str | None,
) -> None:
    """Write training records to a file: of one person, of a unit, or of everyone.

    All of it or nothing: where something went wrong, there is no file.
    """
    if sum((person is not None, unit is not None, everyone)) != 1:
        raise click.UsageError("name one of --person, --unit and --all")
    order = Order(
        actor_id=None,
        format=FileFormat(kind),
        locale=lang or current_app.config["LANGUAGES"][0],
        person_id=_person_id(person) if person is not None else None,
        asked=Asked(view=None, unit_id=_unit_id(unit), programme_id=_programme_id(programme)),
    )
    if not out.parent.is_dir():
        raise click.ClickException(f"there is no folder {out.parent}")
    try:
        with TemporaryDirectory(dir=out.parent) as folder:
            path = Path(folder) / out.name
            made = exporting.make(order, path, at=clock.now())
            path.replace(out)
    except LmsError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{made.rows} rows in {out}")


def _person_id(text: str) -> int:
    """Return whom a number or name means; if it may mean two, neither is guessed at."""
    named = [Person.staff_no == text, Person.login == text.lower()]
    if text.isascii() and text.isdigit() and len(text) < 10:  # noqa: PLR2004  what a row can have
        named.append(Person.id == int(text))
    found = db.session.execute(
        select(Person.id, Person.name, Person.login).where(or_(*named)).order_by(Person.id)
    ).all()
    if not found:
        raise click.ClickException(f"nobody has the number or sign-in name {text!r}")
    if len(found) > 1:
        names = ", ".join(f"{row.name} ({row.login})" for row in found)
        raise click.ClickException(f"{text!r} fits {names}; give the sign-in name")
    return int(found[0].id)


def _unit_id(code: str | None) -> int | None:
    if code is None:
        return None
    unit_id = db.session.scalar(select(OrgUnit.id).filter_by(code=code))
    if unit_id is None:
        raise click.ClickException(f"there is no unit with the code {code!r}")
    return unit_id


def _programme_id(code: str | None) -> int | None:
    if code is None:
        return None
    programme = courses.programme_with(code)
    if programme is None:
        raise click.ClickException(f"there is no programme with the code {code!r}")
    return programme.id
