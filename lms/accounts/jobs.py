"""Deferred work on accounts."""

from lms.accounts import links
from lms.accounts.models import Person
from lms.accounts.rules import Purpose
from lms.core import clock
from lms.core.db import db
from lms.core.queue import Effect, handler


@handler("accounts.reset")
def reset(person_id: int | None) -> Effect:
    """Make a reset link, which is mailed; for nobody, do nothing."""

    def effect() -> None:
        person = None if person_id is None else db.session.get(Person, person_id)
        if person is not None and person.is_active:
            links.make(Purpose.RESET, person, at=clock.now())

    return effect
