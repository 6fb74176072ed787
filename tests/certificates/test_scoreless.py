"""A kind that asks for a score says so at once where nobody could ever have one."""

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.certificates import defining, kinds, making
from lms.certificates.errors import ScoreNeverEarnedError, ScoreNeverRenewedError
from lms.certificates.rules import earning
from lms.core.db import db
from lms.courses.models import Programme, ProgrammeVersion
from lms.courses.rules import Outline
from tests import content_tree, factories
from tests.browser import sign_in
from tests.certificates.test_making import NEW, settings, typed
from tests.content_tree import put, swap

PARTS = ({"A": ["A-1"]}, {"B": ["B-1"]})
READ = Outline.read(factories.structure("read", PARTS, exams=False))
SAT = Outline.read(factories.structure("sat", PARTS, exams=True))


def said(*earned: dict[str, str], score: int | None = 80, **more: Any) -> dict[str, Any]:
    return {"code": "k", "score": score, "earned": list(earned), **more}


class TestRules:
    @pytest.mark.parametrize(
        ("said_by_it", "faults"),
        [
            (said({"programme": "read"}), ("earned",)),
            (said({"programme": "read", "stage": "stage-1"}), ("earned",)),
            (said({"programme": "read"}, score=None), ()),
            (said({"programme": "sat"}), ()),
            (said({"programme": "sat", "stage": "stage-2"}), ()),
            (said({"exam": "exam-1"}), ()),
            (said({"programme": "read"}, {"exam": "exam-1"}), ()),
            (said({"programme": "unknown"}), ()),
            (said({"programme": "sat"}, refresher="read"), ("refresher",)),
            (said({"programme": "sat"}, refresher="sat"), ()),
            (said({"programme": "sat"}, refresher="unknown"), ()),
            (said({"programme": "read"}, refresher="read"), ("earned", "refresher")),
            (said({"programme": "sat"}, refresher="read", score=None), ()),
        ],
    )
    def test_what_can_never_give_one(
        self, said_by_it: dict[str, Any], faults: tuple[str, ...]
    ) -> None:
        assert earning.scoreless(said_by_it, [READ, SAT]) == faults


@pytest.fixture
def read(session: Session) -> Programme:
    """Published, and without an exam."""
    row = factories.programme({"A": ["A-1"]}, exams=False)
    version = db.session.get_one(ProgrammeVersion, row.published_id)
    assert not earning.has_exam(Outline.read(version.structure))
    return row


class TestServices:
    def test_refused_when_it_is_begun_saved_and_published(
        self, read: Programme, admin: Person
    ) -> None:
        part = {"programme": read.code}
        with pytest.raises(ScoreNeverEarnedError):
            making.start(settings(score=80, earned=[part]), actor=admin)
        row = making.start(settings(earned=[part]), actor=admin)
        with pytest.raises(ScoreNeverEarnedError):
            defining.save_draft("k", settings(score=80, earned=[part]), actor=admin)
        with pytest.raises(ScoreNeverRenewedError):
            defining.save_draft("k", settings(score=80, refresher=read.code), actor=admin)
        row.draft = settings(score=80, earned=[part])  # from before this was asked
        db.session.commit()
        with pytest.raises(ScoreNeverEarnedError):
            defining.publish_draft("k", note="", actor=admin)
        defining.save_draft("k", settings(earned=[part], refresher=read.code), actor=admin)
        assert defining.publish_draft("k", note="", actor=admin).number == 1


class TestPage:
    @pytest.mark.parametrize(
        ("changed", "text"),
        [
            ({"earned": ["{code}/"]}, "There is no exam in what earns it"),
            ({"refresher": "{code}"}, "The refresher has no exam"),
        ],
    )
    def test_said_at_the_score_and_nothing_typed_is_lost(
        self,
        client: FlaskClient,
        read: Programme,
        admin: Person,
        changed: dict[str, Any],
        text: str,
    ) -> None:
        sign_in(client, admin)
        sent = {
            name: [each.format(code=read.code) for each in value]
            if isinstance(value, list)
            else value.format(code=read.code)
            for name, value in changed.items()
        }
        page = client.post(NEW, data=typed(score=80, **sent))
        assert page.status_code == 422
        assert text in page.text
        assert 'value="80"' in page.text
        assert "First aid" in page.text
        assert kinds.kind_with("first-aid") is None
        assert client.post(NEW, data=typed(score="", **sent)).status_code == 302


@pytest.mark.usefixtures("app")
class TestFiles:
    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        return content_tree.make(tmp_path / "content")

    @staticmethod
    def programme(code: str, **changed: Any) -> dict[str, Any]:
        """Without an exam, and of lessons that are there."""
        stage = {k: v for k, v in content_tree.PROGRAMME["stages"][0].items() if k != "exam"}
        stages = [{**stage, "code": f"{code}-1"} | changed]
        kept = {k: v for k, v in content_tree.PROGRAMME.items() if k != "certificate"}
        return {**kept, "code": code, "stages": stages}

    def test_with_an_exam_there_is_nothing_to_say(self, root: Path) -> None:
        swap(root, "certificates/whole.yaml", "prefix: WH", "prefix: WH\nscore: 80")
        assert not {each for each in content_tree.codes(root) if each.startswith("score-")}

    def test_what_earns_it_has_none(self, root: Path) -> None:
        put(root, "programmes/read.yaml", self.programme("read"))
        kind = content_tree.CERTIFICATE | {"code": "other", "prefix": "ZZ", "score": 80}
        put(root, "certificates/other.yaml", kind | {"earned": [{"programme": "read"}]})
        assert "score-never-earned" in content_tree.codes(root)
        put(root, "certificates/other.yaml", kind | {"earned": [{"exam": "stage-1"}]})
        assert "score-never-earned" not in content_tree.codes(root)

    def test_a_stage_that_names_it_has_none(self, root: Path) -> None:
        put(root, "programmes/read.yaml", self.programme("read", certificate="other"))
        kind = content_tree.CERTIFICATE | {"code": "other", "prefix": "ZZ"}
        put(root, "certificates/other.yaml", kind | {"score": 80})
        assert "score-never-earned" in content_tree.codes(root)
        put(root, "certificates/other.yaml", kind)
        assert "score-never-earned" not in content_tree.codes(root)

    def test_the_refresher_has_none(self, root: Path) -> None:
        put(root, "programmes/read.yaml", self.programme("read"))
        more = "prefix: WH\nscore: 80\nrefresher: read"
        swap(root, "certificates/whole.yaml", "prefix: WH", more)
        assert "score-never-renewed" in content_tree.codes(root)
        swap(root, "certificates/whole.yaml", "refresher: read", "refresher: basics")
        assert "score-never-renewed" not in content_tree.codes(root)
