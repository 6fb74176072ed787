"""Table of the reports that were made."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, deferred, mapped_column

from lms.core.db import Base, pk


class ReportRun(Base):
    """One report, as of one instant. Its figures never change; recommendations are added to it."""

    __tablename__ = "report_run"
    __table_args__ = (
        Index(None, "unit_id", "made_at"),
        CheckConstraint("recommendations_no >= 0", name="recommendations_no_from_zero"),
    )

    id: Mapped[pk]
    spec: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What was asked for: see `rules.Spec`."""
    title: Mapped[dict[str, str]] = mapped_column(JSON)
    """In both languages."""
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"))
    """Whom it is about, and so who may read it; empty for the whole organisation."""
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[datetime]
    as_of: Mapped[datetime]
    """What happened after this instant is not in it."""
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the figures: a copy that says the same has the same."""
    figures: Mapped[dict[str, Any]] = deferred(mapped_column("data", JSON))
    """All numbers and findings, without words: see `frames.compute`."""
    recommendations: Mapped[str] = mapped_column(Text, default="")
    """What HR advises, in their words."""
    recommendations_no: Mapped[int] = mapped_column(default=0)
    """How often they were saved: of two people who edit at once, the second one is told."""
