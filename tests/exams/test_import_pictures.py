"""Pictures of imported questions on pages: looked at, chosen with their question, kept in the bank."""

import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.core import clock, disk, queue, storage, uploads
from lms.core.audit import AuditEntry
from lms.core.db import db, transaction
from lms.exams.exchange import shelf, storing
from lms.exams.exchange.reading import read
from lms.exams.import_models import QuestionImport, QuestionImportRow
from lms.exams.importing import files, pictures
from lms.exams.models import Question, QuestionVersion
from lms.exams.picture_models import QuestionPicture
from tests import factories
from tests.browser import sign_in
from tests.exams.exchange.illustrated import (
    BROKEN,
    GREEN,
    PHOTO,
    PLAIN,
    RED,
    inline,
    moodle,
    run,
    two_pictures,
    word,
)
from tests.exams.test_importing import ORDER, bring, teacher

__all__ = ["teacher"]


def take(client: FlaskClient, address: str, *numbers: int, **more: str) -> str:
    """Bring questions in; return the page that says what became of them."""
    data = {
        "shown": list(map(str, numbers)),
        "number": list(map(str, numbers)),
        **ORDER,
        "act": "in",
    }
    reply = client.post(address, data=data | more)
    assert reply.status_code == 302, reply.text
    assert queue.run_one()
    return client.get(address).text


def bodies() -> list[dict[str, object]]:
    return [each.body for each in db.session.scalars(select(QuestionVersion)
                                                     .order_by(QuestionVersion.id))]  # fmt: skip


def kept() -> Sequence[QuestionPicture]:
    return db.session.scalars(select(QuestionPicture).order_by(QuestionPicture.id)).all()


