"""What happened around a sitting, for a person to weigh. Evidence, append-only."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.core import append_only
from lms.core.db import Base, pk


class FactKind(enum.StrEnum):
    """What happened."""

    LEFT = "left"
    """The page was left, or out of sight."""
    PASTED = "pasted"
    """Something was pasted; never what."""
    TAKEN_OVER = "taken-over"
    """Another device, browser or sign-in went on with it."""


class SittingFact(Base):
    """That something happened in a sitting, at least so often; never a verdict."""

    __tablename__ = "sitting_fact"
    __table_args__ = (
        Index(None, "attempt_id", "id"),
        CheckConstraint("count >= 1", name="count_from_one"),
    )

    id: Mapped[pk]
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    kind: Mapped[FactKind]
    count: Mapped[int]
    noted_at: Mapped[datetime]
    """By the server's clock, when it heard of it."""


append_only.protect(SittingFact.__table__)
