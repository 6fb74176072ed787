"""What a trainer does while exams run: messages, and papers collected. Evidence, append-only."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.core import append_only
from lms.core.db import Base, pk


class ExamMessage(Base):
    """A message to one sitter while the exam runs. One to all is a row for each."""

    __tablename__ = "exam_message"
    __table_args__ = (Index(None, "attempt_id", "id"),)

    id: Mapped[pk]
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    sender_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(String(500))
    sent_at: Mapped[datetime]


class ExamMessageSeen(Base):
    """That the sitter has said so of a message."""

    __tablename__ = "exam_message_seen"

    message_id: Mapped[int] = mapped_column(ForeignKey("exam_message.id"), primary_key=True)
    seen_at: Mapped[datetime]


class CollectedPaper(Base):
    """That a trainer handed an attempt in for someone, and why."""

    __tablename__ = "collected_paper"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    collected_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(String(200))
    collected_at: Mapped[datetime]


append_only.protect(ExamMessage.__table__)
append_only.protect(ExamMessageSeen.__table__)
append_only.protect(CollectedPaper.__table__)
