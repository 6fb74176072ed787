"""The files and sheets that go with a lesson: what its page lists, and what a reader may open."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import bindparam, select

from lms.accounts.models import Person
from lms.core.db import db
from lms.core.errors import found
from lms.core.kept import Kept
from lms.core.prepared import Prepared
from lms.core.text import Bilingual
from lms.courses.models import Aid, AidVersion, Enrolment, LessonRead, Material, MaterialVersion
from lms.courses.upload_rules import FORMS, Kind


@dataclass(frozen=True, slots=True)
class MaterialLine:
    """A material on a lesson's page."""

    version_id: int
    title: Bilingual
    suffix: str
    size_bytes: int
    number: int
    made_at: datetime

    @property
    def kind(self) -> Kind:
        """How it is opened."""
        return FORMS[self.suffix].kind


_MATERIALS = Prepared(
    select(
        MaterialVersion.id,
        MaterialVersion.title,
        MaterialVersion.suffix,
        MaterialVersion.size_bytes,
        MaterialVersion.number,
        MaterialVersion.made_at,
    )
    .join(Material, Material.published_id == MaterialVersion.id)
    .where(Material.lesson_id == bindparam("lesson"), Material.retired_at.is_(None))
    .order_by(Material.id)
)


def materials_of(lesson_id: int) -> list[MaterialLine]:
    """Return what goes with a lesson now, in the order in which it came."""
    return [MaterialLine(*row) for row in _MATERIALS.rows(lesson=lesson_id)]


def material_for(actor: Person, version_id: int) -> MaterialVersion:
    """Return a current material of a lesson that the actor has opened in some run of theirs."""
    query = (
        select(MaterialVersion)
        .join(Material, Material.published_id == MaterialVersion.id)
        .join(LessonRead, LessonRead.lesson_id == Material.lesson_id)
        .join(Enrolment, Enrolment.id == LessonRead.enrolment_id)
        .where(
            Enrolment.person_id == actor.id,
            MaterialVersion.id == version_id,
            Material.retired_at.is_(None),
        )
    )
    return found(db.session.scalars(query.limit(1)).first())


@dataclass(frozen=True, slots=True)
class AidLine:
    """A sheet on a lesson's page."""

    code: str
    title: Bilingual
    lessons: frozenset[str]
    """With which it goes."""


_AIDS = Prepared(
    select(Aid.code, Aid.published_id).where(Aid.published_id.is_not(None)).order_by(Aid.id)
)
_AID = select(AidVersion.title, AidVersion.meta).where(AidVersion.id == bindparam("version_id"))
_aid_lines: Kept[AidLine] = Kept(500)


def aids_of(lesson: str) -> list[AidLine]:
    """Return the sheets that go with a lesson, by one statement: what each says is kept."""
    lines = [
        _aid_lines.get((code, version_id), partial(_aid_line, code, version_id))
        for code, version_id in _AIDS.rows()
    ]
    return [each for each in lines if lesson in each.lessons]


def _aid_line(code: str, version_id: int) -> AidLine:
    title, meta = db.session.execute(_AID, {"version_id": version_id}).one()
    return AidLine(code, title, frozenset(meta["lessons"]))
