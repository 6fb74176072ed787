"""Every kind in its form: written, edited, wrong, rows, preview, lookalikes."""

import html
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.exams.authoring import checking, filling
from lms.exams.models import Pool, Question, QuestionVersion
from lms.exams.rules.kinds import Kind
from tests.exams import papers
from tests.exams.authoring.written import (
    KINDS,
    NEW,
    audited,
    edit,
    form_of,
    row_of,
    version,
    versions,
    write,
)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_filled_in_is_what_was_written(kind: Kind) -> None:
    values = filling.filled(version(kind))
    asked, slips = checking.checked(kind, values, {})
    assert slips == {}
    assert asked is not None
    again = QuestionVersion(kind=kind, points=asked.points, difficulty=asked.difficulty,
                            tags=list(asked.tags), body=asked.body)  # fmt: skip
    assert filling.filled(again) == values


@pytest.mark.parametrize(
    ("share", "shown"), [("1/2", "0.5"), ("0.50", "0.5"), ("1/3", "1/3"), ("", "")]
)
def test_shares_of_other_programs_are_decimal(share: str, shown: str) -> None:
    accept = [{"forms": {"zh": ["甲"], "en": ["a"]}}, {"forms": {"zh": ["乙"]}, "share": share}]
    rows = filling.filled(version(Kind.TEXT, accept=accept))["accept"]
    assert [each["share"] for each in rows] == ["", shown]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_written_and_edited(client: FlaskClient, session: Session, kind: Kind) -> None:
    assert client.get(f"{NEW}/{kind}").status_code == 200
    code = write(client, kind)
    (first,) = versions(session, code)
    row = row_of(session, code)
    assert (row.bank, row.pool, row.published_id) == ("Mine", Pool.PRACTICE, None)
    assert (first.kind, first.points, first.difficulty, first.tags) == (kind, 1, 3, ["a", "b"])
    assert "is a draft" in client.get(f"/studio/questions/{code}").text
    page = client.get(f"/studio/questions/{code}/edit")
    assert html.escape(first.body["stem"]["zh"]) in page.text
    edit(client, code, form_of(kind), difficulty="5")
    assert [each.difficulty for each in versions(session, code)] == [5]
    client.post(f"/studio/questions/{code}/publish")
    assert row_of(session, code).published_id == first.id
    edit(client, code, form_of(kind), difficulty="1")
    assert [each.difficulty for each in versions(session, code)] == [5, 1]
    assert row_of(session, code).published_id == first.id
    assert audited(session, code) == [
        "exams.question_written", "exams.question_edited", "exams.question_published",
        "exams.question_edited",
    ]  # fmt: skip


