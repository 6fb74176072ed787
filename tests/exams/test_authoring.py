"""Questions written on pages: every kind, drafts and versions, two at once, cases."""

import html
import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.core.audit import AuditEntry
from lms.exams.authoring import checking, filling
from lms.exams.authoring.checking import Asked
from lms.exams.authoring.fields import Field, Rows, fields_of
from lms.exams.models import Pool, Question, QuestionVersion
from lms.exams.rules.kinds import Kind
from tests.browser import sign_in
from tests.exams import papers
from tests.exams.test_holdings import change
from tests.factories import NOON

NEW = "/studio/questions/new"
KINDS = [each for each in Kind if each is not Kind.CASE]


@pytest.fixture(autouse=True)
def teacher(client: FlaskClient, trainer: Person) -> Person:
    sign_in(client, trainer)
    return trainer


def version(kind: Kind, **more: Any) -> QuestionVersion:
    """A question of a kind, in memory."""
    stem = papers.text("Fill in ____." if kind is Kind.FILLIN else f"What about {kind}?")
    body = {"stem": stem, "explanation": papers.text("So it is.")} | papers.BODIES[kind] | more
    return QuestionVersion(kind=kind, points=1, difficulty=3, tags=["a", "b"], body=body)


def form_of(kind: Kind, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What a browser sends for a question."""
    filled = values or filling.filled(version(kind))
    sent: dict[str, Any] = {"bank": "Mine", "pool": "practice", "module": "", "lesson": ""}
    for each in fields_of(kind, in_case="case-stem" in filled):
        if isinstance(each, Rows):
            for at, row in enumerate(filled[each.name]):
                sent[f"{each.name}-{at}-row"] = row["row"]
                for one in each.fields:
                    put(sent, one, f"{each.name}-{at}-{one.name}", row.get(one.name, ""))
        else:
            put(sent, each, each.name, filled[each.name])
    return sent


def put(sent: dict[str, Any], field: Field, name: str, value: Any) -> None:
    if field.both:
        sent |= {f"{name}-{key}": each for key, each in (value or {"zh": "", "en": ""}).items()}
    elif field.sort != "tick":
        sent[name] = value
    elif value:
        sent[name] = "1"


def write(client: FlaskClient, kind: Kind = Kind.SINGLE, **more: Any) -> str:
    """Write a question; return its code."""
    reply = client.post(f"{NEW}/{kind}", data=form_of(kind) | more)
    assert reply.status_code == 302, reply.text
    return str(reply.location).rpartition("/")[2]


def base_of(client: FlaskClient, code: str) -> str:
    page = client.get(f"/studio/questions/{code}/edit").text
    found = re.search('name="base" value="([^"]+)"', page)
    assert found
    return found[1]


def edit(client: FlaskClient, code: str, sent: dict[str, Any], **more: Any) -> Any:
    given = {"base": base_of(client, code)} | sent | more
    return client.post(f"/studio/questions/{code}/edit", data=given)


def row_of(session: Session, code: str) -> Question:
    session.expire_all()
    return session.scalars(select(Question).filter_by(code=code)).one()


def versions(session: Session, code: str) -> list[QuestionVersion]:
    own = select(QuestionVersion).filter_by(question_id=row_of(session, code).id)
    return list(session.scalars(own.order_by(QuestionVersion.number)))


def audited(session: Session, code: str) -> list[str]:
    own = select(AuditEntry.action).filter_by(object_id=code).order_by(AuditEntry.id)
    return list(session.scalars(own))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_filled_in_is_what_was_written(kind: Kind) -> None:
    values = filling.filled(version(kind))
    asked, slips = checking.checked(kind, values, {})
    assert slips == {}
    assert asked is not None
    again = QuestionVersion(kind=kind, points=asked.points, difficulty=asked.difficulty,
                            tags=list(asked.tags), body=asked.body)  # fmt: skip
    assert filling.filled(again) == values


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
        for sort, field in (("list", "answer"), ("words", "accept-zh"), ("number", "value")):
            page = client.post(f"{NEW}/cloze", data={"act": f"add-gaps-{sort}"})
            assert f'id="gaps-0-{field}"' in page.text
        assert 'id="gaps-0-answer"' not in page.text

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
    def test_are_not_edited_but_copied(self, client: FlaskClient, session: Session) -> None:
        client.set_cookie("lang", "en")
        papers.question("theirs", Kind.NUMERIC)
        page = client.get("/studio/questions/theirs").text
        assert "comes with the content files" in page
        assert "/theirs/edit" not in page
        assert client.get("/studio/questions/theirs/edit").status_code == 404
        for act in ("publish", "discard"):
            assert client.post(f"/studio/questions/theirs/{act}").status_code == 409
        copy = f"{NEW}/numeric?copy=theirs"
        assert 'value="180"' in client.get(copy).text
        reply = client.post(copy, data=form_of(Kind.NUMERIC))
        assert reply.status_code == 302
        code = str(reply.location).rpartition("/")[2]
        assert versions(session, code)[0].meta["copied"] == "theirs"
        assert client.get(f"{NEW}/single?copy=theirs").status_code == 404


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

    def test_another_question_is_none(self, client: FlaskClient) -> None:
        write(client)
        write(client, Kind.NUMERIC)

    def test_the_question_itself_is_none(self, client: FlaskClient) -> None:
        code = write(client)
        assert edit(client, code, form_of(Kind.SINGLE), points="2").status_code == 302


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
    assert NOON


class TestPictures:
    def png(self) -> BytesIO:
        file = BytesIO()
        Image.new("RGB", (4, 4), "red").save(file, "PNG")
        file.seek(0)
        return file

    def send(self, client: FlaskClient, act: str = "picture", **more: Any) -> Any:
        sent = form_of(Kind.SINGLE) | {
            "act": act,
            "picture-alt-zh": "红[方块]",
            "picture-alt-en": "",
        }
        sent["picture"] = (self.png(), "square.png")
        return client.post(f"{NEW}/single", data=sent | more)

    def test_are_put_behind_the_text_and_shown(
        self, client: FlaskClient, session: Session, trainee: Person
    ) -> None:
        page = self.send(client, act="save")
        assert page.status_code == 302, page.text
        code = str(page.location).rpartition("/")[2]
        stem = versions(session, code)[0].body["stem"]
        found = re.fullmatch(r"What about single\?\n\n!\[红\(方块\)\]\((/questions/pictures/.*)\)",
                             stem["en"])  # fmt: skip
        assert found
        shown = client.get(f"/studio/questions/{code}").text
        assert f'<img src="{found[1]}" alt="红(方块)"' in shown
        sign_in(client, trainee)
        reply = client.get(found[1])
        assert (reply.status_code, reply.mimetype) == (200, "image/png")
        assert client.get("/questions/pictures/" + "0" * 64 + ".png").status_code == 404

    def test_stay_in_the_form(self, client: FlaskClient) -> None:
        page = self.send(client)
        assert page.status_code == 200
        assert "/questions/pictures/" in page.text

    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"picture-alt-zh": ""}, "picture-alt"),
            ({"picture-alt-zh": "x" * 301}, "picture-alt"),
            ({"picture": (BytesIO(b""), "")}, "picture"),
            ({"picture": (BytesIO(b"<svg/>"), "x.svg")}, "picture"),
            ({"picture": (BytesIO(b"%PDF-1.7"), "x.pdf")}, "picture"),
            ({"picture": (BytesIO(b"nothing"), "x.png")}, "picture"),
            ({"picture": (BytesIO(b"x" * (5 * 1024 * 1024 + 1)), "x.png")}, "picture"),
        ],
    )
    def test_are_refused_at_their_field(
        self, client: FlaskClient, session: Session, more: dict[str, Any], field: str
    ) -> None:
        page = self.send(client, **more)
        assert page.status_code == 422
        assert f'id="{field}-error"' in page.text
        assert "What about single?" in page.text
        assert session.scalars(select(Question)).all() == []