@pytest.mark.usefixtures("teacher")
class TestPages:
    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_a_check_shows_them_at_their_places(self, client: FlaskClient, language: str) -> None:
        client.set_cookie("lang", language)
        address = bring(client, moodle(two_pictures(RED), PLAIN), "q.xml")
        page = client.get(address).text
        found = re.findall(r'<img src="([^"]+)" alt="(灯|蓝)"', page)
        assert [alt for _source, alt in found] == ["灯", "蓝"]
        for source, _alt in found:
            reply = client.get(source)
            assert (reply.status_code, reply.mimetype) == (200, "image/png")
            assert Image.open(io.BytesIO(reply.data)).size == (8, 8)
        assert page.count('<details class="data brought"') == 1
        assert kept() == []
        assert client.get(f"{address}/pictures/{'0' * 64}.png").status_code == 404

    def test_they_are_for_their_bringer_alone(self, client: FlaskClient) -> None:
        address = bring(client, moodle(two_pictures(RED)), "q.xml")
        source = re.findall(r'<img src="([^"]+)" alt="灯"', client.get(address).text)[0]
        sign_in(client, factories.person(roles={Role.TRAINER}))
        assert client.get(source).status_code == 404

    def test_the_bank_shows_what_was_brought_in(self, client: FlaskClient) -> None:
        told = take(client, bring(client, moodle(two_pictures(RED), PLAIN), "q.xml"), 1, 2)
        assert "2 new in the bank" in told
        (body, _plain) = bodies()
        said = json.dumps(body, ensure_ascii=False)
        assert "media:" not in said
        sources = re.findall(r"!\[(?:灯|蓝)\]\((/questions/pictures/[0-9a-f]{64}\.png)\)", said)
        assert len(set(sources)) == 2
        code = db.session.scalars(select(Question.code).order_by(Question.id)).first()
        page = client.get(f"/studio/questions/{code}").text
        for source in set(sources):
            assert f'src="{source}"' in page
            assert client.get(source).mimetype == "image/png"
        assert len(kept()) == 2
        added = select(func.count()).where(AuditEntry.action == "exams.picture_added")
        assert db.session.scalar(added) == 2

    def test_what_they_hold_beside_the_picture_stays_outside(self, client: FlaskClient) -> None:
        secret = b"made in Room 7"
        take(client, bring(client, moodle(two_pictures(RED + secret)), "q.xml"), 1)
        assert all(secret not in storage.get(each.sha256) for each in kept())

    @pytest.mark.parametrize(
        ("language", "words"),
        [("en", "Picture 1 of this question is damaged"), ("zh", "第 1 张图片已损坏")],
    )
    def test_a_broken_one_keeps_its_question_out_and_no_other(
        self, client: FlaskClient, language: str, words: str
    ) -> None:
        client.set_cookie("lang", language)
        address = bring(
            client, moodle(two_pictures(BROKEN, title="bad"), two_pictures(RED), PLAIN), "q.xml"
        )
        page = client.get(address).text
        assert words in page
        numbers = [int(each) for each in re.findall(r'name="number" value="(\d+)" checked', page)]
        assert numbers == [2, 3]
        take(client, address, 1, 2, 3)
        titles = {each.meta["title"] for each in db.session.scalars(select(QuestionVersion))}
        assert titles == {"q", "plain"}
        assert len(kept()) == 2

    def test_one_with_too_many_pixels_is_broken_too(self, client: FlaskClient) -> None:
        bomb = io.BytesIO()
        Image.new("1", (6000, 5000)).save(bomb, "PNG")
        page = client.get(bring(client, moodle(two_pictures(bomb.getvalue())), "q.xml")).text
        assert "more than 24 million pixels" in page

    def test_one_that_does_not_say_what_it_shows_is_named(self, client: FlaskClient) -> None:
        page = client.get(bring(client, moodle(two_pictures(RED, alt="")), "q.xml")).text
        assert "Pictures that do not say what they show: 1." in page

    def test_word_files_bring_theirs(self, client: FlaskClient) -> None:
        content = word(
            [run("1. 这是什么？") + inline("r1", "红色"), run("A. 甲 B. 乙"), run("答案：A"),
             run("解析：") + inline("r2", "绿色")],
            {"a.png": RED, "b.gif": GREEN},
        )  # fmt: skip
        take(client, bring(client, content, "paper.docx"), 1)
        (body,) = bodies()
        said = json.dumps(body, ensure_ascii=False)
        assert re.search(r"!\[红色\]\(/questions/pictures/\w+\.png\)", said)
        assert re.search(r"!\[绿色\]\(/questions/pictures/\w+\.gif\)", said)

    def test_the_same_question_does_not_store_again(self, client: FlaskClient) -> None:
        content = moodle(two_pictures(RED), two_pictures(PHOTO, title="photo", name="p.jpg"))
        take(client, bring(client, content, "q.xml"), 1, 2)
        before = [(each.id, each.sha256) for each in kept()]
        address = bring(client, content, "q.xml")
        assert client.get(address).text.count("In the bank already") >= 2
        assert "2 not taken" in take(client, address, 1, 2)
        assert [(each.id, each.sha256) for each in kept()] == before
        assert len(bodies()) == 2

    def test_the_same_words_with_another_picture_are_another_question(
        self, client: FlaskClient
    ) -> None:
        content = moodle(
            two_pictures(RED, title="red"), two_pictures(GREEN, title="green", name="g.gif")
        )
        assert "2 new in the bank" in take(client, bring(client, content, "q.xml"), 1, 2)
        assert len(kept()) == 3

    def test_a_job_tried_again_goes_on(self, client: FlaskClient, session: Session) -> None:
        address = bring(
            client, moodle(two_pictures(RED), two_pictures(GREEN, title="g", name="g.gif")), "q.xml"
        )
        data = {"shown": ["1", "2"], "number": ["1", "2"], **ORDER, "act": "in"}
        client.post(address, data=data)
        with transaction():
            session.scalars(select(QuestionImportRow).filter_by(number=1)).one().is_in = True
        assert queue.run_one()
        assert {each.suffix for each in kept()} == {"gif", "png"}
        assert len(bodies()) == 1

    def test_what_an_earlier_release_has_checked_goes_in(
        self, client: FlaskClient, session: Session
    ) -> None:
        address = bring(client, moodle(two_pictures(RED)), "q.xml")
        with transaction():
            session.scalars(select(QuestionImport)).one().pictures = None
            session.scalars(select(QuestionImportRow)).one().shown = None
        assert client.get(address).status_code == 200
        take(client, address, 1)
        assert len(kept()) == 2

    def test_they_are_forgotten_with_their_import(
        self, client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bring(client, moodle(two_pictures(RED)), "q.xml")
        row = session.scalars(select(QuestionImport)).one()
        names = pictures.stored_names(row.pictures)
        assert len(names) == 2
        files.sweep()
        assert all(uploads.read(pictures.FOLDER, each) for each in names)
        later = clock.now() + uploads.KEPT + timedelta(minutes=1)
        monkeypatch.setattr(clock, "now", lambda: later)
        files.sweep()
        assert not any(uploads.read(pictures.FOLDER, each) for each in names)

    def test_a_site_below_the_top_of_its_host(
        self, app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        found = app.url_map.bind("").match(shelf.address("x.png"))
        assert found == ("exams.question_picture", {"name": "x.png"})
        below = replace(app.config["SETTINGS"], public_url="https://example.org/lms/")
        monkeypatch.setitem(app.config, "SETTINGS", below)
        take(client, bring(client, moodle(two_pictures(RED)), "q.xml"), 1)
        assert "](/lms/questions/pictures/" in json.dumps(bodies())
        (question,) = shelf.illustrated(storing.exported("Mine", "zh"))
        assert len(question.pictures) == 2

    def test_an_export_says_which_formats_have_no_place(self, client: FlaskClient) -> None:
        green = two_pictures(GREEN, "", "g", "g.gif")
        content = moodle(two_pictures(RED), green, PLAIN)
        take(client, bring(client, content, "q.xml"), 1, 2, 3)
        page = client.get("/studio/questions/export?bank=Mine").text
        assert page.count("without their pictures") == 2  # as a spreadsheet and as GIFT
        for wanted in ("moodlexml", "qti21", "qti30"):
            reply = client.get(f"/studio/questions/export/{wanted}?bank=Mine&lang=zh")
            assert {len(each.pictures) for each in read(reply.data).questions} == {0, 2}

    def test_an_export_has_its_limit(
        self, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        take(client, bring(client, moodle(two_pictures(RED)), "q.xml"), 1)
        monkeypatch.setattr(shelf, "MOST_BYTES", 10)
        reply = client.get("/studio/questions/export/qti21?bank=Mine&lang=zh")
        assert reply.status_code == 422
        assert "Export a module" in reply.text
        assert client.get("/studio/questions/export/gift?bank=Mine&lang=zh").status_code == 200

    def test_a_full_disk_is_said_and_the_ticks_stay(
        self, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full() -> None:
            raise disk.NoRoomForFilesError

        address = bring(client, moodle(two_pictures(RED)), "q.xml")
        monkeypatch.setattr(disk, "need_room_for_files", full)
        data = {"shown": "1", "number": "1", **ORDER, "act": "in"}
        page = client.post(address, data=data)
        assert page.status_code == 422
        assert "The disk of the server is almost full" in page.text
        assert 'name="number" value="1" checked' in page.text


def test_the_people_who_may_not(client: FlaskClient, trainee: Person) -> None:
    sign_in(client, trainee)
    assert client.get("/studio/questions/import/1/pictures/x.png").status_code == 403
