"""The table of backups that were made."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Base, pk


class BackupRun(Base):
    """One try to make a backup, and what came of it. Verified means: restored and examined."""

    __tablename__ = "backup_run"
    __table_args__ = (
        CheckConstraint("verified_at IS NULL OR sha256 IS NOT NULL", name="verified_is_a_file"),
        CheckConstraint("finished_at >= started_at", name="ends_after_start"),
    )

    id: Mapped[pk]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    file: Mapped[str | None] = mapped_column(String(400))
    """Where it was put; empty if there is none."""
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(String(64))
    """Of the whole file, as it was read back from the disk."""
    verified_at: Mapped[datetime | None]
    """When it had been restored in a scratch place and found to be whole; empty if it was not."""
    problems: Mapped[list[Any]] = mapped_column(JSON, default=list)
    """What is wrong: ``[reason, context]`` each, see `errors.SENTENCES`."""
    summary: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What the restored copy had in it: see `examining.summary`."""
