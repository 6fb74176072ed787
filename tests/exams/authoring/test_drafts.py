"""Drafts and versions, two people at once, cases, questions of the files."""

import re

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.exams.authoring import filling
from lms.exams.authoring.checking import Asked
from lms.exams.rules.kinds import Kind
from tests.browser import sign_in
from tests.exams import papers
from tests.exams.authoring.written import (
    NEW,
    audited,
    base_of,
    edit,
    form_of,
    row_of,
    versions,
    write,
)
from tests.exams.test_holdings import change


class TestDrafts:
    def test_are_published_and_the_published_never_changes(
        self, client: FlaskClient, session: Session
    ) -> None:
        code = write(client, act="publish")
        (first,) = versions(session, code)
        before = Asked.of(first).digest
        assert row_of(session, code).published_id == first.id
        edit(client, code, form_of(Kind.SINGLE), **{"stem-zh": "新的"})
        edit(client, code, form_of(Kind.SINGLE), **{"stem-zh": "更新的"})
        old, draft = versions(session, code)
        assert Asked.of(old).digest == before
        assert draft.body["stem"]["zh"] == "更新的"
        page = client.get(f"/studio/questions/{code}")
        assert "更新的" not in page.text, "the published version is shown first"
        client.post(f"/studio/questions/{code}/publish")
        assert row_of(session, code).published_id == draft.id

    def test_are_dropped(self, client: FlaskClient, session: Session) -> None:
        code = write(client, act="publish")
        edit(client, code, form_of(Kind.SINGLE), points="7")
        client.post(f"/studio/questions/{code}/discard")
        assert [each.points for each in versions(session, code)] == [1]
        reply = client.post(f"/studio/questions/{code}/discard")
        assert reply.status_code == 409
        assert audited(session, code)[-1] == "exams.draft_discarded"

    def test_that_change_nothing_are_not_saved(self, client: FlaskClient, session: Session) -> None:
        code = write(client, act="publish")
        assert edit(client, code, form_of(Kind.SINGLE)).status_code == 422
        assert len(versions(session, code)) == 1

    def test_unchanged_can_still_be_published(self, client: FlaskClient, session: Session) -> None:
        code = write(client)
        assert edit(client, code, form_of(Kind.SINGLE), act="publish").status_code == 302
        assert row_of(session, code).published_id is not None

    def test_of_two_at_once_neither_is_lost(self, client: FlaskClient, session: Session) -> None:
        code = write(client)
        base = base_of(client, code)
        edit(client, code, form_of(Kind.SINGLE), **{"stem-en": "Theirs?"})
        mine = form_of(Kind.SINGLE) | {"base": base, "stem-en": "Mine?"}
        reply = client.post(f"/studio/questions/{code}/edit", data=mine)
        assert reply.status_code == 409
        assert "Mine?" in reply.text
        assert versions(session, code)[0].body["stem"]["en"] == "Theirs?"
        found = re.search('name="base" value="([^"]+)"', reply.text)
        assert found
        again = client.post(f"/studio/questions/{code}/edit", data=mine | {"base": found[1]})
        assert again.status_code == 302
        assert versions(session, code)[0].body["stem"]["en"] == "Mine?"

    def test_keep_what_the_form_does_not_ask_for(
        self, client: FlaskClient, session: Session
    ) -> None:
        row = papers.question("old", Kind.SINGLE)
        assert row.published
        change(row, bank="Mine")
        row.published.body = {**row.published.body, "objective": 3, "lesson": "gone"}
        session.commit()
        sent = form_of(Kind.SINGLE, filling.filled(row.published)) | {"lesson": "gone"}
        assert edit(client, "old", sent, points="5", module="M1").status_code == 302
        body = versions(session, "old")[-1].body
        assert (body["objective"], body["lesson"]) == (3, "gone")


