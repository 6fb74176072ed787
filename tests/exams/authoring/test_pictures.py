"""Pictures in questions."""

import re
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.exams.authoring import pictures
from lms.exams.models import Question
from lms.exams.rules.kinds import Kind
from tests.browser import sign_in
from tests.exams.authoring.written import NEW, form_of, versions


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

    def test_may_have_so_many_bytes(
        self, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pictures, "LARGEST_MB", 0)
        page = self.send(client)
        assert page.status_code == 422
        assert 'id="picture-error"' in page.text
