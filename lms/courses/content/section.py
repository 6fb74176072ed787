"""The courses' section of the content files: bringing them in and writing them out."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload, undefer

from lms.core import storage, yaml_lines
from lms.core.content import VARIABLES, Counts, Finding, Tree, write
from lms.core.db import db, transaction
from lms.core.editions import Edition, publish
from lms.courses.content import building, checks, lesson_checks, measures
from lms.courses.content.editing import reconciled, remember
from lms.courses.content.prose_checks import check_prose
from lms.courses.content.reading import LESSONS, PROGRAMMES, lesson_folders
from lms.courses.content.style import STYLE, check_style
from lms.courses.content.world import WORLD, check_world
from lms.courses.models import (
    Lesson,
    LessonMedia,
    LessonVersion,
    Programme,
    ProgrammeVersion,
    Variable,
)

_CHANGED = "changed values"


class Curriculum:
    """Named values, programmes and lessons."""

    name = "courses"
    owns: tuple[str, ...] = (VARIABLES, WORLD, STYLE, PROGRAMMES, LESSONS)

    def check(self, tree: Tree) -> Iterator[Finding]:
        """Yield what is wrong with them."""
        yield from checks.check_variables(tree)
        yield from check_world(tree)
        yield from check_style(tree)
        yield from checks.check_programmes(tree)
        yield from lesson_checks.check_lessons(tree)

    def review(self, tree: Tree) -> Iterator[Finding]:
        """Yield where lessons fall short."""
        yield from check_prose(tree)

    def sizes(self, tree: Tree) -> dict[str, int]:
        """Return how many there are."""
        return {
            "variables": len(tree.values()),
            "programmes": len(tree.files(PROGRAMMES, ".yaml")),
            "lessons": len(lesson_folders(tree)),
        }

    def measures(self, tree: Tree) -> dict[str, Any]:
        """Return lengths, and what each programme, stage and module consists of."""
        return measures.measures(tree)

    def prepare(self, tree: Tree) -> None:
        """Render the lessons and store the files beside them."""
        tree.once(PROGRAMMES, lambda: building.programmes(tree))
        tree.once(LESSONS, lambda: building.lessons(tree))

    @transaction()
    def load(self, tree: Tree, at: datetime) -> dict[str, Counts]:
        """Publish what changed. Programmes and lessons that the files lack stay as they are."""
        programmes = tree.once(PROGRAMMES, lambda: building.programmes(tree))
        return {
            "variables": _load_variables(tree),
            "programmes": publish(Programme, ProgrammeVersion, programmes, at),
            "lessons": _load_lessons(tree, at),
        }

    def dump(self, folder: Path) -> int:
        """Write the published versions as files."""
        variables = db.session.scalars(select(Variable).order_by(Variable.name))
        values = {each.name: each.value for each in variables}
        if values:
            write(folder / VARIABLES, yaml_lines.dump(values))
        return bool(values) + _dump_programmes(folder) + _dump_lessons(folder)


def _with_media(edition: Edition) -> Edition:
    rows = [LessonMedia(**each) for each in edition.columns.get("media", ())]
    return replace(edition, columns={**edition.columns, "media": rows})


def _load_lessons(tree: Tree, at: datetime) -> Counts:
    files = tree.once(LESSONS, lambda: building.lessons(tree))
    wanted, superseded = reconciled(files, tree.values(), tree.once(_CHANGED, set))
    counts = publish(Lesson, LessonVersion, map(_with_media, wanted), at)
    remember(files)
    counts.superseded = superseded
    return counts


def _load_variables(tree: Tree) -> Counts:
    counts, wanted = Counts(), tree.values()
    known = {each.name: each for each in db.session.scalars(select(Variable))}
    changed = tree.once(_CHANGED, set)
    for name, value in wanted.items():
        if (row := known.get(name)) is None:
            db.session.add(Variable(name=name, value=dict(value)))
            counts.added += 1
        elif row.value != value:
            changed.add(name)
            row.value = dict(value)
            counts.changed += 1
        else:
            counts.same += 1
    counts.gone = sorted(known.keys() - wanted.keys())
    for name in counts.gone:  # the table is what was last imported; texts are filled in already
        db.session.delete(known[name])
    return counts


def _dump_programmes(folder: Path) -> int:
    published = Programme.published_id == ProgrammeVersion.id
    rows = db.session.scalars(select(ProgrammeVersion.structure).join(Programme, published)).all()
    for structure in rows:
        write(folder / PROGRAMMES / f"{structure['code']}.yaml", yaml_lines.dump(structure))
    return len(rows)


def _dump_lessons(folder: Path) -> int:
    wanted = (
        select(LessonVersion)
        .join(Lesson, Lesson.published_id == LessonVersion.id)
        .options(
            undefer(LessonVersion.meta),
            undefer(LessonVersion.source),
            selectinload(LessonVersion.media),
        )
    )
    files = 0
    for version in db.session.scalars(wanted):
        place = folder / LESSONS / version.lesson.code.lower()
        write(place / "lesson.yaml", yaml_lines.dump(version.meta))
        for language, text in version.source.items():
            write(place / f"{language}.md", text)
        for each in version.media:
            (place / each.name).write_bytes(storage.get(each.sha256))
        files += 1 + len(version.source) + len(version.media)
    return files
