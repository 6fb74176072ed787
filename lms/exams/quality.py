"""What all answers say about each version of a question, in all exams that had it."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, select

from lms.core.db import db
from lms.exams import body, queries
from lms.exams.models import QuestionVersion
from lms.exams.rules import analysis, cells, pairs
from lms.exams.rules.cells import Answers, Cell
from lms.exams.rules.figures import Sign
from lms.exams.rules.kinds import PAIRED, Kind
from lms.exams.tally_models import CHANGED, AnswerTally, QuestionSign


def versions_with_sign(sign: Sign | None = None) -> ColumnElement[bool]:
    """Return the condition that a version of a question has a sign, or any: for lists of the bank.

    To be put into the WHERE of a query over `QuestionVersion`.
    """
    found = select(QuestionSign.question_version_id)
    if sign is not None:
        found = found.where(QuestionSign.sign == sign.value)
    return QuestionVersion.id.in_(found)


def signs_of_versions(version_ids: Collection[int]) -> dict[int, list[Sign]]:
    """Return version id -> what to look at; nothing for those that have no sign."""
    query = select(QuestionSign.question_version_id, QuestionSign.sign)
    query = query.where(QuestionSign.question_version_id.in_(version_ids))
    found: defaultdict[int, list[Sign]] = defaultdict(list)
    for version_id, sign in db.session.execute(query):
        found[version_id].append(Sign(sign))
    return {each: sorted(signs, key=list(Sign).index) for each, signs in found.items()}


def due() -> dict[int, dict[tuple[int, bool], int]]:
    """Return the versions whose answers changed since their signs were worked out.

    Returns:
        Version of the question -> version of the exam, and whether it is about first attempts ->
        as of which change.
    """
    changed = select(AnswerTally.question_version_id).where(CHANGED)
    rows = select(
        AnswerTally.question_version_id,
        AnswerTally.exam_version_id,
        AnswerTally.is_first,
        AnswerTally.turn,
    ).where(AnswerTally.question_version_id.in_(changed))
    found: defaultdict[int, dict[tuple[int, bool], int]] = defaultdict(dict)
    for version_id, exam_version_id, is_first, turn in db.session.execute(rows):
        found[version_id][exam_version_id, is_first] = turn
    return found


def signs_of(version_ids: Collection[int]) -> dict[int, list[str]]:
    """Return version -> what to look at in it, by the roll-ups as they are now."""
    query = select(AnswerTally.question_version_id, AnswerTally.cells)
    piles: defaultdict[int, list[dict[str, int]]] = defaultdict(list)
    for version_id, pile in db.session.execute(
        query.where(AnswerTally.question_version_id.in_(version_ids))
    ):
        piles[version_id].append(pile)
    shown = queries.questions(version_ids)
    return {
        each: [
            sign.value
            for sign in analysis.figures_of(answers_to(shown[each], cells.added(found))).signs
        ]
        for each, found in piles.items()
    }


def answers_to(question: queries.Shown, counted: Mapping[Cell, int]) -> Answers:
    """Return the answers to a question as the figures want them."""
    kind = Kind(question.kind)
    keys, options = body.right_keys(kind, question.body), body.written_keys(kind, question.body)
    return Answers(
        name=question.code,
        cells=counted,
        keys=keys,
        # Of things to match or to order the right pairs alone would tell nothing about the others.
        options=() if kind in PAIRED else options,
        is_chosen=bool(options) and kind not in PAIRED,
    )


def pair_shares(key: pairs.Matching | pairs.Ordering, found: Mapping[Cell, int]) -> dict[str, int]:
    """Return thing -> how often it was given what is right."""
    return {
        thing: sum(count for cell, count in found.items() if wanted in cell.chosen)
        for thing, wanted in (
            (thing, pairs.pair(thing, choice)) for thing, choice in pairs.right(key).items()
        )
    }
