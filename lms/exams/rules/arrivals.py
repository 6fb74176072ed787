"""What becomes of a question that a file brings. Pure."""

import enum


class Verdict(enum.StrEnum):
    """What a check says about one question of a file."""

    NEW = "new"
    """It can go in."""
    LOOK = "look"
    """It can; somebody should look at it."""
    KNOWN = "known"
    """The bank asks it already, in this bank or in another one."""
    ERROR = "error"
    """It cannot go in as it is."""


OPEN = frozenset({Verdict.NEW, Verdict.LOOK, Verdict.KNOWN})
"""What somebody may choose; a question that the bank has may go into another bank."""
PICKED = frozenset({Verdict.NEW, Verdict.LOOK})
"""What is chosen until somebody says otherwise."""


def verdict(*, is_wrong: bool, is_known: bool, is_odd: bool) -> Verdict:
    """Return the gravest of what is true of a question.

    Args:
        is_wrong: something keeps it out.
        is_known: the bank has it, or the file has it before.
        is_odd: there is something to look at.
    """
    if is_wrong:
        return Verdict.ERROR
    if is_known:
        return Verdict.KNOWN
    return Verdict.LOOK if is_odd else Verdict.NEW