class TestOfTheFiles:
    def test_are_copied_or_edited(self, client: FlaskClient, session: Session) -> None:
        client.set_cookie("lang", "en")
        papers.question("theirs", Kind.NUMERIC)
        page = client.get("/studio/questions/theirs").text
        assert "comes with the content files" in page
        assert "/theirs/edit" in page
        for act in ("publish", "discard"):
            assert client.post(f"/studio/questions/theirs/{act}").status_code == 409
        copy = f"{NEW}/numeric?copy=theirs"
        assert 'value="180"' in client.get(copy).text
        reply = client.post(copy, data=form_of(Kind.NUMERIC))
        assert reply.status_code == 302
        code = str(reply.location).rpartition("/")[2]
        assert versions(session, code)[0].meta["copied"] == "theirs"
        assert client.get(f"{NEW}/single?copy=theirs").status_code == 404


class TestCases:
    def case(self, client: FlaskClient) -> list[str]:
        material = {"case-stem-zh": "材料", "case-stem-en": "Material"}
        first = client.post(f"{NEW}/single?first=1", data=form_of(Kind.SINGLE) | material)
        assert first.status_code == 302, first.text
        code = str(first.location).rpartition("/")[2]
        more = client.post(f"{NEW}/numeric?case={code}", data=form_of(Kind.NUMERIC) | material)
        assert more.status_code == 302, more.text
        return [code, str(more.location).rpartition("/")[2]]

    def test_are_written_part_by_part_and_published_whole(
        self, client: FlaskClient, session: Session
    ) -> None:
        one, two = self.case(client)
        assert (one[-2:], two[-2:]) == ("-1", "-2")
        cases = [versions(session, each)[-1].body["case"] for each in (one, two)]
        assert [(each["part"], each["of"]) for each in cases] == [(1, 2), (2, 2)]
        assert {each["code"] for each in cases} == {row_of(session, one).case}
        assert all(each["stem"] == {"zh": "材料", "en": "Material"} for each in cases)
        client.post(f"/studio/questions/{two}/publish")
        assert all(row_of(session, each).published_id for each in (one, two))

    def test_one_question_is_no_case(self, client: FlaskClient, session: Session) -> None:
        sent = form_of(Kind.SINGLE) | {"case-stem-zh": "材料", "act": "publish"}
        reply = client.post(f"{NEW}/single?first=1", data=sent)
        assert reply.status_code == 302
        code = str(reply.location).rpartition("/")[2]
        assert row_of(session, code).published_id is None, "kept as a draft"
        assert client.post(f"/studio/questions/{code}/publish").status_code == 409

    def test_their_material_is_one(self, client: FlaskClient, session: Session) -> None:
        one, two = self.case(client)
        client.post(f"/studio/questions/{one}/publish")
        sent = form_of(Kind.NUMERIC) | {"case-stem-zh": "新材料", "case-stem-en": "Material"}
        assert edit(client, two, sent, module="").status_code == 302
        for each in (one, two):
            old, draft = versions(session, each)
            assert (old.body["case"]["stem"]["zh"], draft.body["case"]["stem"]["zh"]) == (
                "材料",
                "新材料",
            )
        client.post(f"/studio/questions/{one}/discard")
        assert [len(versions(session, each)) for each in (one, two)] == [1, 1]

    def test_have_no_matching_and_no_strangers(self, client: FlaskClient) -> None:
        one, _two = self.case(client)
        assert client.get(f"{NEW}/matching?case={one}").status_code == 404
        assert client.get(f"{NEW}/single?case=nothing").status_code == 404
        alone = write(client, Kind.TEXT)
        assert client.get(f"{NEW}/single?case={alone}").status_code == 404


def test_only_trainers_write(client: FlaskClient, trainee: Person) -> None:
    sign_in(client, trainee)
    for address in (NEW, f"{NEW}/single", "/studio/questions/x/edit"):
        assert client.get(address).status_code == 403


def test_what_is_published_is_drawn(client: FlaskClient, trainee: Person) -> None:
    papers.ready(trainee)
    before = client.get("/studio/questions?use=stage-1").text.count("data-one")
    code = write(client, pool="exam", module="M1", act="publish")
    page = client.get("/studio/questions?use=stage-1").text
    assert f"/questions/{code}" in page
    assert page.count("data-one") == before + 1
