"""Questions of the content files that are edited here: kept by imports, compared, given back."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.core import content
from lms.core.content import Counts, Severity, Tree
from lms.exams.authoring import filling
from lms.exams.authoring.checking import Asked
from lms.exams.delivered_models import DeliveredQuestion
from lms.exams.drawable import bank
from lms.exams.models import Pool, Question
from lms.exams.rules.kinds import Kind
from tests import content_tree
from tests.browser import sign_in
from tests.content_tree import put, swap, text
from tests.exams.authoring.written import NEW, audited, edit, form_of, row_of, versions
from tests.factories import NOON

BANK = "questions/s1-a.yaml"
PAGE = "/studio/questions/{}"


@pytest.fixture
def root(app: Flask, tmp_path: Path, client: FlaskClient) -> Path:
    client.set_cookie("lang", "en")
    made = content_tree.make(tmp_path / "content")
    bring_in(made)
    return made


def bring_in(root: Path) -> Counts:
    return content.bring_in(Tree(root), at=NOON)["questions"]


def sent_of(session: Session, code: str, **more: Any) -> dict[str, Any]:
    """What a browser sends for a question as it stands."""
    version = versions(session, code)[-1]
    sent = form_of(version.kind, filling.filled(version))
    lesson = version.body.get("lesson") or ""
    return sent | {"module": row_of(session, code).unit, "lesson": lesson} | more


def change(
    client: FlaskClient, session: Session, code: str, *, act: str = "publish", **more: Any
) -> None:
    known = list(session.scalars(select(Question.code)))  # some look alike: that is known
    reply = edit(client, code, sent_of(session, code, seen=known, **more), act=act)
    assert reply.status_code == 302, reply.text.partition("<main")[2][:2500]


def rows(session: Session) -> list[str]:
    session.expire_all()
    return list(session.scalars(select(DeliveredQuestion.code).order_by(DeliveredQuestion.code)))


def english(session: Session, code: str) -> str:
    row = row_of(session, code)
    assert row.published is not None
    return str(row.published.body["stem"]["en"])


class TestEditing:
    @pytest.mark.usefixtures("root")
    def test_makes_it_the_sites_own_with_the_first_draft(
        self, client: FlaskClient, session: Session
    ) -> None:
        page = PAGE.format("Q-single")
        assert "comes with the content files" in client.get(page).text
        assert "comes with the content files" in client.get(f"{page}/edit").text
        assert rows(session) == []
        change(client, session, "Q-single", act="save", **{"stem-en": "Ours?"})
        assert rows(session) == ["Q-single"]
        assert english(session, "Q-single") == "Which?", "a draft is shown to nobody"
        client.post(f"{page}/publish")
        assert english(session, "Q-single") == "Ours?"
        old, _new = versions(session, "Q-single")
        assert old.body["stem"]["en"] == "Which?"
        told = client.get(page).text
        assert "Changed here." in told
        assert "has since changed" not in told
        assert "Q-single" in client.get("/studio/questions?state=here").text
        assert "Q-single" not in client.get("/studio/questions?state=delivered").text

    @pytest.mark.usefixtures("root")
    def test_keeps_to_the_bounds_of_the_files(self, client: FlaskClient, session: Session) -> None:
        sent = sent_of(session, "Q-single", difficulty="4", **{"options-0-why-zh": "",
                       "options-0-why-en": ""})  # fmt: skip
        reply = edit(client, "Q-single", sent)
        assert reply.status_code == 422
        assert "from 1 to 3" in reply.text
        assert "This is missing" in reply.text
        assert rows(session) == [], "nothing was saved"

    def test_a_dropped_draft_leaves_it_to_the_files(
        self, root: Path, client: FlaskClient, session: Session
    ) -> None:
        change(client, session, "Q-single", act="save", **{"stem-en": "Ours?"})
        swap(root, BANK, "en: Which?", "en: Theirs?")
        bring_in(root)
        assert english(session, "Q-single") == "Which?"
        assert client.post(PAGE.format("Q-single") + "/discard").status_code == 302
        assert english(session, "Q-single") == "Theirs?"
        assert rows(session) == []
        assert bring_in(root).kept == []


class TestImport:
    def test_leaves_it_alone_and_says_so(
        self, root: Path, client: FlaskClient, session: Session
    ) -> None:
        change(client, session, "Q-single", **{"stem-en": "Ours?"})
        counts = bring_in(root)
        assert (counts.kept, counts.changed, counts.gone) == (["Q-single"], 0, [])
        swap(root, BANK, "en: Which?", "en: Theirs?")
        counts = bring_in(root)
        assert (counts.kept, counts.changed) == (["Q-single"], 0)
        assert english(session, "Q-single") == "Ours?"
        assert len(versions(session, "Q-single")) == 2
        page = client.get(PAGE.format("Q-single")).text
        assert "Changed here; the delivered text has since changed." in page
        assert "Q-single" in client.get("/studio/questions?state=delivered").text

    def test_is_reported_by_the_command(
        self, root: Path, app: Flask, client: FlaskClient, session: Session
    ) -> None:
        change(client, session, "Q-single", **{"stem-en": "Ours?"})
        said: Result = app.test_cli_runner().invoke(args=["content", "import", "--from", str(root)])
        assert said.exit_code == 0, said.output
        assert "kept: changed on this site: Q-single" in said.output

    def test_does_not_retire_what_the_files_drop(
        self, root: Path, client: FlaskClient, session: Session
    ) -> None:
        change(client, session, "Q-single", **{"stem-en": "Ours?"})
        put(root, BANK, {"unit": "S1-A", "questions": content_tree.QUESTIONS[1:]})
        assert bring_in(root).gone == []
        assert row_of(session, "Q-single").pool is Pool.EXAM
        page = PAGE.format("Q-single") + "/delivered"
        assert "have this question no longer" in client.get(page).text
        client.post(page, data={"act": "back"})
        assert row_of(session, "Q-single").pool is Pool.RETIRED
        assert rows(session) == []

    def test_still_asks_to_read_what_rests_on_a_replaced_figure(
        self, root: Path, client: FlaskClient, session: Session
    ) -> None:
        change(client, session, "Q-numeric", **{"stem-en": "How long?", "stem-zh": "多久？"})
        assert "Q-numeric" in {each.code for each in bank()}
        own = put(root.parent, "own.yaml", {"sla.first": text("15 minutes", "15 分钟")})
        content.bring_in(Tree(root, own), at=NOON)
        assert "Q-numeric" not in {each.code for each in bank()}
        page = PAGE.format("Q-numeric")
        assert "has been replaced here" in client.get(page).text
        client.post(f"{page}/figures")
        assert "Q-numeric" in {each.code for each in bank()}
        own = put(root.parent, "own.yaml", {"sla.first": text("20 minutes", "20 分钟")})
        content.bring_in(Tree(root, own), at=NOON)
        client.post(f"{page}/delivered", data={"act": "back"})
        assert "Q-numeric" not in {each.code for each in bank()}, "nobody has read it"

    @pytest.mark.usefixtures("root")
    def test_of_the_sites_own_export_says_nothing_is_newer(
        self, client: FlaskClient, session: Session, tmp_path: Path
    ) -> None:
        change(client, session, "Q-single", **{"stem-en": "Ours?"})
        content.write_out(tmp_path / "out")
        assert bring_in(tmp_path / "out").kept == ["Q-single"]
        assert "has since changed" not in client.get(PAGE.format("Q-single")).text


class TestExport:
    @pytest.mark.usefixtures("root")
    def test_has_what_was_changed_here_and_is_well_formed(
        self, client: FlaskClient, session: Session, live_app: Flask, tmp_path: Path
    ) -> None:
        codes = list(session.scalars(select(Question.code).order_by(Question.id)))
        kinds = {row_of(session, each).published.kind for each in codes}  # type: ignore[union-attr]
        assert len(kinds) == len(Kind) - 1
        for code in codes:
            change(client, session, code, points="2", **{"explanation-en": f"New of {code}"})
        before = {each: Asked.of(versions(session, each)[-1]) for each in codes}
        content.write_out(tmp_path / "out")
        found = content.check(Tree(tmp_path / "out"), review=False)
        assert [str(each) for each in found if each.severity is Severity.ERROR] == []
        with live_app.app_context():
            bring_in(tmp_path / "out")
            after = {each.code: each for each in session_rows(live_app)}
            assert after.keys() == before.keys()
            for code, each in after.items():
                assert each.published is not None
                asked = Asked.of(each.published)
                body = {key: said for key, said in asked.body.items() if key != "safety" or said}
                assert replace(asked, body=body) == before[code]


def session_rows(app: Flask) -> list[Question]:
    return list(app.extensions["sqlalchemy"].session.scalars(select(Question)))


class TestGoingBack:
    def test_compares_and_publishes_the_delivered_text_as_another_version(
        self, root: Path, client: FlaskClient, session: Session
    ) -> None:
        change(client, session, "Q-single", **{"stem-en": "Ours?"})
        swap(root, BANK, "en: Which?", "en: Theirs?")
        bring_in(root)
        page = PAGE.format("Q-single") + "/delivered"
        told = client.get(page).text
        assert "Ours?" in told
        assert "Theirs?" in told
        assert "Option B" not in told, "what is the same is left out"
        assert client.post(page, data={"act": "back"}).status_code == 302
        stems = [each.body["stem"]["en"] for each in versions(session, "Q-single")]
        assert stems == ["Which?", "Ours?", "Theirs?"]
        assert english(session, "Q-single") == "Theirs?"
        assert audited(session, "Q-single")[-1] == "exams.question_given_back"
        assert client.get(page).status_code == 404
        swap(root, BANK, "en: Theirs?", "en: Newest?")
        assert bring_in(root).kept == []
        assert english(session, "Q-single") == "Newest?", "imports are followed again"

    def test_is_offered_until_somebody_decides_to_keep_ours(
        self, root: Path, client: FlaskClient, session: Session
    ) -> None:
        change(client, session, "Q-single", **{"stem-en": "Ours?"})
        swap(root, BANK, "en: Which?", "en: Theirs?")
        bring_in(root)
        page = PAGE.format("Q-single")
        assert client.post(f"{page}/delivered", data={"act": "keep"}).status_code == 302
        assert "has since changed" not in client.get(page).text
        bring_in(root)
        assert "has since changed" not in client.get(page).text
        assert english(session, "Q-single") == "Ours?"
        assert client.post(f"{page}/delivered", data={"act": "nonsense"}).status_code == 404

    @pytest.mark.usefixtures("root")
    def test_has_nothing_to_do_with_others(self, client: FlaskClient) -> None:
        for act in ("back", "keep"):
            reply = client.post(PAGE.format("Q-single") + "/delivered", data={"act": act})
            assert reply.status_code == 404

    def test_puts_pool_and_module_back(
        self, root: Path, client: FlaskClient, session: Session
    ) -> None:
        page = PAGE.format("Q-single")
        assert client.post(f"{page}/pool", data={"pool": "practice"}).status_code == 409
        change(client, session, "Q-single", **{"stem-en": "Ours?"})
        assert client.post(f"{page}/pool", data={"pool": "practice"}).status_code == 302
        bring_in(root)
        assert row_of(session, "Q-single").pool is Pool.PRACTICE
        client.post(f"{page}/delivered", data={"act": "back"})
        assert row_of(session, "Q-single").pool is Pool.EXAM


class TestCases:
    def test_are_the_sites_own_as_a_whole(
        self, root: Path, client: FlaskClient, session: Session
    ) -> None:
        change(client, session, "Q-case-2", act="save", **{"case-stem-en": "Our mail"})
        assert rows(session) == ["Q-case"]
        client.post(PAGE.format("Q-case-1") + "/publish")
        swap(root, BANK, "en: Is it a P1?", "en: Is it a P2?")
        assert bring_in(root).kept == ["Q-case"]
        assert english(session, "Q-case-1") == "Is it a P1?"
        told = client.get(PAGE.format("Q-case-1") + "/delivered").text
        assert "Our mail" in told
        assert "Is it a P2?" in told

    def test_with_another_question_go_back_whole(
        self, root: Path, client: FlaskClient, session: Session, tmp_path: Path
    ) -> None:
        seen = versions(session, "Q-case-1")[-1]
        material = {f"case-stem-{key}": each for key, each in seen.body["case"]["stem"].items()}
        sent = (
            form_of(Kind.SINGLE)
            | material
            | {"difficulty": "3", "seen": ["Q-single", "Q-multiple"], "seconds": "30", "lesson": ""}
        )
        reply = client.post(f"{NEW}/single?case=Q-case-1", data=sent)
        assert reply.status_code == 302, reply.text
        code = str(reply.location).rpartition("/")[2]
        assert code == "Q-case-own-3"
        client.post(PAGE.format(code) + "/publish")
        (case,) = [each for each in bank() if each.code == "Q-case"]
        assert [each.code for each in case.parts] == ["Q-case-1", "Q-case-2", code]
        assert bring_in(root).gone == []
        assert row_of(session, code).pool is Pool.EXAM
        content.write_out(tmp_path / "out")
        assert not content.errors(content.check(Tree(tmp_path / "out"), review=False))
        client.post(PAGE.format("Q-case-1") + "/delivered", data={"act": "back"})
        (case,) = [each for each in bank() if each.code == "Q-case"]
        assert [each.code for each in case.parts] == ["Q-case-1", "Q-case-2"]
        alone = row_of(session, code)
        assert (alone.case, alone.pool) == (None, Pool.RETIRED), "what was written here is kept"
        assert alone.published is not None
        assert "case" not in alone.published.body
        assert bring_in(root).kept == []

    def test_without_one_of_their_questions(
        self, root: Path, client: FlaskClient, session: Session, tmp_path: Path
    ) -> None:
        page = PAGE.format("Q-case-2")
        third = {**content_tree.QUESTIONS[-3]["parts"][0], "id": "Q-case-3"}
        case = content_tree.QUESTIONS[-3]
        assert case["id"] == "Q-case"
        longer = [
            {**each, "parts": [*case["parts"], third]} if each is case else each
            for each in content_tree.QUESTIONS
        ]
        put(root, BANK, {"unit": "S1-A", "questions": longer})
        bring_in(root)
        client.post(PAGE.format("Q-case-1") + "/part", data={"act": "up"})
        assert rows(session) == [], "it stands first already: nothing is changed"
        client.post(f"{page}/part", data={"act": "out"})
        assert rows(session) == ["Q-case"]
        client.post(f"{page}/publish")
        assert rows(session) == ["Q-case", "Q-case-2"]
        assert bring_in(root).kept == ["Q-case"]
        assert row_of(session, "Q-case-2").case is None
        content.write_out(tmp_path / "out")
        assert not content.errors(content.check(Tree(tmp_path / "out"), review=False))
        told = client.get(PAGE.format("Q-case-1") + "/delivered").text
        assert "only in the delivered text" in told
        client.post(PAGE.format("Q-case-1") + "/delivered", data={"act": "back"})
        assert rows(session) == []
        (whole,) = [each for each in bank() if each.code == "Q-case"]
        assert [each.code for each in whole.parts] == ["Q-case-1", "Q-case-2", "Q-case-3"]


@pytest.mark.usefixtures("root")
def test_only_trainers_compare(client: FlaskClient, session: Session, trainee: Person) -> None:
    change(client, session, "Q-single", **{"stem-en": "Ours?"})
    sign_in(client, trainee)
    for act in ("get", "post"):
        reply = getattr(client, act)(PAGE.format("Q-single") + "/delivered")
        assert reply.status_code == 403