class TestErrors:
    @pytest.mark.parametrize("kind", KINDS)
    def test_stand_at_their_fields_and_nothing_is_lost(
        self, client: FlaskClient, session: Session, kind: Kind
    ) -> None:
        sent = form_of(kind) | {"stem-zh": "", "stem-en": " ", "points": "many", "bank": ""}
        reply = client.post(f"{NEW}/{kind}", data=sent | {"explanation-zh": "留着我"})
        assert reply.status_code == 422
        for field in ("stem", "points", "bank"):
            assert f'id="{field}-error"' in reply.text
            assert f'href="#{field}"' in reply.text
        assert "留着我" in reply.text
        assert 'value="many"' in reply.text
        assert session.scalars(select(Question)).all() == []

    @pytest.mark.parametrize(
        ("kind", "change_of", "field"),
        [
            (Kind.SINGLE, {"options-0-right": "1"}, "options"),
            (Kind.SINGLE, {"options-0-text-zh": "B.", "options-0-text-en": "B."}, "options"),
            (Kind.SINGLE, {"options-2-text-zh": "以上都对", "options-2-text-en": "x"},
             "options-2-text"),
            (Kind.SINGLE, {"difficulty": "6"}, "difficulty"),
            (Kind.SINGLE, {"points": "21"}, "points"),
            (Kind.SINGLE, {"module": "M-none"}, "module"),
            (Kind.SINGLE, {"tags": "x" * 41}, "tags"),
            (Kind.SINGLE, {"stem-zh": "x" * 20_001}, "stem-zh"),
            (Kind.MULTIPLE, {"partly": "1"}, "partly"),
            (Kind.MULTIPLE, {"options-1-right": "1", "options-3-right": "1"}, "options"),
            (Kind.TRUEFALSE, {"answer": ""}, "answer"),
            (Kind.FILLIN, {"stem-zh": "____ ____"}, "stem"),
            (Kind.FILLIN, {"blanks-0-accept-zh": "", "blanks-0-accept-en": ""}, "blanks-0-accept"),
            (Kind.NUMERIC, {"value": "about 3"}, "value"),
            (Kind.NUMERIC, {"tolerance": "-1"}, "tolerance"),
            (Kind.NUMERIC, {"wrong-0-value": "x"}, "wrong-0-value"),
            (Kind.TEXT, {"accept-0-share": "0.5"}, "accept"),
            (Kind.TEXT, {"accept-1-share": "2"}, "accept-1-share"),
            (Kind.MATCHING, {"things-1-match-zh": "", "things-1-match-en": ""}, "things-1-match"),
            (Kind.MATCHING, {"extra-0-text-zh": "y" * 121}, "extra-0-text"),
            (Kind.ORDERING, {"items-1-text-zh": "", "items-1-text-en": ""}, "items-1-text"),
            (Kind.CLOZE, {"text-en": "[[1]] and [[2]]"}, "text"),
            (Kind.CLOZE, {"gaps-1-answer": "9"}, "gaps-1-answer"),
            (Kind.CLOZE, {"gaps-0-value": ""}, "gaps-0-value"),
            (Kind.ESSAY, {"words-min": "10", "words-max": "5"}, "words-max"),
            (Kind.ESSAY, {"rubric-0-points": "0", "points": "9"}, "rubric"),
            (Kind.UPLOAD, {"files-most": "9"}, "files-most"),
        ],
    )  # fmt: skip
    def test_name_the_field(
        self, client: FlaskClient, kind: Kind, change_of: dict[str, str], field: str
    ) -> None:
        client.set_cookie("lang", "en")
        reply = client.post(f"{NEW}/{kind}", data=form_of(kind) | change_of)
        assert reply.status_code == 422
        assert f'id="{field}-error"' in reply.text, re.findall('id="(.*?)-error"', reply.text)
        assert reply.text.count(f'id="{field}"') == 1, "the summary leads to it"

    def test_a_text_in_one_language_stands_in_both(
        self, client: FlaskClient, session: Session
    ) -> None:
        code = write(client, **{"stem-en": "", "options-0-text-zh": ""})
        body = versions(session, code)[0].body
        assert body["stem"] == papers.text("What about single?")
        assert body["options"][0]["text"] == papers.text("A.")


class TestRows:
    def test_are_added_moved_and_taken_out_without_a_script(self, client: FlaskClient) -> None:
        sent = form_of(Kind.SINGLE) | {"points": "not yet"}
        page = client.post(f"{NEW}/single", data=sent | {"act": "add-options"})
        assert page.status_code == 200
        assert 'id="options-3"' in page.text
        assert re.search(r'id="options-3"[^>]*autofocus', page.text)
        assert 'value="not yet"' in page.text
        page = client.post(f"{NEW}/single", data=sent | {"act": "down-options-0"})
        assert texts(page.text) == ["B.", "A.", "C."]
        page = client.post(f"{NEW}/single", data=sent | {"act": "up-options-2"})
        assert texts(page.text) == ["A.", "C.", "B."]
        page = client.post(f"{NEW}/single", data=sent | {"act": "drop-options-0"})
        assert texts(page.text) == ["B.", "C."]

    def test_gaps_are_of_three_sorts(self, client: FlaskClient) -> None:
        own = {"list": "answer", "words": "accept-zh", "number": "value"}
        for sort in own:
            page = client.post(f"{NEW}/cloze", data={"act": f"add-gaps-{sort}"}).text
            shown = {each for each, field in own.items() if f'id="gaps-0-{field}"' in page}
            assert shown == {sort}

    @pytest.mark.parametrize("act", ["up-options-0", "down-options-2", "drop-options-9", "add-x",
                                     "add-options-list", "up-options-x"])  # fmt: skip
    def test_nonsense_changes_nothing(
        self, client: FlaskClient, session: Session, act: str
    ) -> None:
        """It is not a row's button, so it is a button that saves: with a fault in the form, nothing."""
        sent = form_of(Kind.SINGLE) | {"points": "x", "act": act}
        assert texts(client.post(f"{NEW}/single", data=sent).text) == ["A.", "B.", "C."]
        assert session.scalars(select(Question)).all() == []


