"""Which questions a case has, and in which order: changed in their drafts, published together."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from lms.core.db import db
from lms.core.placeholders import LANGUAGES
from lms.core.text import digest
from lms.exams.authoring.checking import Asked
from lms.exams.authoring.versions import OUT, is_out, newest, put, redraft
from lms.exams.delivered_models import DeliveredQuestion
from lms.exams.models import Pool, Question, QuestionVersion


def staying(parts: Sequence[Question]) -> list[Question]:
    """Return those of a case that do not leave it by their drafts."""
    return [each for each in parts if not is_out(newest(each))]


def number(parts: Sequence[Question], at: datetime, **more: Any) -> None:
    """Let the drafts of a case's questions say their places, in this order.

    Args:
        parts: those that stay.
        at: now.
        more: what else all of them say about their case.
    """
    for place, each in enumerate(parts, start=1):
        told = {"part": place, "of": len(parts), **more}
        redraft(each, partial(_case, told), at)


def _case(told: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    case = {key: each for key, each in body["case"].items() if key != OUT}
    return {**body, "case": {**case, **told}}


def mark_out(question: Question, at: datetime) -> None:
    """Let the draft of a question say that it leaves its case."""
    redraft(question, lambda old: {**old, "case": {**old["case"], OUT: True}}, at)


def leave(question: Question, version: QuestionVersion, at: datetime) -> None:
    """Make a question one of its own, with the material of its case before its text.

    One that was published is retired until somebody puts it into a pool, for it was written to be
    asked among others; one that never was stays a draft. In the caller's transaction.
    """
    asked = Asked.of(version)
    version = put(question, version, replace(asked, body=_alone(asked.body)), at)
    question.case = None
    if question.published_id is not None:
        question.published_id, question.pool = version.id, Pool.RETIRED
    if question.bank is None:  # the files know it in its case only
        hashed = digest([])
        db.session.add(DeliveredQuestion(code=question.code, editions=[], digest=hashed,
                                         seen=hashed, delivered_at=at))  # fmt: skip
    db.session.flush()


def _alone(body: Mapping[str, Any]) -> dict[str, Any]:
    material, stem = body["case"]["stem"], body["stem"]
    whole = {
        key: "\n\n".join(filter(None, (material.get(key), stem.get(key)))) for key in LANGUAGES
    }
    return {key: each for key, each in body.items() if key != "case"} | {"stem": whole}
