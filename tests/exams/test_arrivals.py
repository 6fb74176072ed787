"""What becomes of a question that a file brings: the gravest of what is true of it."""

import pytest

from lms.exams.rules.arrivals import Verdict, verdict


@pytest.mark.parametrize(
    ("is_wrong", "is_known", "is_odd", "expected"),
    [
        (False, False, False, Verdict.NEW),
        (False, False, True, Verdict.LOOK),
        (False, True, False, Verdict.KNOWN),
        (False, True, True, Verdict.KNOWN),
        (True, False, False, Verdict.ERROR),
        (True, True, True, Verdict.ERROR),
    ],
)
def test_the_gravest_counts(
    *, is_wrong: bool, is_known: bool, is_odd: bool, expected: Verdict
) -> None:
    assert verdict(is_wrong=is_wrong, is_known=is_known, is_odd=is_odd) is expected
