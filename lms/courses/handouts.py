"""The files that go with a lesson: what its page lists, and which a reader may open."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from lms.accounts.models import Person
from lms.core.db import db
from lms.core.errors import found
from lms.core.text import Bilingual
from lms.courses.models import Enrolment, LessonRead, Material, MaterialVersion
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


_MATERIALS = (
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
    return [MaterialLine(*row) for row in db.session.execute(_MATERIALS, {"lesson": lesson_id})]


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
