"""The trainer's pages: outline, editor, preview, conflict, history."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.accounts.models import Person
from lms.core import content
from lms.core.content import Tree
from lms.courses import studio
from lms.courses.models import LessonVersion
from lms.courses.revising import Revision, revise
from tests import content_tree
from tests.browser import forget_person, sign_in
from tests.factories import NOON
from tests.statements import counted

CODE = "S1-A-1"
EDITOR = f"/studio/lessons/{CODE}"
HX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def curriculum(
    app: Flask, session: Session, client: FlaskClient, trainer: Person, tmp_path: Path
) -> None:
    """The small tree of content is imported, and a trainer is signed in."""
    content.bring_in(Tree(content_tree.make(tmp_path / "content")), at=NOON)
    sign_in(client, trainer)


def typed(**changes: str) -> dict[str, str]:
    """What the editor's form holds, with some of it changed."""
    version = studio.editable(CODE)
    return {
        "title_zh": version.title["zh"],
        "title_en": version.title["en"],
        "minutes": str(version.minutes),
        "zh": version.source["zh"],
        "en": version.source["en"],
        "note": "Clearer",
        "base": str(version.id),
    } | changes


def edited(old: str = "The clock runs", new: str = "Here the clock runs") -> str:
    text = studio.editable(CODE).source["en"]
    assert old in text
    return text.replace(old, new)


def save(client: FlaskClient, **changes: str) -> TestResponse:
    return client.post(EDITOR, data=typed(**changes))


def versions(session: Session) -> int:
    return session.scalars(select(func.count()).select_from(LessonVersion)).one()


class TestOutline:
    def test_a_trainer_is_led_there(self, client: FlaskClient) -> None:
        assert client.get("/home").location == "/studio"

    def test_shows_stages_modules_lessons_and_exams(self, client: FlaskClient) -> None:
        page = client.get("/studio").text
        for part in ("Basics", "Stage 1", "Answers", "The first answer", "Stage 1 exam"):
            assert part in page
        assert "draws 2 of 9" in page
        assert "draws 1 of 1" in page
        assert 'href="/studio/exams/stage-1"' in page
        assert "Edited here" not in page

    def test_says_what_was_edited_here(self, client: FlaskClient) -> None:
        save(client, en=edited())
        page = client.get("/studio").text
        assert "Edited here" in page
        assert "Wang Fang" in page

    def test_needs_few_statements_however_many_lessons(self, client: FlaskClient) -> None:
        forget_person()
        with counted() as sent:
            assert client.get("/studio").status_code == 200
        assert len(sent) <= 8, sent

    def test_an_administrator_may_come_too(self, client: FlaskClient, admin: Person) -> None:
        sign_in(client, admin)
        assert client.get("/studio").status_code == 200

    def test_others_may_not(self, client: FlaskClient, trainee: Person) -> None:
        sign_in(client, trainee)
        assert client.get("/studio").status_code == 403
        assert client.post(EDITOR, data={}).status_code == 403


class TestEditor:
    def test_shows_both_texts_and_what_they_can_use(self, client: FlaskClient) -> None:
        page = client.get(EDITOR).text
        for part in ("## A receipt", "## 回执", "clock.en.svg", "{check:c1}", "{{sla.first}}"):
            assert part in page

    def test_saving_publishes_a_version(self, client: FlaskClient, session: Session) -> None:
        assert save(client, en=edited(), note="Shorter").status_code == 302
        assert studio.editable(CODE).note == "Shorter"
        assert versions(session) == 2

    def test_the_note_is_asked_for(self, client: FlaskClient, session: Session) -> None:
        reply = save(client, en=edited(), note=" ")
        assert reply.status_code == 422
        assert "Say in a few words what is new." in reply.text
        assert "Here the clock runs" in reply.text, "nothing typed is lost"
        assert versions(session) == 1

    @pytest.mark.parametrize(
        ("name", "value", "said"),
        [
            ("title_en", "", "Give it a title."),
            ("title_zh", "{{sla.first}}", "cannot stand here"),
            ("minutes", "0", "between 1 and 240"),
            ("minutes", "soon", "Not a valid integer"),
            ("minutes", "3", "cannot be shorter than the exercise"),
            ("en", "", "The text is empty."),
        ],
    )
    def test_a_field_that_is_wrong_says_so(
        self, client: FlaskClient, session: Session, name: str, value: str, said: str
    ) -> None:
        reply = save(client, **{name: value})
        assert reply.status_code == 422
        assert said in reply.text
        assert versions(session) == 1

    def test_slips_stand_below_their_text_with_their_lines(
        self, client: FlaskClient, session: Session
    ) -> None:
        reply = save(client, en=edited("{{sla.first}}", "{{sla.nowhere}}"))
        assert reply.status_code == 422
        assert 'data-line="3" data-in="en"' in reply.text
        assert "There is no named value with this name." in reply.text
        assert "The clock runs for {{sla.nowhere}}." in reply.text
        assert versions(session) == 1

    def test_both_languages_have_to_be_in_step(self, client: FlaskClient) -> None:
        reply = save(client, en=edited("## A receipt", "A receipt"))
        assert "Headings of the second level: 1 in Chinese, 0 in English." in reply.text

    def test_saving_what_is_there_already_is_refused(self, client: FlaskClient) -> None:
        reply = save(client)
        assert reply.status_code == 422
        assert "The lesson says that already" in reply.text

    def test_a_lesson_that_is_not_there_is_a_404(self, client: FlaskClient) -> None:
        for path in ("", "/versions/1", "/materials"):
            assert client.get(f"/studio/lessons/S9-Z-9{path}").status_code == 404
        assert client.get(f"{EDITOR}/versions/9").status_code == 404

    def test_what_was_typed_cannot_become_a_page_of_its_own(self, client: FlaskClient) -> None:
        reply = save(client, en=edited("The clock runs", "<script>alert(1)</script>"))
        assert "HTML is not read" in reply.text
        assert "<script>alert" not in reply.text

    def test_needs_few_statements(self, client: FlaskClient) -> None:
        forget_person()
        with counted() as sent:
            client.get(EDITOR)
        assert len(sent) <= 7, sent


