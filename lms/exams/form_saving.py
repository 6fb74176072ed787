"""Saving what a plain form sends, and saying truly whether all of it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from lms.accounts.models import Person
from lms.exams import queries, services, sitting
from lms.exams.models import Attempt
from lms.exams.queries import Saved
from lms.exams.sitting import Answer


def save_form(
    attempt: Attempt,
    answers: Sequence[Answer],
    *,
    client: str,
    actor: Person,
    at: datetime | None = None,
) -> bool:
    """Save the answers of a form. Refusals are those of `services.save_answers`.

    A form has one `seq`, made with its page. Who goes back to a page that was sent already and
    changes an answer there sends it with the same one again: that answer is the newer, and stands.

    Args:
        attempt: one of the actor's own, with its layout.
        answers: as the form has them.
        client: token of the page.
        actor: the trainee.
        at: the instant of arrival.

    Returns:
        Whether everything that was sent stands; if not, something newer does in its place.
    """
    sent = sitting.fitting(attempt.layout, answers)
    known = queries.responses(attempt)
    services.save_answers(
        attempt.id, [_raised(each, known) for each in sent], client=client, actor=actor, at=at
    )
    stored = queries.responses(attempt)
    return all(_says(stored.get(each.slot), each) for each in sent)


def _raised(sent: Answer, known: Mapping[int, Saved]) -> Answer:
    stored = known.get(sent.slot)
    if stored is None or stored.seq != sent.seq or _says(stored, sent):
        return sent
    return replace(sent, seq=sent.seq + 1)


def _says(stored: Saved | None, sent: Answer) -> bool:
    return (
        stored is not None
        and tuple(stored.answer) == sent.answer
        and stored.flagged is sent.flagged
    )
