"""Looks into a restored copy of a site, as the site itself: is it whole, and what is in it?

Runs in a process of its own on the copy (see `trying`): it needs the memory once, and a copy that
is damaged or hostile harms nobody else. What is older than this release is migrated first, so
that a backup made before an update has rehearsed that update.
"""

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import func, select, text, union
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import lazyload, load_only

from lms.accounts.models import Person
from lms.admin.backup import snapshots
from lms.admin.backup.errors import Finding
from lms.certificates.models import Certificate, CertificatePdf
from lms.core import schema, storage
from lms.core.audit import AuditEntry
from lms.core.db import Base, db
from lms.core.text import canonical
from lms.exams import queries as exams, sitting
from lms.exams.models import Attempt, Response
from lms.records import queries as records
from lms.records.models import RecordEnd, RecordEntry

MOST = 20
"""Findings of one kind that are named; a copy that is wrong everywhere is wrong enough."""
CHUNK = 500


@dataclass(slots=True)
class Examined:
    """What was found."""

    findings: list[Finding]
    summary: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)


def examine(expected: Mapping[str, int]) -> Examined:
    """Examine the site that this process was started on.

    Args:
        expected: table -> how many rows it had when the copy was made.
    """
    try:
        findings = [*_of_the_database(), *_of_rows(expected)]
        if findings:
            return Examined(findings)
        if findings := _migrate():
            return Examined(findings)
        for look in (_chains, _receipts, _pdfs, _stored_files):
            findings += islice(look(), MOST)
        return Examined(findings, summary())
    except DBAPIError as error:
        return Examined([("integrity", {"said": str(error.orig)[:200]})])
    finally:
        db.session.remove()
        db.engine.dispose()


def summary() -> dict[str, Any]:
    """Return what is in a site, so that two copies of it can be compared at a glance."""
    last = db.session.scalar(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1))
    answered = db.session.scalar(select(func.max(Response.saved_at)))
    return {
        "people": _count(Person),
        "attempts": _count(Attempt),
        "responses": _count(Response),
        "last_answer_at": answered.isoformat() if answered else None,
        "certificates": _count(Certificate),
        "pdfs": _count(CertificatePdf),
        "record_entries": _count(RecordEntry),
        "chain_heads": _chain_heads(),
        "audit_entries": _count(AuditEntry),
        "audit_head": _audit_head(last) if last else None,
    }


def _count(table: type[Any]) -> int:
    return db.session.scalars(select(func.count()).select_from(table)).one()


def _chain_heads() -> str:
    """Return one hash over the heads of all chains."""
    whole = hashlib.sha256()
    ends = select(RecordEnd.person_id, RecordEnd.number, RecordEnd.hash)
    for row in db.session.execute(ends.order_by(RecordEnd.person_id)):
        whole.update(canonical(list(row)).encode())
    return whole.hexdigest()


def _audit_head(last: AuditEntry) -> str:
    told = [last.id, last.at.isoformat(), last.actor_id, last.action, last.detail]
    return hashlib.sha256(canonical(told).encode()).hexdigest()


def _of_the_database() -> Iterator[Finding]:
    """Ask SQLite about its file. PostgreSQL has made every row and reference anew by itself."""
    if db.engine.dialect.name != "sqlite":
        return
    for (said,) in db.session.execute(text(f"PRAGMA integrity_check({MOST})")):
        if said != "ok":
            yield "integrity", {"said": said}
    broken: dict[str, int] = {}
    for row in db.session.execute(text("PRAGMA foreign_key_check")):
        broken[row[0]] = broken.get(row[0], 0) + 1
    for table, count in broken.items():
        yield "references", {"table": table, "count": count}


def _of_rows(expected: Mapping[str, int]) -> Iterator[Finding]:
    with db.engine.connect() as connection:
        found = snapshots.rows_of(connection)
    for table, count in expected.items():
        if found.get(table, 0) != count:
            yield "rows", {"table": table, "found": found.get(table, 0), "expected": count}


def _migrate() -> list[Finding]:
    with db.engine.connect() as connection:
        revision = snapshots.revision_of(connection)
    if revision in {"", schema.head()}:  # without history it is a test's, and of this release
        return []
    db.session.remove()  # what it has read holds the tables as they were: it would miss new columns
    try:
        schema.upgrade()
    except (DBAPIError, RuntimeError) as error:
        return [("migration", {"said": str(error)[:200]})]
    return []


def _chains() -> Iterator[Finding]:
    for person_id, _count, problems in records.verified():
        if problems:
            yield "chain", {"person": person_id}


def _receipts() -> Iterator[Finding]:
    """Compare the answers of each attempt with the hash that its trainee was shown."""
    handed_in = select(Attempt).where(Attempt.receipt.is_not(None)).order_by(Attempt.id)
    # No more than the hash needs: a backup before an upgrade has no columns of this release yet.
    handed_in = handed_in.options(
        load_only(Attempt.number, Attempt.receipt), lazyload(Attempt.version)
    )
    for attempt in db.session.scalars(handed_in, execution_options={"yield_per": CHUNK}):
        if sitting.receipt(attempt, exams.responses(attempt)) != attempt.receipt:
            yield "receipt", {"attempt": attempt.id}


def _pdfs() -> Iterator[Finding]:
    """Compare each PDF with the hash that its certificate has."""
    both = select(Certificate.serial, Certificate.pdf_sha256, CertificatePdf.content).outerjoin(
        CertificatePdf, CertificatePdf.certificate_id == Certificate.id
    )
    printed = both.where(Certificate.pdf_sha256.is_not(None))
    for serial, sha256, content in db.session.execute(
        printed, execution_options={"yield_per": CHUNK // 10}
    ):
        if storage.sha256(content or b"") != sha256:  # no row beside it: none was kept
            yield "pdf", {"serial": serial}


def _stored_files() -> Iterator[Finding]:
    """Look for each file that a row refers to, whatever the table, and compare it with its hash."""
    columns = storage.columns(Base.metadata)
    wanted = set(db.session.scalars(union(*(select(column) for column in columns))))
    root = Path(current_app.instance_path) / "files"
    there = {name for _root, _folders, names in os.walk(root) for name in names}
    for sha256 in sorted(wanted - there):
        yield "stored-file", {"sha256": sha256}
    for sha256 in sorted(wanted & there):
        with storage.path_of(sha256).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                yield "stored-file", {"sha256": sha256}