class TestPreview:
    def test_is_made_as_the_lesson_s_page_is(self, client: FlaskClient) -> None:
        reply = client.post(f"{EDITOR}/preview/en", data=typed(en=edited()), headers=HX)
        assert reply.status_code == 200
        assert "Here the clock runs for 10 minutes" in reply.text
        assert "<svg" in reply.text
        assert "<html" not in reply.text
        assert "what first?" in reply.text, "its self-checks stand in it"

    def test_works_without_a_script(self, client: FlaskClient, session: Session) -> None:
        data = typed(en=edited(), note="")
        reply = client.post(f"{EDITOR}/preview/en", data=data)
        assert reply.status_code == 200
        assert "<html" in reply.text
        assert reply.text.count("Here the clock runs") == 2, "as text and as it would look"
        assert versions(session) == 1

    def test_says_what_is_wrong_and_shows_the_rest(self, client: FlaskClient) -> None:
        data = typed(en=edited("clock.en.svg", "watch.svg"))
        reply = client.post(f"{EDITOR}/preview/en", data=data, headers=HX)
        assert "This lesson has no such file." in reply.text
        assert "box-bad" in reply.text, "a drawing that says which one is missing"
        assert "Your turn" in reply.text

    def test_an_empty_form_does_no_harm(self, client: FlaskClient) -> None:
        assert client.post(f"{EDITOR}/preview/zh", data={}, headers=HX).status_code == 200

    def test_only_our_languages(self, client: FlaskClient) -> None:
        assert client.post(f"{EDITOR}/preview/fr", data={}).status_code == 404


class TestConflict:
    @pytest.fixture
    def base(self, admin: Person) -> str:
        """The version that the trainer began from; somebody else has saved since."""
        before = studio.editable(CODE)
        source = dict(before.source)
        source["en"] = edited("The clock runs", "The clock never stops: it runs")
        revision = Revision(dict(before.title), before.minutes, source)
        revise(CODE, revision, base_id=before.id, note="Stronger", actor=admin, at=NOON)
        return str(before.id)

    def test_nothing_is_saved_and_nothing_is_lost(
        self, client: FlaskClient, session: Session, base: str
    ) -> None:
        mine = content_tree.BODY["en"].replace("The clock runs", "My clock runs")
        reply = save(client, en=mine, note="Mine", base=base)
        assert reply.status_code == 409
        assert versions(session) == 2
        assert "My clock runs" in reply.text
        assert 'value="Mine"' in reply.text
        assert "Zhao Min published version 2" in reply.text
        assert "Stronger" in reply.text
        removed, added = reply.text.index("<del>"), reply.text.index("<ins>")
        assert "The clock runs" in reply.text[removed : reply.text.index("</del>", removed)]
        assert "never stops" in reply.text[added : reply.text.index("</ins>", added)]

    def test_the_button_saves_mine_on_top(
        self, client: FlaskClient, session: Session, base: str
    ) -> None:
        mine = content_tree.BODY["en"].replace("The clock runs", "My clock runs")
        reply = save(client, en=mine, base=base)
        theirs = str(studio.editable(CODE).id)
        assert f'name="base" type="hidden" value="{theirs}"' in reply.text
        assert save(client, en=mine, base=theirs).status_code == 302
        assert versions(session) == 3
        assert "My clock runs" in studio.editable(CODE).source["en"]

    @pytest.mark.parametrize("nonsense", ["", "0", "x", "999999999999999999999"])
    def test_a_form_that_names_no_version_is_a_conflict_too(
        self, client: FlaskClient, session: Session, nonsense: str
    ) -> None:
        assert save(client, en=edited(), base=nonsense).status_code == 409
        assert versions(session) == 1


class TestHistory:
    def test_lists_versions_with_who_and_why(self, client: FlaskClient) -> None:
        save(client, en=edited(), note="Shorter")
        page = client.get(EDITOR).text
        assert "First version, from the content files" in page
        assert "Shorter" in page
        assert f'href="{EDITOR}/versions/1"' in page

    def test_shows_an_old_version_as_it_was(self, client: FlaskClient) -> None:
        save(client, en=edited())
        old = client.get(f"{EDITOR}/versions/1").text
        assert "Here the clock runs" not in old
        assert "An earlier version. Trainees see version 2" in old
        new = client.get(f"{EDITOR}/versions/2").text
        assert "This is the version that trainees see now." in new
        assert "<ins>" in new

    def test_a_file_of_any_version_is_sent(self, client: FlaskClient) -> None:
        version = studio.editable(CODE)
        sheet = client.get(f"/studio/media/{version.id}/sheet.pdf")
        assert (sheet.status_code, sheet.mimetype) == (200, "application/pdf")
        drawing = client.get(f"/studio/media/{version.id}/clock.en.svg")
        assert drawing.headers["Content-Disposition"].startswith("attachment")
        assert client.get(f"/studio/media/{version.id}/other.pdf").status_code == 404


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_speaks_both_languages(client: FlaskClient, language: str) -> None:
    client.set_cookie("lang", language)
    for path in ("/studio", EDITOR, f"{EDITOR}/materials", f"{EDITOR}/versions/1", "/studio/exams"):
        page = client.get(path)
        assert page.status_code == 200, path
        assert page.headers["Content-Type"].startswith("text/html")
