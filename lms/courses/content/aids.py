"""Job aids as files (docs/content-format.md): checking, bringing in, writing out."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import undefer

from lms.core import yaml_lines
from lms.core.content import Counts, Finding, Severity, Tree, write
from lms.core.db import db, transaction
from lms.core.editions import Edition, publish
from lms.core.entries import Entry
from lms.core.placeholders import LANGUAGES, used
from lms.core.text import digest
from lms.courses.content.building import page
from lms.courses.content.lesson_checks import check_depends
from lms.courses.content.prose_checks import Reviewer, review_texts
from lms.courses.content.reading import lesson_codes, plain, surveyed
from lms.courses.content.style import STYLE
from lms.courses.models import Aid, AidVersion, LessonClass

AIDS = "aids"
_FIELDS = ("code", "title", "use", "class", "depends", "lessons", "position")
_FILES = ("aid.yaml", *(f"{language}.md" for language in LANGUAGES))


class JobAids:
    """The sheets."""

    name = "aids"
    owns: tuple[str, ...] = (AIDS,)

    def check(self, tree: Tree) -> Iterator[Finding]:
        """Yield what is wrong with them."""
        lessons = lesson_codes(tree)
        for folder in folders(tree):
            missing = [name for name in _FILES if not tree.exists(f"{folder}/{name}")]
            for name in missing:
                said = "there is no such file"
                yield Finding(f"{folder}/{name}", None, Severity.ERROR, "missing-file", said)
            for name in tree.names(folder):
                if name not in _FILES:
                    said = "is not read: a sheet is text alone"
                    yield Finding(f"{folder}/{name}", None, Severity.WARNING, "stray-file", said)
            path = f"{folder}/aid.yaml"
            document = None if missing else tree.document(path)
            if document is not None:
                found: list[Finding] = []
                _check(tree, folder, Entry(path, document, found), lessons)
                yield from found

    def review(self, tree: Tree) -> Iterator[Finding]:
        """Yield where their texts fall short."""
        for folder in folders(tree) if tree.exists(STYLE) else ():
            meta = Reviewer(tree, f"{folder}/aid.yaml")
            review_texts(meta, Entry(meta.file, tree.document(meta.file) or yaml_lines.Map(), []))
            yield from meta.found
            for language in LANGUAGES:
                reviewer = Reviewer(tree, f"{folder}/{language}.md")
                reviewer.survey(surveyed(tree, reviewer.file), language)
                yield from reviewer.found

    def sizes(self, tree: Tree) -> dict[str, int]:
        """Return how many there are."""
        return {AIDS: len(folders(tree))}

    def measures(self, tree: Tree) -> dict[str, Any]:  # noqa: ARG002  as a Section has it
        """Return nothing more than how many there are."""
        return {}

    def prepare(self, tree: Tree) -> None:
        """Render them."""
        tree.once(AIDS, lambda: _editions(tree))

    @transaction()
    def load(self, tree: Tree, at: datetime) -> dict[str, Counts]:
        """Publish what changed; a sheet that the files lack stays."""
        editions = tree.once(AIDS, lambda: _editions(tree))
        return {AIDS: publish(Aid, AidVersion, editions, at)}

    def dump(self, folder: Path) -> int:
        """Write the published versions as files."""
        wanted = (
            select(AidVersion)
            .join(Aid, Aid.published_id == AidVersion.id)
            .options(undefer(AidVersion.source))
        )
        versions = db.session.scalars(wanted).all()
        for version in versions:
            place = folder / AIDS / version.aid.code
            write(place / "aid.yaml", yaml_lines.dump(version.meta))
            for language, text in version.source.items():
                write(place / f"{language}.md", text)
        return len(versions) * len(_FILES)


def folders(tree: Tree) -> list[str]:
    """Return the folders of sheets, as paths."""
    names = (f"{AIDS}/{name}" for name in tree.names(AIDS))
    return [path for path in names if tree.is_folder(path)]


def _check(tree: Tree, folder: str, entry: Entry, lessons: dict[str, str]) -> None:
    entry.only(*_FIELDS)
    code = entry.code("code")
    if code and folder != f"{AIDS}/{code}":
        entry.error("wrong-name", f"the folder is not called {code}", at="code")
    entry.both("title", fixed=True)
    entry.both("use", fixed=True)
    entry.choice("class", list(LessonClass))
    entry.whole("position", 1, 999)
    for lesson in entry.words("lessons"):
        if lesson not in lessons:
            said, advice = f"there is no lesson {lesson}", "Correct the code."
            entry.error("unknown-lesson", said, advice, at="lessons")
    texts = [f"{folder}/{language}.md" for language in LANGUAGES]
    surveys = [surveyed(tree, path) for path in texts]
    for path, found in zip(texts, surveys, strict=True):
        for each in found.mistakes:
            finding = (path, each.line, Severity.ERROR, each.code, each.message, each.advice)
            entry.found.append(Finding(*finding))
        for line, name in [*found.figures, *found.checks, *found.files]:
            said = f"{name}: a sheet has no figures, files and self-checks"
            entry.found.append(Finding(path, line, Severity.ERROR, "link-target", said))
    if (chinese := surveys[0].skeleton()) != (english := surveys[1].skeleton()):
        said = f"en {english}, zh {chinese}"
        advice = "Both languages have the same skeleton."
        entry.found.append(Finding(texts[1], 1, Severity.ERROR, "skeleton", said, advice))
    names = used([tree.text(path) or "" for path in texts])
    check_depends(entry, names, tree)


def _editions(tree: Tree) -> list[Edition]:
    return [_edition(tree, folder) for folder in folders(tree)]


def _edition(tree: Tree, folder: str) -> Edition:
    meta = plain(tree.document(f"{folder}/aid.yaml"))
    source = {each: tree.text(f"{folder}/{each}.md") or "" for each in LANGUAGES}
    html = {each: page(text, each, {}, tree.values()).html for each, text in source.items()}
    columns = {"title": meta["title"], "meta": meta, "source": source, "html": html}
    return Edition(meta["code"], digest({"meta": meta, "html": html}), columns)
