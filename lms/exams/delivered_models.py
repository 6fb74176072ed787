"""Table of the questions of the content files that were changed on this site."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Base
from lms.exams.models import Question


class DeliveredQuestion(Base):
    """What the content files say of a question, or of a whole case, that was changed here.

    While there is such a row, an import leaves the question alone and keeps here what it would have
    published. Going back to the delivered text publishes that, and takes the row away.
    """

    __tablename__ = "delivered_question"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    """Of the question, or of the case that it is part of."""
    editions: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """Each question of it as the files have it; none, if they have it no longer."""
    digest: Mapped[str] = mapped_column(String(64))
    """Hash of all of it."""
    seen: Mapped[str] = mapped_column(String(64))
    """The hash that somebody knew when they changed it, or decided to keep what stands here."""
    delivered_at: Mapped[datetime]
    """When the files last said something else."""

    @property
    def is_newer(self) -> bool:
        """Whether the files have changed since somebody here looked at what they say."""
        return self.digest != self.seen


def _row() -> ColumnElement[bool]:
    return DeliveredQuestion.code == func.coalesce(Question.case, Question.code)


def is_changed_here() -> ColumnElement[bool]:
    """Of a question of the files: it was changed on this site."""
    return select(DeliveredQuestion.code).where(_row()).exists()


def is_delivered_anew() -> ColumnElement[bool]:
    """Of a question that was changed on this site: the files have changed since."""
    newer = DeliveredQuestion.digest != DeliveredQuestion.seen
    return select(DeliveredQuestion.code).where(_row(), newer).exists()
