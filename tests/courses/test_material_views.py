"""The pages around materials: the trainer's, and the lesson's as its trainee sees it."""

import io
import shutil
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient
from flask_babel import refresh
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.accounts.models import Person
from lms.core import disk
from lms.courses import materials, studio
from lms.courses.models import Lesson, Material, MaterialVersion
from tests import factories
from tests.browser import sign_in
from tests.courses.test_materials import LABEL, MP4, PDF, WEBM, office, picture, taken
from tests.statements import counted


@pytest.fixture
def lesson(session: Session) -> Lesson:
    return factories.lesson("A-1")


def upload(
    client: FlaskClient, name: str, content: bytes, path: str = "/studio/lessons/A-1/materials"
) -> TestResponse:
    fields = {"title_zh": "现场检查单", "title_en": "Site checklist", "note": "First"}
    return client.post(path, data=fields | {"file": (io.BytesIO(content), name)})


@pytest.mark.usefixtures("lesson")
class TestPages:
    @pytest.fixture(autouse=True)
    def signed_in(self, client: FlaskClient, trainer: Person) -> None:
        sign_in(client, trainer)

    def test_an_upload_is_listed(self, client: FlaskClient) -> None:
        assert upload(client, "检查单.pdf", PDF).status_code == 302
        page = client.get("/studio/lessons/A-1/materials").text
        assert "Site checklist" in page
        assert "Wang Fang" in page

    @pytest.mark.parametrize(("name", "content"), [("a.svg", b"<svg/>"), ("a.pdf", b"")])
    def test_a_refusal_keeps_what_was_typed(
        self, client: FlaskClient, name: str, content: bytes
    ) -> None:
        reply = upload(client, name, content)
        assert reply.status_code == 422
        assert 'value="现场检查单"' in reply.text
        assert 'id="file-error"' in reply.text

    def test_a_form_without_a_file_says_so(self, client: FlaskClient) -> None:
        reply = client.post("/studio/lessons/A-1/materials", data={"title_zh": "表"})
        assert reply.status_code == 422
        for said in ("Choose a file.", "Give it a title.", "Say in a few words what is new."):
            assert said in reply.text

    def test_a_disk_that_is_almost_full_takes_none(
        self, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        usage = shutil.disk_usage("/")._replace(total=1000 * disk.GIB, free=disk.MIB)
        monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage)
        assert upload(client, "检查单.pdf", PDF).status_code == 507
        assert "检查单" not in client.get("/studio/lessons/A-1/materials").text

    def test_replacing_shows_both_versions(self, client: FlaskClient, session: Session) -> None:
        upload(client, "a.pdf", PDF)
        row = session.scalars(select(Material)).one()
        assert upload(client, "a.pdf", PDF + b"2", f"/studio/materials/{row.id}").status_code == 302
        page = client.get(f"/studio/materials/{row.id}").text
        assert "Version 2 · Site checklist" in page
        assert "Version 1 · Site checklist" in page
        same = upload(client, "a.pdf", PDF + b"2", f"/studio/materials/{row.id}")
        assert "the file that is there already" in same.text

    def test_an_old_version_is_sent_to_a_trainer(
        self, client: FlaskClient, session: Session
    ) -> None:
        upload(client, "a.docx", office())
        row = session.scalars(select(Material)).one()
        first = row.published_id
        upload(client, "a.pdf", PDF, f"/studio/materials/{row.id}")
        client.post(f"/studio/materials/{row.id}/retire")
        client.set_cookie("lang", "zh")
        refresh()
        reply = client.get(f"/studio/materials/files/{first}")
        assert reply.status_code == 200
        named = reply.headers["Content-Disposition"]
        assert named.startswith("attachment;")
        assert unquote(named).endswith("filename*=UTF-8''现场检查单-v1.docx")

    def test_it_is_retired_and_brought_back(self, client: FlaskClient, session: Session) -> None:
        upload(client, "a.pdf", PDF)
        row = session.scalars(select(Material)).one()
        client.post(f"/studio/materials/{row.id}/retire")
        assert "Bring back" in client.get("/studio/lessons/A-1/materials").text
        client.post(f"/studio/materials/{row.id}/bring-back")
        assert "Bring back" not in client.get("/studio/lessons/A-1/materials").text

    @pytest.mark.parametrize(
        "path",
        ["/studio/lessons/X/materials", "/studio/materials/99", "/studio/materials/files/99"],
    )
    def test_what_is_not_there_is_a_404(self, client: FlaskClient, path: str) -> None:
        assert client.get(path).status_code == 404

    def test_the_list_needs_few_statements(self, client: FlaskClient) -> None:
        for number in range(3):
            upload(client, "a.pdf", PDF + b"%d" % number)
        with counted() as sent:
            client.get("/studio/lessons/A-1/materials")
        assert len(sent) <= 6, sent


