"""Programmes and lessons from files: what is wrong, versions, and back to files."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.core import audit, content, storage
from lms.core.content import ContentRefusedError, Severity, Tree
from lms.core.db import db
from lms.courses.content import media
from lms.courses.models import Lesson, LessonMedia, LessonVersion, Programme, Variable
from lms.courses.rules import Outline
from tests import content_tree
from tests.content_tree import put, swap
from tests.factories import NOON

LESSON = "lessons/s1-a-1"


@pytest.fixture
def root(app: Flask, tmp_path: Path) -> Path:
    return content_tree.make(tmp_path / "content")


def bring_in(root: Path) -> dict[str, content.Counts]:
    return content.bring_in(Tree(root), at=NOON)


def done(counts: Mapping[str, content.Counts]) -> dict[str, tuple[int, int, int]]:
    return {kind: (each.added, each.changed, each.same) for kind, each in counts.items()}


def lesson(session: Session) -> LessonVersion:
    version = session.scalar(
        select(LessonVersion).join(Lesson, Lesson.published_id == LessonVersion.id)
    )
    assert version is not None
    return version


class TestCheck:
    @pytest.mark.parametrize(
        ("path", "old", "new", "code"),
        [
            # fields
            ("lesson.yaml", "id: S1-A-1", "id: S1-A-2", "wrong-name"),
            ("lesson.yaml", "id: S1-A-1", "id: S1 A 1", "bad-code"),
            ("lesson.yaml", "class: parametric", "class: special", "not-a-choice"),
            ("lesson.yaml", "class: parametric", "class: generic", "class-depends"),
            ("lesson.yaml", "minutes: 15", "minutes: 999", "out-of-range"),
            ("lesson.yaml", "minutes: 15", "minutes: yes", "wrong-type"),
            ("lesson.yaml", "exercise_minutes: 5", "exercise_minutes: 16", "out-of-range"),
            ("lesson.yaml", "  en: The first answer\n", "", "missing-field"),
            ("lesson.yaml", "en: The first answer", 'en: " "', "empty-text"),
            ("lesson.yaml", "en: The first answer", "en: 12:30", "wrong-type"),
            ("lesson.yaml", "en: The first answer", "en: The {{sla.first}}", "variable-in-title"),
            ("lesson.yaml", "en: The first answer", "en: The first\n  fr: x", "unknown-field"),
            ("lesson.yaml", "  - Write an answer", "  - Write\n  - More", "uneven-languages"),
            ("lesson.yaml", "  - Write an answer", "  - 7", "wrong-type"),
            ("lesson.yaml", "- SEV", "- SEV\n- SEV", "duplicate-item"),
            ("lesson.yaml", "  en:\n  - Write an answer", "  en: []", "too-few"),
            ("lesson.yaml", "checks:\n", "checks:\n- loose\n", "wrong-type"),
            ("lesson.yaml", "- key: A", "- loose\n  - key: A", "wrong-type"),
            ("lesson.yaml", "sources:\n- SEV", "sources: SEV", "wrong-type"),
            ("lesson.yaml", "reviewed_on: null", "reviewed_on: soon", "wrong-type"),
            # self-checks
            ("lesson.yaml", "key: B", "key: C", "option-keys"),
            ("lesson.yaml", "    right: true\n", "", "answer-count"),
            ("lesson.yaml", "en: Restart\n", "en: All of the above\n", "all-of-the-above"),
            ("lesson.yaml", "en: Restart\n", "en: Ask\n", "duplicate-option"),
            ("lesson.yaml", "- id: c1", "- id: c2", "unknown-check"),
            ("zh.md", "{check:c1}", "", "check-place"),
            # variables
            ("lesson.yaml", "- desk.phone", "- desk.fax", "unknown-variable"),
            ("lesson.yaml", "- desk.phone\n", "", "undeclared-variable"),
            ("en.md", "{{desk.phone}}", "{{desk.fax}}", "unknown-variable"),
            ("en.md", "## A receipt", "## A receipt of {{sla.first}}", "variable-in-heading"),
            # text
            ("en.md", "## A receipt", "A receipt", "skeleton"),
            ("en.md", "| Part | Why |\n|-|-:|\n| Impact | understood |", "", "skeleton"),
            ("en.md", "```log\n09:14 ERROR <x>\n```", "", "skeleton"),
            ("en.md", "clock.en.svg", "watch.en.svg", "missing-media"),
            ("en.md", "clock.en.svg", "../clock.svg", "link-target"),
            ("en.md", "sheet.pdf", "sheet.exe", "link-target"),
            ("en.md", "The clock stops at 09:22.", "", "missing-alt"),
            # figures
            ("clock.en.svg", "<rect", "<script/><rect", "svg-element"),
            ("clock.en.narrow.svg", "0 0 300", "0 0 400", "svg-viewbox"),
        ],
    )  # fmt: skip
    def test_each_mistake_in_a_lesson_has_its_code(
        self, root: Path, path: str, old: str, new: str, code: str
    ) -> None:
        swap(root, f"{LESSON}/{path}", old, new)
        found = [each for each in content_tree.findings(root) if each.code == code]
        assert found
        assert all(each.file.startswith(LESSON) for each in found)

    @pytest.mark.parametrize(
        ("path", "old", "new", "code"),
        [
            ("variables.yaml", "sla.first:", "SLA first:", "bad-code"),
            ("variables.yaml", "en: 10 minutes", "en: '{{desk.phone}}'", "variable-in-title"),
            ("variables.yaml", "en: 10 minutes", 'en: "10\\nminutes"', "several-lines"),
            ("variables.yaml", "  en: 10 minutes\n", "", "missing-field"),
            ("programmes/basics.yaml", "code: basics", "code: basic", "wrong-name"),
            ("programmes/basics.yaml", "en: Answers", "en: '{{sla.first}}'", "variable-in-title"),
            ("programmes/basics.yaml", "- S1-A-1", "- S1-A-2", "unknown-lesson"),
            ("programmes/basics.yaml", "- S1-A-1", "- S1-A-1\n    - S1-A-1", "duplicate-item"),
            (
                "programmes/basics.yaml",
                "exam: stage-1",
                "practical:\n  - {code: d, title: {zh: 练}}",
                "missing-field",
            ),
            ("programmes/basics.yaml", "weeks: 4", "weeks: four", "wrong-type"),
            ("programmes/basics.yaml", "exam: stage-1", "exams: stage-1", "unknown-field"),
        ],
    )
    def test_each_mistake_in_a_programme_or_a_variable_has_its_code(
        self, root: Path, path: str, old: str, new: str, code: str
    ) -> None:
        assert code in content_tree.codes(swap(root, path, old, new))

    def test_a_code_is_used_once_within_a_programme(self, root: Path) -> None:
        stage = content_tree.PROGRAMME["stages"][0]
        put(root, "programmes/basics.yaml", content_tree.PROGRAMME | {"stages": [stage, stage]})
        found = [each for each in content_tree.findings(root) if each.code == "duplicate-id"]
        assert len(found) == 3, "stage, module and lesson"

    def test_a_lesson_has_three_files(self, root: Path) -> None:
        (root / LESSON / "zh.md").unlink()
        found = content_tree.findings(root)
        assert (f"{LESSON}/zh.md", "missing-file") in {(each.file, each.code) for each in found}

    def test_what_nobody_refers_to_is_a_warning(self, root: Path) -> None:
        put(root, f"{LESSON}/old.png", content_tree.PNG)
        put(root, "lessons/s1-a-9/lesson.yaml", content_tree.LESSON | {"id": "S1-A-9"})
        for name, text in content_tree.BODY.items():
            put(root, f"lessons/s1-a-9/{name}.md", text)
            put(root, f"lessons/s1-a-9/clock.{name}.svg", content_tree.svg())
        put(root, "lessons/s1-a-9/sheet.pdf", b"%PDF-")
        found = content_tree.findings(root)
        assert {each.severity for each in found} == {Severity.WARNING}
        assert [each.code for each in found] == ["unused-media", "unused"]

    @pytest.mark.parametrize("content_", [b"MZ", b"%PDF-" + bytes(media.LARGEST_BYTES)])
    def test_a_file_is_what_it_is_called_and_not_too_large(
        self, root: Path, content_: bytes
    ) -> None:
        put(root, f"{LESSON}/sheet.pdf", content_)
        assert content_tree.codes(root) == {"bad-media"}


class TestImport:
    def test_everything_is_published(self, root: Path, session: Session) -> None:
        assert done(bring_in(root)) == {
            "variables": (2, 0, 0),
            "programmes": (1, 0, 0),
            "lessons": (1, 0, 0),
            "aids": (0, 0, 0),
            "questions": (13, 0, 0),
            "exams": (1, 0, 0),
            "certificates": (1, 0, 0),
        }
        programme = session.scalar(select(Programme))
        assert programme is not None
        assert programme.published is not None
        outline = Outline.read(programme.published.structure)
        assert [(s.code, s.exam, s.certificate) for s in outline.stages] == [
            ("first", "stage-1", None)
        ]
        value = session.scalar(select(Variable.value).filter_by(name="sla.first"))
        assert value == {"zh": "10 分钟", "en": "10 minutes"}

    def test_a_lesson_is_rendered_with_its_variables(self, root: Path, session: Session) -> None:
        bring_in(root)
        version = lesson(session)
        assert (version.number, version.minutes, version.title["en"]) == (1, 15, "The first answer")
        assert "runs for 10 minutes. Call 400-1" in version.html["en"]
        assert "时钟走 10 分钟。" in version.html["zh"]
        assert '<svg class="l"' in version.html["en"]
        assert '<svg viewBox="0 0 640 100"' in version.html["zh"], "it has no variant for phones"
        assert version.outline == {"en": [["h-1", "A receipt"]], "zh": [["h-1", "回执"]]}
        assert version.checks[0]["stem"]["zh"] == "10 分钟内：先做什么？"
        assert version.source["en"] == content_tree.BODY["en"]
        assert version.meta["depends"] == ["sla.first", "desk.phone"]

    def test_files_beside_a_text_are_stored(self, root: Path, session: Session) -> None:
        put(root, f"{LESSON}/unused.png", content_tree.PNG)
        bring_in(root)
        stored = {each.name: each for each in lesson(session).media}
        assert sorted(stored) == [
            "clock.en.narrow.svg",
            "clock.en.svg",
            "clock.zh.svg",
            "sheet.pdf",
        ]
        sheet = stored["sheet.pdf"]
        assert (sheet.mime, sheet.size_bytes) == ("application/pdf", 14)
        assert storage.get(sheet.sha256) == b"%PDF-1.7 sheet"

    def test_importing_again_changes_nothing(self, root: Path, session: Session) -> None:
        bring_in(root)
        before = session.scalar(select(func.count()).select_from(audit.AuditEntry))
        assert all(added == changed == 0 for added, changed, _ in done(bring_in(root)).values())
        assert session.scalar(select(func.count()).select_from(LessonVersion)) == 1
        assert session.scalar(select(func.count()).select_from(LessonMedia)) == 4
        assert session.scalar(select(func.count()).select_from(audit.AuditEntry)) == before

    @pytest.mark.parametrize(
        ("path", "old", "new"),
        [
            (f"{LESSON}/en.md", "The clock runs", "The clock goes"),
            (f"{LESSON}/lesson.yaml", "minutes: 15", "minutes: 16"),
            (f"{LESSON}/clock.zh.svg", "Clock", "Watch"),
            (f"{LESSON}/sheet.pdf", "1.7", "1.8"),
            ("variables.yaml", "en: 10 minutes", "en: 15 minutes"),
        ],
    )
    def test_what_changed_becomes_the_next_version(
        self, root: Path, session: Session, path: str, old: str, new: str
    ) -> None:
        bring_in(root)
        first = lesson(session)
        before = dict(first.html)
        swap(root, path, old, new)
        assert done(bring_in(root))["lessons"] == (0, 1, 0)
        assert lesson(session).number == 2
        session.refresh(first, ["html"])
        assert first.html == before

    def test_going_back_is_a_version_of_its_own(self, root: Path, session: Session) -> None:
        bring_in(root)
        swap(root, f"{LESSON}/en.md", "The clock runs", "The clock goes")
        bring_in(root)
        swap(root, f"{LESSON}/en.md", "The clock goes", "The clock runs")
        bring_in(root)
        assert lesson(session).number == 3

    def test_a_lesson_that_vanished_stays_and_is_named(self, root: Path, session: Session) -> None:
        bring_in(root)
        for path in (root / LESSON).iterdir():
            path.unlink()
        (root / LESSON).rmdir()
        (root / "programmes/basics.yaml").unlink()
        (root / "questions/s1-a.yaml").unlink()
        (root / "exams/stage-1.yaml").unlink()
        counts = bring_in(root)
        assert counts["lessons"].gone == ["S1-A-1"]
        assert counts["programmes"].gone == ["basics"]
        assert lesson(session).number == 1

    def test_errors_stop_all_of_it(self, root: Path, session: Session) -> None:
        swap(root, "certificates/whole.yaml", "prefix: WH", "prefix: wh")
        with pytest.raises(ContentRefusedError) as caught:
            bring_in(root)
        assert [each.code for each in caught.value.findings] == ["bad-code"]
        assert session.scalar(select(func.count()).select_from(Lesson)) == 0


def digests(session: Session) -> dict[str, Any]:
    rows = session.execute(
        select(Lesson.code, LessonVersion.digest).join(
            LessonVersion, Lesson.published_id == LessonVersion.id
        )
    )
    return dict(rows.all())


@pytest.mark.usefixtures("session")
class TestExport:
    def test_what_was_imported_comes_out_and_goes_in_again_unchanged(
        self, root: Path, tmp_path: Path
    ) -> None:
        bring_in(root)
        content.write_out(tmp_path / "out")
        assert content_tree.findings(tmp_path / "out") == []
        again = done(bring_in(tmp_path / "out"))
        assert all(added == changed == 0 for added, changed, _ in again.values())
        content.write_out(tmp_path / "twice")
        assert files(tmp_path / "twice") == files(tmp_path / "out")
        assert files(tmp_path / "out").keys() == files(root).keys()

    def test_texts_and_media_come_out_as_they_were(self, root: Path, tmp_path: Path) -> None:
        bring_in(root)
        content.write_out(tmp_path / "out")
        written, given = files(tmp_path / "out"), files(root)
        for path, content_ in given.items():
            if not path.endswith(".yaml"):
                assert written[path] == content_

    def test_an_empty_database_gives_the_same_digests(
        self, root: Path, session: Session, live_app: Flask, tmp_path: Path
    ) -> None:
        bring_in(root)
        content.write_out(tmp_path / "out")
        before = digests(session)
        assert len(before) == 1
        with live_app.app_context():
            bring_in(tmp_path / "out")
            assert digests(db.session()) == before


def files(root: Path) -> dict[str, bytes]:
    paths = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}
