"""Questions of the bank that ask nearly what somebody is writing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import select

from lms.core.db import db
from lms.core.kept import Kept
from lms.core.placeholders import LANGUAGES
from lms.exams.holdings import shown_version
from lms.exams.models import Question, QuestionVersion
from lms.exams.rules import alike

MOST = 5
AT_ONCE = 500
"""Bodies that are in memory together."""
_marks: Kept[tuple[int, int]] = Kept(20_000)
"""Some 300 bytes each, by version and hash."""


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A question that asks nearly the same."""

    code: str
    stem: Mapping[str, str]
    percent: int


def lookalikes(body: Mapping[str, Any], but: str = "") -> list[Lookalike]:
    """Return the questions that are most like one, in either language.

    Args:
        body: of the question that is being written; it need not be whole.
        but: code of that question, if it is in the bank.
    """
    own = {each: alike.shingles(_texts(body, each)) for each in LANGUAGES}
    marks = {each: alike.mark(pieces) for each, pieces in own.items()}
    near = [
        version_id
        for version_id, theirs in _all_marks(but).items()
        if any(
            alike.may_be_alike(marks[each], one)
            for each, one in zip(LANGUAGES, theirs, strict=True)
        )
    ]
    found = [_compared(code, own, other) for code, other in _bodies(near)]
    best = sorted(found, key=lambda each: (-each[0], each[1]))
    return [
        Lookalike(code, stem, int(100 * share))
        for share, code, stem in best[:MOST]
        if share >= alike.ALIKE
    ]


def _compared(
    code: str, own: Mapping[str, frozenset[str]], body: Mapping[str, Any]
) -> tuple[Fraction, str, Mapping[str, str]]:
    shares = (alike.share(own[each], alike.shingles(_texts(body, each))) for each in LANGUAGES)
    return max(shares), code, body["stem"]


def _all_marks(but: str) -> dict[int, tuple[int, int]]:
    """Return version id -> its marks; what this process has not read yet is loaded."""
    rows = db.session.execute(
        select(QuestionVersion.id, QuestionVersion.digest)
        .join(Question, QuestionVersion.id == shown_version())
        .where(Question.code != but)
    ).all()
    known = {row.id: _marks.peek((row.id, row.digest)) for row in rows}
    digests = {row.id: row.digest for row in rows}
    missing = [each for each, kept in known.items() if kept is None]
    for start in range(0, len(missing), AT_ONCE):
        some = missing[start : start + AT_ONCE]
        bodies = select(QuestionVersion.id, QuestionVersion.body)
        for row in db.session.execute(bodies.where(QuestionVersion.id.in_(some))):
            zh, en = (alike.mark(alike.shingles(_texts(row.body, each))) for each in LANGUAGES)
            known[row.id] = _marks.put((row.id, digests[row.id]), (zh, en))
    return {each: kept for each, kept in known.items() if kept is not None}


def _bodies(version_ids: Sequence[int]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    rows = select(Question.code, QuestionVersion.body).join(
        QuestionVersion, QuestionVersion.question_id == Question.id
    )
    found = db.session.execute(rows.where(QuestionVersion.id.in_(version_ids[:AT_ONCE])))
    return [(code, body) for code, body in found]


def _texts(body: Mapping[str, Any], language: str) -> list[str]:
    """Return what a question says in a language: its stem, and whatever stands to be chosen."""
    found = [body.get("stem") or {}, body.get("text") or {}]
    for name in ("options", "things", "choices", "items"):
        found += [each.get("text") or {} for each in body.get(name) or ()]
    return [said for each in found if (said := str(each.get(language) or ""))]
