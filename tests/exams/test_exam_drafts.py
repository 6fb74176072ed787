"""Drafts of an exam that several people edit, and what an import does with what they published."""

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.core import content
from lms.core.content import Counts, Tree
from lms.core.errors import NotFoundError
from lms.exams import drafts
from lms.exams.errors import BlueprintNotFilledError, DraftChangedError, NothingChangedError
from lms.exams.paper_models import ExamDraft
from tests import content_tree, factories
from tests.browser import sign_in
from tests.content_tree import swap
from tests.exams import papers
from tests.exams.editing import EDIT, RULES, exam, fields, published
from tests.factories import NOON


@pytest.fixture
def desk(client: FlaskClient, trainee: Person, trainer: Person) -> FlaskClient:
    papers.ready(trainee)
    sign_in(client, trainer)
    return client


class TestTwoWhoEdit:
    def test_the_second_is_told_and_can_insist(self, desk: FlaskClient, session: Session) -> None:
        sent = fields(desk.get(EDIT).text) | {"minutes": "45"}
        other = factories.person(name="Chen Jing", roles={Role.TRAINER})
        theirs = published(session) | {"minutes": 33}
        drafts.save_draft("stage-1", theirs, seen=(0, 1), actor=other, at=NOON)
        page = desk.post(EDIT, data=sent | {"do": "save"})
        assert page.status_code == 422
        assert "Chen Jing changed this exam while you were editing." in page.text
        assert fields(page.text)["minutes"] == ["45"]
        assert session.scalars(select(ExamDraft)).one().settings["minutes"] == 33
        desk.post(EDIT, data=fields(page.text) | {"do": "save"})
        session.expire_all()
        assert session.scalars(select(ExamDraft)).one().settings["minutes"] == 45

    @pytest.mark.usefixtures("desk")
    def test_a_version_published_meanwhile_counts_too(
        self, trainer: Person, session: Session
    ) -> None:
        settings = published(session)
        drafts.save_draft(
            "stage-1", settings | {"minutes": 33}, seen=(0, 1), actor=trainer, at=NOON
        )
        drafts.publish_draft("stage-1", "", actor=trainer, at=NOON)
        with pytest.raises(DraftChangedError):
            drafts.save_draft("stage-1", settings, seen=(0, 1), actor=trainer, at=NOON)

    def test_publishing_refuses_what_changes_nothing_or_is_not_there(
        self, desk: FlaskClient, trainer: Person
    ) -> None:
        with pytest.raises(NotFoundError):
            drafts.publish_draft("stage-1", "", actor=trainer)
        sent = fields(desk.get(EDIT).text) | {"minutes": "45", "do": "publish"}
        desk.post(EDIT, data=sent)
        page = desk.post(EDIT, data=fields(desk.get(EDIT).text) | {"do": "publish"})
        assert "there is nothing to publish" in page.text
        with pytest.raises(NothingChangedError):
            drafts.publish_draft("stage-1", "", actor=trainer)

    def test_a_draft_can_be_thrown_away(self, desk: FlaskClient) -> None:
        desk.post(EDIT, data=fields(desk.get(EDIT).text) | {"minutes": "45", "do": "save"})
        page = desk.post("/studio/exams/stage-1/discard", follow_redirects=True)
        assert "The draft is gone." in page.text
        assert "There is a draft" not in page.text
        assert desk.post("/studio/exams/stage-1/discard").status_code == 404

    @pytest.mark.usefixtures("desk")
    def test_the_services_refuse_an_unfillable_blueprint_themselves(
        self, trainer: Person, session: Session
    ) -> None:
        settings = published(session) | {"draw": [{"unit": "M1", "count": 150}]}
        drafts.save_draft("stage-1", settings, seen=(0, 1), actor=trainer)
        with pytest.raises(BlueprintNotFilledError) as refused:
            drafts.publish_draft("stage-1", "", actor=trainer)
        assert refused.value.entry == 1


class TestFilesAndPages:
    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        return content_tree.make(tmp_path / "content")

    def bring_in(self, root: Path) -> Counts:
        return content.bring_in(Tree(root), at=NOON)["exams"]

    def publish(self, trainer: Person, session: Session, **changes: Any) -> None:
        row = exam(session)
        assert row.published is not None
        settings = row.published.settings | changes
        drafts.save_draft("stage-1", settings, seen=(0, row.published.number), actor=trainer)
        drafts.publish_draft("stage-1", "", actor=trainer)

    def test_a_page_stands_until_the_file_changes(
        self, root: Path, trainer: Person, session: Session, client: FlaskClient
    ) -> None:
        self.bring_in(root)
        self.publish(trainer, session, minutes=45)
        sign_in(client, trainer)
        assert "the content files say something else" in client.get(RULES).text
        counts = self.bring_in(root)
        assert (counts.same, counts.changed, counts.superseded) == (1, 0, [])
        assert published(session)["minutes"] == 45
        swap(root, "exams/stage-1.yaml", "attempts: 3", "attempts: 4")
        counts = self.bring_in(root)
        assert (counts.changed, counts.superseded) == (1, ["stage-1"])
        assert published(session)["attempts"] == 4
        assert published(session)["minutes"] != 45
        row = exam(session).published
        assert row is not None
        assert (row.number, row.author) == (3, "")
        assert "the content files say something else" not in client.get(RULES).text

    def test_an_export_brings_what_a_page_says_and_an_import_of_it_changes_nothing(
        self, root: Path, trainer: Person, session: Session, tmp_path: Path
    ) -> None:
        self.bring_in(root)
        self.publish(
            trainer, session, minutes=45, navigation="forward", closes_at="2099-01-01T09:00+08:00"
        )
        content.write_out(tmp_path / "out")
        assert not [each for each in content.check(Tree(tmp_path / "out")) if "exams/" in each.file]
        counts = self.bring_in(tmp_path / "out")
        assert (counts.same, counts.superseded) == (1, [])
        assert published(session)["minutes"] == 45