def texts(page: str) -> list[str]:
    return re.findall(r'name="options-\d+-text-zh"[^>]*>\n(.*?)</textarea>', page)


class TestPreview:
    @pytest.mark.parametrize("kind", KINDS)
    def test_shows_both_languages_and_saves_nothing(
        self, client: FlaskClient, session: Session, kind: Kind
    ) -> None:
        stem = {"stem-zh": "中文题 ____", "stem-en": "English stem ____"}
        page = client.post(f"{NEW}/{kind}", data=form_of(kind) | stem | {"act": "preview"})
        assert page.status_code == 200
        shown = page.text.partition('id="trial"')[2]
        assert "中文题" in shown
        assert "English stem" in shown
        assert "So it is." in shown
        assert session.scalars(select(Question)).all() == []

    def test_says_what_has_to_change_first(self, client: FlaskClient) -> None:
        page = client.post(f"{NEW}/single", data={"act": "preview"})
        assert 'href="#stem"' in page.text.partition('id="trial"')[2]

    @pytest.mark.parametrize("tongue", ["zh", "en"])
    def test_of_what_is_saved_is_in_either_language(self, client: FlaskClient, tongue: str) -> None:
        code = write(client, **{"stem-zh": "中文题", "stem-en": "English stem"})
        page = client.get(f"/studio/questions/{code}?in={tongue}").text
        assert ("中文题" in page, "English stem" in page) == (tongue == "zh", tongue == "en")

    def test_no_other_language(self, client: FlaskClient) -> None:
        assert client.get(f"/studio/questions/{write(client)}?in=fr").status_code == 404


class TestLookalikes:
    def test_are_named_before_anything_is_saved(
        self, client: FlaskClient, session: Session
    ) -> None:
        client.set_cookie("lang", "en")
        first = write(client)
        sent = form_of(Kind.SINGLE) | {"stem-en": "What about  SINGLE", "stem-zh": ""}
        reply = client.post(f"{NEW}/single", data=sent)
        assert reply.status_code == 422
        assert f"Looks like {first}" in reply.text
        assert len(session.scalars(select(Question)).all()) == 1
        assert client.post(f"{NEW}/single", data=sent | {"seen": first}).status_code == 302

    def test_are_named_while_the_question_is_written(
        self, client: FlaskClient, session: Session
    ) -> None:
        first = write(client)
        sent = form_of(Kind.SINGLE) | {"points": "", "act": "alike", "options-1-right": ""}
        reply = client.post(f"{NEW}/single", data=sent)
        assert reply.status_code == 200
        assert f'name="seen" value="{first}"' in reply.text
        assert "errors-title" not in reply.text
        assert client.post(f"{NEW}/single", data={"act": "alike"}).status_code == 200
        assert len(session.scalars(select(Question)).all()) == 1

    def test_another_question_is_none(self, client: FlaskClient) -> None:
        write(client)
        write(client, Kind.NUMERIC)

    def test_the_question_itself_is_none(self, client: FlaskClient) -> None:
        code = write(client)
        assert edit(client, code, form_of(Kind.SINGLE), points="2").status_code == 302
