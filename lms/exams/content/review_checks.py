"""Checking what an exam shows after handing in, and from when."""

from datetime import datetime

from lms.core.entries import Entry
from lms.exams.rules.settings import Shown

AT_ONCE, LATER, AFTER_CLOSING = "review", "review_later", "review_after_closing"


def check_review(exam: Entry) -> None:
    """Note what is wrong with the review policy of an exam."""
    said = {key: _shown(exam, key) for key in (AT_ONCE, LATER, AFTER_CLOSING)}
    when: dict[str, str] = {}
    for key, words in said.items():
        for word in words:
            if word in when:
                found = f"{word} is in {when[word]} already"
                exam.error("said-twice", found, "Keep it in one of them.", at=key)
            when.setdefault(word, key)
    at = instant(exam, "review_at")
    if said[LATER] and not at and exam.value.get("review_at") is None:
        advice = "Say from when, with its zone and in quotes."
        exam.error("no-instant", "has no review_at", advice, at=LATER)
    if at and not said[LATER]:
        exam.warning("unused", "nothing is shown later", "Fill review_later.", at="review_at")
    if said[AFTER_CLOSING] and exam.value.get("closes_at") is None:
        advice = "Give the exam closes_at, or show it at another time."
        exam.error("no-closing", "the exam never closes", advice, at=AFTER_CLOSING)
    _check_marks(exam, when)


def _check_marks(exam: Entry, when: dict[str, str]) -> None:
    own, right_wrong = when.get(Shown.MARKS), when.get(Shown.RIGHT_WRONG)
    if own and right_wrong and own not in {AT_ONCE, right_wrong}:
        found = f"right-wrong, which brings the marks, is in {right_wrong}"
        exam.error("marks-later", found, "Put marks there too, or into review.", at=own)


def _shown(exam: Entry, key: str) -> list[str]:
    known = []
    for word in exam.words(key, optional=True):
        if word in set(Shown):
            known.append(word)
        else:
            exam.error("not-a-choice", f"is {word!r}", f"Of: {', '.join(Shown)}.", at=key)
    return known


def instant(exam: Entry, key: str) -> datetime | None:
    """Return an instant of an exam's file; None for none, or for one that is wrong, which is noted."""
    given = exam.text(key, optional=True)
    try:
        known = datetime.fromisoformat(given) if given else None
    except ValueError:
        known = None
    if given and (known is None or known.tzinfo is None):
        advice = 'With its zone and in quotes, as in "2026-12-01T09:00+08:00".'
        exam.error("bad-instant", f"is {given!r}", advice, at=key)
        return None
    return known
