"""A lesson that is being edited: checked and rendered by what checks and renders the files."""

from collections import Counter
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from typing_extensions import override

from lms.core import prose, richtext, storage, yaml_lines
from lms.core.content import Severity, Tree
from lms.core.editions import Edition
from lms.core.placeholders import LANGUAGES, used
from lms.core.text import Bilingual
from lms.courses.content import building
from lms.courses.content.lesson_checks import check_lessons
from lms.courses.content.reading import LESSONS
from lms.courses.models import LessonClass, LessonVersion
from lms.courses.words import Slip

_LONGEST_EXCERPT = 80


class Draft(Tree):
    """One lesson as it would lie in files.

    Args:
        code: of the lesson.
        meta: what lesson.yaml would say.
        source: language -> Markdown.
        media: name -> bytes of the files beside the texts.
        values: the site's named values.
    """

    def __init__(
        self,
        code: str,
        meta: Mapping[str, Any],
        source: Mapping[str, str],
        media: Mapping[str, bytes],
        values: Mapping[str, Bilingual],
    ) -> None:
        super().__init__(Path())
        self.source = source
        self.media = media
        self._folder = f"{LESSONS}/{code.lower()}"
        self._values = dict(values)
        texts = {f"{language}.md": text for language, text in source.items()}
        texts["lesson.yaml"] = yaml_lines.dump(dict(meta))
        self._files = {name: text.encode() for name, text in texts.items()} | dict(media)

    @override
    def is_folder(self, path: str) -> bool:
        return path == self._folder

    @override
    def names(self, folder: str = ".") -> list[str]:
        inside = {self._folder: sorted(self._files), LESSONS: [self._folder.rpartition("/")[2]]}
        return inside.get(folder, [])

    @override
    def exists(self, path: str) -> bool:
        folder, _, name = path.rpartition("/")
        return folder == self._folder and name in self._files

    @override
    def content(self, path: str) -> bytes:
        return self._files[path.rpartition("/")[2]]

    @override
    def values(self) -> dict[str, Bilingual]:
        return self._values

    def slips(self) -> list[Slip]:
        """Return what keeps the draft from being published, by text and line."""
        found = [
            self._slip(each.file, each.line, each.code)
            for each in check_lessons(self)
            if each.severity is Severity.ERROR and each.code != "skeleton"
        ]
        return self._uneven() + sorted(set(found), key=lambda e: (e.field, e.line or 0, e.code))

    def edition(self) -> Edition:
        """Return what is to be published; the draft has no slips."""
        return building.lessons(self)[0]

    def page(self, language: str) -> richtext.Page:
        """Return one language as it would look; a drawing that is missing is shown as that."""
        files = dict(self.media)
        for _line, name in prose.survey(self.source[language]).figures:
            if name.endswith(".svg"):
                files.setdefault(name, _missing(name))
        return building.page(self.source[language], language, files, self._values)

    def _slip(self, file: str, line: int | None, code: str) -> Slip:
        language = file.rpartition("/")[2].removesuffix(".md")
        if language not in LANGUAGES:
            return Slip("minutes" if code == "out-of-range" else "", None, code)
        lines = self.source[language].splitlines()
        known = line is not None and line <= len(lines)
        excerpt = lines[(line or 1) - 1].strip() if known else ""
        return Slip(language, line, code, excerpt[:_LONGEST_EXCERPT])

    def _uneven(self) -> list[Slip]:
        chinese, english = (prose.survey(self.source[each]).skeleton() for each in LANGUAGES)
        return [
            Slip("en", None, "skeleton", counts=(what, count, english[what]))
            for what, count in chinese.items()
            if count != english[what]
        ]


def draft_of(
    version: LessonVersion,
    values: Mapping[str, Bilingual],
    *,
    meta: Mapping[str, Any] | None = None,
    source: Mapping[str, str] | None = None,
) -> Draft:
    """Return a version as a draft, with `meta` and `source` in the place of its own."""
    media = {each.name: storage.get(each.sha256) for each in version.media}
    return Draft(version.lesson.code, meta or version.meta, source or version.source, media, values)


def media_rows(version: LessonVersion) -> list[dict[str, Any]]:
    """Return the columns of a version's media, for the version that follows it.

    All of them: a figure that was taken out of the text can be put back by its name.
    """
    return [
        {"name": each.name, "sha256": each.sha256, "mime": each.mime, "size_bytes": each.size_bytes}
        for each in version.media
    ]


def revised_meta(
    meta: Mapping[str, Any],
    *,
    title: Bilingual,
    minutes: int,
    source: Mapping[str, str],
    known: Mapping[str, Bilingual],
) -> dict[str, Any]:
    """Return what lesson.yaml says after a revision.

    The values that the texts use are listed by themselves. Nobody has reviewed the new text yet.
    """
    names = used(dict(source)) & known.keys()
    listed = meta.get("depends") or []
    depends = [*listed, *sorted(names - set(listed))]
    changed = {"title": dict(title), "minutes": minutes, "depends": depends}
    if depends and meta.get("class") == LessonClass.GENERIC:
        changed["class"] = LessonClass.PARAMETRIC.value
    unread = {key: empty for key, empty in (("reviewer", ""), ("reviewed_on", None)) if key in meta}
    return {**meta, **changed, **unread}


def check_ids(meta: Mapping[str, Any]) -> list[str]:
    """Return the ids of a lesson's self-checks, each once."""
    return list(Counter(each["id"] for each in meta.get("checks") or ()))


def _missing(name: str) -> bytes:
    """Return a drawing that says which one is missing."""
    said = escape(name)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 80">'
        f"<title>{said}</title><desc>{said}</desc>"
        '<rect class="box-bad" x="1" y="1" width="638" height="78" rx="8"/>'
        f'<text class="bad" text-anchor="middle" x="320" y="46">{said}</text></svg>'
    ).encode()
