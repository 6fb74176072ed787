"""Replacing a lesson's text here, and what the next import of the files makes of that."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.core import content
from lms.core.audit import AuditEntry
from lms.core.content import Tree
from lms.core.errors import NotFoundError, found
from lms.courses import queries, services, studio
from lms.courses.errors import EditedMeanwhileError, FaultyLessonError, NothingChangedError
from lms.courses.models import LessonVersion, Programme
from lms.courses.revising import Revision, revise
from tests import content_tree, factories
from tests.content_tree import put, swap
from tests.factories import NOON

CODE = "S1-A-1"
FILES = "lessons/s1-a-1"


@pytest.fixture
def root(app: Flask, session: Session, tmp_path: Path) -> Path:
    """The small tree of content, imported."""
    root = content_tree.make(tmp_path / "content")
    bring_in(root)
    return root


def bring_in(root: Path) -> dict[str, content.Counts]:
    return content.bring_in(Tree(root), at=NOON)


def now() -> LessonVersion:
    return studio.editable(CODE)


def revision(**changes: Any) -> Revision:
    """What the lesson says, with some of it changed; `en` and `zh` are pairs of old and new."""
    version = now()
    source = dict(version.source)
    for language in source.keys() & changes.keys():
        old, new = changes.pop(language)
        assert old in source[language]
        source[language] = source[language].replace(old, new, 1)
    whole = Revision(title=dict(version.title), minutes=version.minutes, source=source)
    return replace(whole, **changes)


def publish(
    actor: Person, *, note: str = "Clearer", base: int | None = None, **changes: Any
) -> Any:
    base_id = now().id if base is None else base
    return revise(CODE, revision(**changes), base_id=base_id, note=note, actor=actor, at=NOON)


HERE: Mapping[str, Any] = {"en": ("The clock runs", "Here the clock runs")}


@pytest.mark.usefixtures("root")
class TestRevise:
    def test_a_revision_is_the_next_version_and_is_published(self, trainer: Person) -> None:
        row = publish(trainer, **HERE)
        assert (row.number, row.author, row.note) == (2, "Wang Fang", "Clearer")
        assert now().id == row.id
        assert "Here the clock runs for 10 minutes" in now().html["en"]

    def test_the_earlier_version_stays_as_it_was(self, trainer: Person, session: Session) -> None:
        before = now()
        html = dict(before.html)
        publish(trainer, **HERE)
        session.expire_all()
        assert studio.version_of(CODE, 1).html == html

    def test_it_is_rendered_as_an_import_would(self, trainer: Person, root: Path) -> None:
        publish(trainer, **HERE)
        here = now()
        swap(root, f"{FILES}/en.md", "The clock runs", "Here the clock runs")
        bring_in(root)
        assert now().id == here.id, "the file says the same now: there is nothing to publish"
        assert not studio.studio_page(trainer).lessons[CODE].is_edited

    def test_title_and_minutes_go_into_what_is_exported(self, trainer: Person) -> None:
        publish(trainer, title={"zh": "新标题", "en": "New title"}, minutes=20)
        assert (now().title["en"], now().meta["title"]["zh"]) == ("New title", "新标题")
        assert (now().minutes, now().meta["minutes"]) == (20, 20)

    def test_self_checks_and_files_stay(self, trainer: Person) -> None:
        checks, names = now().checks, [each.name for each in now().media]
        publish(trainer, en=("[the sheet](sheet.pdf)", "it"), zh=("[表](sheet.pdf)", "它"))
        assert now().checks == checks
        assert [each.name for each in now().media] == names, "it can be put back by its name"

    def test_a_value_that_is_used_is_listed_by_itself(self, trainer: Person, root: Path) -> None:
        values = content_tree.VARIABLES | {"company": content_tree.text("Lanting", "岚汀")}
        put(root, "variables.yaml", values)
        bring_in(root)
        publish(trainer, en=("The clock", "{{company}} says: the clock"))
        assert now().meta["depends"] == ["sla.first", "desk.phone", "company"]
        assert "Lanting says" in now().html["en"]

    def test_lines_that_end_as_browsers_send_them_change_nothing(self, trainer: Person) -> None:
        said = revision()
        source = {name: text.replace("\n", "\r\n") for name, text in said.source.items()}
        with pytest.raises(NothingChangedError):
            revise(CODE, replace(said, source=source), base_id=now().id, note="n", actor=trainer)

    def test_it_is_in_the_audit_log(self, trainer: Person, session: Session) -> None:
        publish(trainer, note="Two sentences fewer", **HERE)
        entry = session.scalars(select(AuditEntry).filter_by(action="courses.lesson_revised")).one()
        assert (entry.object_id, entry.actor_id) == (CODE, trainer.id)
        assert entry.detail == {"version": 2, "note": "Two sentences fewer"}

    def test_a_lesson_that_is_not_there_is_not_found(self, trainer: Person) -> None:
        with pytest.raises(NotFoundError):
            revise("S9", revision(), base_id=1, note="n", actor=trainer)

    @pytest.mark.parametrize(
        ("language", "old", "new", "slip"),
        [
            ("en", "## A receipt", "A receipt", ("en", None, "skeleton")),
            ("zh", "```log\n09:14 ERROR <x>\n```", "", ("en", None, "skeleton")),
            ("en", "{{sla.first}}", "{{sla.nowhere}}", ("en", 3, "unknown-variable")),
            ("zh", "clock.zh.svg", "watch.svg", ("zh", 5, "missing-media")),
            ("en", "[!WARNING]", "[!DANGER]", ("en", 11, "callout-kind")),
            ("en", "{check:c1}", "{check:c2}", ("en", 20, "unknown-check")),
            ("zh", "回执", "{{sla.first}}", ("zh", 1, "variable-in-heading")),
        ],
    )
    def test_a_slip_is_named_with_its_text_and_line(
        self, trainer: Person, language: str, old: str, new: str, slip: tuple[str, int, str]
    ) -> None:
        changes: dict[str, Any] = {language: (old, new)}
        with pytest.raises(FaultyLessonError) as caught:
            publish(trainer, **changes)
        slips: Any = caught.value.context["slips"]
        assert slip in [(each.field, each.line, each.code) for each in slips]
        assert now().number == 1, "nothing is saved"

    def test_who_is_second_is_told(self, trainer: Person, admin: Person) -> None:
        base = now().id
        publish(admin, base=base, **HERE)
        with pytest.raises(EditedMeanwhileError):
            publish(trainer, base=base, zh=("时钟走", "这里时钟走"))
        assert now().number == 2

    def test_who_read_an_earlier_version_keeps_that_on_record(
        self, trainer: Person, trainee: Person, session: Session
    ) -> None:
        run = factories.enrolment(trainee, session.scalars(select(Programme)).one())
        services.open_lesson(queries.lesson_page(trainee, CODE), at=NOON)
        first = now()
        publish(trainer, **HERE)
        services.finish_lesson(run.id, CODE, actor=trainee, version_id=first.id, at=NOON)
        assert found(queries.mark_of(run, CODE)).version_id == first.id


class TestImport:
    def test_an_edited_text_stands_while_its_file_is_as_it_was(
        self, root: Path, trainer: Person
    ) -> None:
        edited = publish(trainer, **HERE)
        for _ in range(2):
            counts = bring_in(root)["lessons"]
            assert (counts.added, counts.changed, counts.same) == (0, 0, 1)
            assert counts.superseded == []
        assert now().id == edited.id

    def test_a_file_that_changed_wins_as_a_version_of_its_own(
        self, root: Path, trainer: Person, session: Session
    ) -> None:
        publish(trainer, **HERE)
        swap(root, f"{FILES}/en.md", "The clock runs", "The clock goes")
        counts = bring_in(root)["lessons"]
        assert (counts.changed, counts.superseded) == (1, [CODE])
        assert (now().number, now().author) == (3, "")
        assert "The clock goes" in now().html["en"]
        assert "Here" in studio.version_of(CODE, 2).source["en"], "the edited text is kept"
        entry = session.scalars(
            select(AuditEntry).filter_by(action="content.imported").order_by(AuditEntry.id.desc())
        ).first()
        assert entry is not None
        assert entry.detail["lessons"]["superseded"] == [CODE]

    def test_the_summary_names_whose_text_was_replaced(
        self, root: Path, trainer: Person, runner: FlaskCliRunner
    ) -> None:
        publish(trainer, **HERE)
        swap(root, f"{FILES}/en.md", "The clock runs", "The clock goes")
        said = runner.invoke(args=["content", "import", "--from", str(root)]).output
        assert f"edited here and now replaced by the files: {CODE}" in said

    def test_a_value_that_changed_reaches_an_edited_text(self, root: Path, trainer: Person) -> None:
        publish(trainer, **HERE)
        swap(root, "variables.yaml", "en: 10 minutes", "en: 15 minutes")
        counts = bring_in(root)["lessons"]
        assert (counts.changed, counts.superseded) == (1, [])
        assert "Here the clock runs for 15 minutes" in now().html["en"]
        assert (now().number, now().author) == (3, "Wang Fang")
        assert [each.name for each in now().media]
        assert bring_in(root)["lessons"].same == 1
        assert studio.studio_page(trainer).lessons[CODE].is_edited

    def test_the_file_can_win_again_later(self, root: Path, trainer: Person) -> None:
        publish(trainer, **HERE)
        swap(root, f"{FILES}/en.md", "The clock runs", "The clock goes")
        bring_in(root)
        publish(trainer, en=("The clock goes", "The clock flies"))
        assert bring_in(root)["lessons"].same == 1
        assert "The clock flies" in now().html["en"]

    @pytest.mark.usefixtures("root")
    def test_an_export_writes_the_edited_text_and_brings_it_back(
        self, trainer: Person, tmp_path: Path, session: Session
    ) -> None:
        edited = publish(trainer, **HERE)
        content.write_out(tmp_path / "out")
        written = (tmp_path / "out" / FILES / "en.md").read_text("utf-8")
        assert "Here the clock runs" in written
        assert content_tree.findings(tmp_path / "out") == []
        assert bring_in(tmp_path / "out")["lessons"].same == 1
        assert now().id == edited.id
        assert session.scalar(select(func.count()).select_from(LessonVersion)) == 2
