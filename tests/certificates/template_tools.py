"""Templates in tests: made, saved, published, looked at."""

import struct
import zlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from lms.accounts.models import Person
from lms.certificates import (
    look as looks,
    template_queries,
    templates,
)
from lms.certificates.template_models import CertificateTemplate, TemplateVersion
from lms.core import clock, pdf, queue
from lms.core.db import db
from lms.core.queue import Job, JobState


def png(side: int = 4) -> bytes:
    """A small red picture, made by hand."""
    rows = b"".join(b"\0" + b"\xc8\x26\x1b" * side for _ in range(side))

    def chunk(kind: bytes, content: bytes) -> bytes:
        whole = kind + content
        return struct.pack(">I", len(content)) + whole + struct.pack(">I", zlib.crc32(whole))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def run_jobs() -> list[JobState]:
    """Run what is due; return how it ended."""
    at = clock.now() + timedelta(seconds=1)
    while queue.run_one(at=at):
        pass
    names = ("certificates.template-publish", "certificates.template-preview")
    return list(db.session.scalars(select(Job.state).where(Job.name.in_(names)).order_by(Job.id)))


def needs_pdf() -> None:
    pytest.importorskip("weasyprint")
    if missing := pdf.check():
        pytest.skip(f"missing on this host: {', '.join(missing)}")


def saved(template: CertificateTemplate, hr: Person, **changes: Any) -> TemplateVersion:
    """The draft, saved with changes."""
    draft = template_queries.latest(template.id)
    look = replace(looks.read(draft.settings), **changes)
    return templates.save(
        template.id, look, title=template.title, revision=draft.revision, actor=hr
    )


def published(template: CertificateTemplate, hr: Person) -> TemplateVersion:
    draft = template_queries.latest(template.id)
    return templates.publish(draft.id, revision=draft.revision, actor=hr)
