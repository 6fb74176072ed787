"""Sites with something in them to lose, each on a database and in a folder of its own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import flask_migrate
from flask import Flask
from sqlalchemy import select

from lms.accounts import services as accounts
from lms.accounts.rules import Role
from lms.certificates.models import Certificate, CertificatePdf
from lms.core import audit, storage
from lms.core.db import Base, db, transaction
from lms.courses import materials
from lms.courses.materials import Label, Stored
from lms.courses.models import Lesson, LessonMedia, LessonVersion, Material, MaterialVersion
from lms.exams.models import Attempt, ResponseFile
from lms.exams.picture_models import QuestionPicture
from lms.exams.services import hand_in, start_attempt
from lms.exams.sitting import Answer
from tests import factories
from tests.conftest import new_app, new_database
from tests.exams import papers
from tests.factories import NOON

MINUTE = timedelta(minutes=1)
REFERRING = ("lesson_media", "material_version", "question_picture", "response_file")
"""Tables whose rows refer to stored files."""


@contextmanager
def new_site(folder: Path) -> Iterator[Flask]:
    """A site whose database is empty and migrated, with its context pushed."""
    folder.mkdir(exist_ok=True)
    with new_database(folder) as url, new_app(folder, url) as app, app.app_context():
        flask_migrate.upgrade()
        (folder / "secret_key").write_text("of-this-site-and-of-no-other-one-at-all", "ascii")
        yield app
        db.session.remove()


def fill(*, certificates: int = 2) -> None:
    """Let people learn, sit an exam, be certified; one of them is signed in."""
    trainer = factories.person(name="Wang Fang", roles={Role.TRAINER})
    trainee = factories.person(name="Li Wei")
    papers.ready(trainee)
    attempt, _is_new = start_attempt("stage-1", actor=trainee, at=NOON)
    answers = [Answer(slot, 1, ("A",)) for slot in range(1, len(attempt.layout) + 1)]
    hand_in(attempt.id, answers, client=attempt.client, actor=trainee, at=NOON + MINUTE)
    for _ in range(certificates):
        award()
    digest, size = storage.put_file(BytesIO(b"%PDF-1.7 a manual"))
    lesson = db.session.scalars(select(Lesson).limit(1)).one()
    label = Label({"zh": "手册", "en": "Manual"}, "")
    materials.add(lesson, Stored("pdf", digest, size), label, actor=trainer)
    audit.note("content.imported", kind="content", object_id="all", actor_id=None, at=NOON)
    accounts.sign_in(trainee, device="Firefox", address="127.0.0.1")
    db.session.remove()


def refer_to(digest: str, table: str) -> None:
    """Add a row to one of `REFERRING`; what else is in it does not matter to who looks for files."""
    size = {"sha256": digest, "size_bytes": 1}
    match table:
        case "lesson_media":
            version = db.session.scalars(select(LessonVersion.id).limit(1)).one()
            row: Base = LessonMedia(version_id=version, name="a.svg", mime="image/svg+xml", **size)
        case "material_version":
            material = db.session.scalars(select(Material.id).limit(1)).one()
            row = MaterialVersion(material_id=material, number=2, title={}, suffix="pdf", note="",
                                  made_at=NOON, author="Wang Fang", **size)  # fmt: skip
        case "question_picture":
            row = QuestionPicture(suffix="png", added_at=NOON, **size)
        case _:
            attempt = db.session.scalars(select(Attempt.id).limit(1)).one()
            row = ResponseFile(attempt_id=attempt, slot=1, name="a", suffix="pdf",
                               added_at=NOON, **size)  # fmt: skip
    factories.save(row)


def award() -> Certificate:
    """A certificate with its PDF; what the bytes are does not matter to who copies them."""
    row = factories.certificate(factories.person())
    content = b"%PDF-1.7 " + os.urandom(4000)
    with transaction():
        row.pdf_sha256 = storage.sha256(content)
        db.session.add(CertificatePdf(certificate_id=row.id, content=content, made_at=NOON))
    return row
