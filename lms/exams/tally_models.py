"""Tables of roll-ups: what all answers say, counted when attempts are marked.

Caches: `flask exams tallies` makes them anew from the answers, and proves them equal.
"""

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Base

CHANGED = text("turn <> read_turn")


class ScoreTally(Base):
    """The results of one version of an exam; first attempts apart from later ones."""

    __tablename__ = "score_tally"

    exam_version_id: Mapped[int] = mapped_column(ForeignKey("exam_version.id"), primary_key=True)
    is_first: Mapped[bool] = mapped_column(primary_key=True)
    results: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Result, as `rules.results` writes it -> how many have it, and what adds up."""


class AnswerTally(Base):
    """The answers to one version of a question in one version of an exam."""

    __tablename__ = "answer_tally"
    __table_args__ = (
        Index(None, "question_version_id"),
        Index(
            "ix_answer_tally_changed",
            "question_version_id",
            sqlite_where=CHANGED,
            postgresql_where=CHANGED,
        ),
    )

    exam_version_id: Mapped[int] = mapped_column(ForeignKey("exam_version.id"), primary_key=True)
    question_version_id: Mapped[int] = mapped_column(
        ForeignKey("question_version.id"), primary_key=True
    )
    is_first: Mapped[bool] = mapped_column(primary_key=True)
    cells: Mapped[dict[str, int]] = mapped_column(JSON)
    """Way to answer, as `rules.cells` writes it -> how many did so."""
    turn: Mapped[int]
    """How often it changed."""
    read_turn: Mapped[int]
    """As of which change the question's signs are."""


class QuestionSign(Base):
    """What somebody should look at in a version of a question, by the answers of all exams."""

    __tablename__ = "question_sign"
    __table_args__ = (Index(None, "sign"),)

    question_version_id: Mapped[int] = mapped_column(
        ForeignKey("question_version.id"), primary_key=True
    )
    sign: Mapped[str] = mapped_column(String(40), primary_key=True)
    """One of `rules.figures.Sign`."""