class TestTrainee:
    @pytest.fixture
    def version(
        self, lesson: Lesson, trainer: Person, trainee: Person, client: FlaskClient
    ) -> MaterialVersion:
        """A picture beside A-1; a trainee whose programme has that lesson is signed in."""
        factories.enrolment(trainee, factories.programme())
        sign_in(client, trainee)
        row = materials.add(lesson, taken("a.png", picture()), LABEL, actor=trainer)
        found = studio.material(row.id).published
        assert found is not None
        return found

    def test_the_lesson_s_page_has_it(self, client: FlaskClient, version: MaterialVersion) -> None:
        page = client.get("/lessons/A-1").text
        assert f'src="/materials/{version.id}"' in page
        reply = client.get(f"/materials/{version.id}")
        assert (reply.status_code, reply.mimetype) == (200, "image/png")
        assert reply.headers["Content-Disposition"].startswith("inline;")

    @pytest.mark.usefixtures("version")
    def test_a_lesson_s_page_still_needs_few_statements(self, client: FlaskClient) -> None:
        client.get("/lessons/A-1")
        with counted() as sent:
            client.get("/lessons/A-1")
        assert len(sent) <= 9, sent

    @pytest.mark.usefixtures("version")
    @pytest.mark.parametrize("name", ["film.mp4", "film.webm", "a.pdf", "a.docx"])
    def test_each_kind_is_shown_in_its_way(
        self, client: FlaskClient, lesson: Lesson, trainer: Person, name: str
    ) -> None:
        content = {"mp4": MP4, "webm": WEBM, "pdf": PDF, "docx": office()}[name.partition(".")[2]]
        materials.add(lesson, taken(name, content), LABEL, actor=trainer)
        page = client.get("/lessons/A-1").text
        assert ("<video controls" in page) == name.startswith("film")
        assert name.partition(".")[2].upper() in page

    @pytest.mark.usefixtures("version")
    def test_a_film_is_sent_in_pieces(
        self, client: FlaskClient, lesson: Lesson, trainer: Person
    ) -> None:
        client.get("/lessons/A-1")
        film = materials.add(lesson, taken("a.mp4", MP4 + bytes(3 * 2**20)), LABEL, actor=trainer)
        address = f"/materials/{film.published_id}"
        piece = client.get(address, headers={"Range": "bytes=0-"})
        assert (piece.status_code, len(piece.data)) == (206, 2**20)
        whole = client.get(address)
        assert (whole.status_code, len(whole.data)) == (200, len(MP4) + 3 * 2**20)

    def test_who_has_not_opened_the_lesson_finds_nothing(
        self, client: FlaskClient, version: MaterialVersion
    ) -> None:
        assert client.get(f"/materials/{version.id}").status_code == 404
        sign_in(client, factories.person())
        assert client.get(f"/materials/{version.id}").status_code == 404
        assert client.get("/materials/99999").status_code == 404

    def test_what_was_replaced_or_retired_is_not_sent(
        self, client: FlaskClient, trainer: Person, version: MaterialVersion
    ) -> None:
        client.get("/lessons/A-1")
        row = studio.material(version.material_id)
        materials.replace(row, taken("a.pdf", PDF), LABEL, actor=trainer)
        assert client.get(f"/materials/{version.id}").status_code == 404
        new = studio.material(row.id).published_id
        assert client.get(f"/materials/{new}").status_code == 200
        materials.retire(row, actor=trainer)
        assert client.get(f"/materials/{new}").status_code == 404
        assert "Checklist" not in client.get("/lessons/A-1").text

    def test_trainees_do_not_come_into_the_studio(
        self, client: FlaskClient, version: MaterialVersion
    ) -> None:
        for path in (
            "/studio",
            "/studio/lessons/A-1",
            "/studio/lessons/A-1/materials",
            f"/studio/materials/{version.material_id}",
            f"/studio/materials/files/{version.id}",
            "/studio/lessons/A-1/versions/1",
            f"/studio/media/{version.id}/a.svg",
            "/studio/exams",
            "/studio/exams/exam-1",
        ):
            assert client.get(path).status_code == 403, path
