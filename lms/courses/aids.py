"""The sheets that people work with, and who sees which."""

from sqlalchemy import select

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.core.db import db
from lms.core.errors import found
from lms.courses.models import Aid, AidVersion
from lms.courses.runs import runs_of


def aids_for(actor: Person) -> list[AidVersion]:
    """Return the sheets that a person works with, in their order.

    A trainee sees those that go with a lesson of the own programmes; trainers see all.
    """
    rows = db.session.scalars(select(AidVersion).join(Aid, Aid.published_id == AidVersion.id))
    sheets = sorted(rows, key=lambda each: (each.meta["position"], each.aid.code))
    if actor.roles & {Role.TRAINER, Role.ADMIN}:
        return sheets
    outlines = [run.outline for run in runs_of(actor)]
    taught = {code for each in outlines for stage in each.stages for code in stage.lessons}
    return [each for each in sheets if taught & set(each.meta["lessons"])]


def aid_for(actor: Person, code: str) -> AidVersion:
    """Return one of these sheets."""
    return found(next((each for each in aids_for(actor) if each.aid.code == code), None))
