"""When an exam opens and closes: nobody begins outside it, and what runs ends with it."""

from datetime import timedelta

import pytest

from lms.accounts.models import Person
from lms.exams.errors import ClosedError, OpensLaterError
from lms.exams.services import settle, start_attempt
from tests.exams import papers
from tests.factories import NOON

MINUTE = timedelta(minutes=1)
WINDOW = {
    "opens_at": (NOON + 10 * MINUTE).isoformat(),
    "closes_at": (NOON + 40 * MINUTE).isoformat(),
}


@pytest.mark.parametrize(
    ("minutes", "error"), [(9, OpensLaterError), (40, ClosedError), (9000, ClosedError)]
)
def test_nobody_begins_before_or_after(
    trainee: Person, minutes: int, error: type[Exception]
) -> None:
    papers.ready(trainee, **WINDOW)
    with pytest.raises(error, match="202"):
        start_attempt("stage-1", actor=trainee, at=NOON + minutes * MINUTE)


@pytest.mark.parametrize(("minutes", "ends"), [(10, 30), (20, 40), (39, 40)])
def test_the_time_ends_with_the_window(trainee: Person, minutes: int, ends: int) -> None:
    papers.ready(trainee, **WINDOW)
    attempt, _new = start_attempt("stage-1", actor=trainee, at=NOON + minutes * MINUTE)
    assert attempt.deadline_at == NOON + ends * MINUTE
    assert settle(attempt.id, at=NOON + (ends + 1) * MINUTE)
    assert attempt.submitted_at == NOON + ends * MINUTE
