"""The outbox."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Base, pk


class Message(Base):
    """One mail to one person; sent by a job, at least once, told apart by its key."""

    __tablename__ = "message"
    __table_args__ = (Index(None, "made_at"),)

    id: Mapped[pk]
    key: Mapped[str] = mapped_column(String(120), unique=True)
    """What it is about; asking for the same twice gives one mail."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    recipient: Mapped[str] = mapped_column(String(254))
    """Mail address; empty if the person has none: then an administrator passes it on."""
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str]
    """Plain text, in the person's language."""
    made_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
