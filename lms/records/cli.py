"""Commands for training records."""

import json
import sys

import click
from flask.cli import AppGroup

from lms.records import queries
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
