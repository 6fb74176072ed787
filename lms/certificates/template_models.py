"""Tables of the templates that an organisation makes for its certificates."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Base, pk


class CertificateTemplate(Base):
    """A ready design with what an organisation chose for it."""

    __tablename__ = "certificate_look"

    id: Mapped[pk]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    """What commands call it."""
    title: Mapped[str] = mapped_column(String(80))
    """What people call it."""


class TemplateVersion(Base):
    """One version of a template: a draft until it is published, then as it is for ever."""

    __tablename__ = "certificate_look_version"
    __table_args__ = (UniqueConstraint("template_id", "number"),)

    id: Mapped[pk]
    template_id: Mapped[int] = mapped_column(ForeignKey("certificate_look.id"))
    number: Mapped[int]
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    """See `look.read`."""
    revision: Mapped[int] = mapped_column(default=1)
    """Counts the saves of a draft: who saves must have seen the latest one."""
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class TemplateFile(Base):
    """A picture of a template. Never changed: versions name it by its content."""

    __tablename__ = "certificate_look_file"
    __table_args__ = (UniqueConstraint("template_id", "name"),)

    id: Mapped[pk]
    template_id: Mapped[int] = mapped_column(ForeignKey("certificate_look.id"))
    name: Mapped[str] = mapped_column(String(40))
    """Half the SHA-256 of its content, and the ending of its kind."""
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
