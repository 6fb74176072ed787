"""The pages of templates: list, editor, preview, publishing."""

import re
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person
from lms.certificates import (
    template_queries,
)
from lms.certificates.template_models import CertificateTemplate
from lms.core.db import db
from lms.core.queue import JobState
from tests import factories
from tests.browser import sign_in
from tests.certificates.template_tools import needs_pdf, png, published, run_jobs, saved

PAGE = "/certificates/templates"
LOGO = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">
<circle cx="5" cy="5" r="4" fill="#6b1f2a"/></svg>"""


class TestPages:
    def form(self, page: str) -> dict[str, Any]:
        revision = re.search(r'name="revision"[^>]*value="(\d+)"', page)
        assert revision is not None
        return {
            "revision": revision[1],
            "title": "Blue 2026",
            "languages": "both",
            "primary": "#17427f",
            "accent": "#b08d3c",
            "fields": ["hours", "seal"],
            "seal_word": "专用章",
        }

    def test_from_the_list_to_a_published_version(self, client: FlaskClient, hr: Person) -> None:
        needs_pdf()
        sign_in(client, hr)
        made = client.post(PAGE, data={"design": "formal", "title": "Red"})
        address = made.location
        page = client.get(address).text
        data = self.form(page) | {
            "logo": (BytesIO(LOGO), "logo.svg"),
            "name_1": "李静怡",
            "image_1": (BytesIO(png()), "hand.png"),
        }
        assert client.post(address, data=data).status_code == 302
        assert "Being drawn" in client.get(address).text
        assert run_jobs() == [JobState.DONE]
        page = client.get(address).text
        assert page.count("Specimen with the name") == 4
        picture = client.get(f"{address}/pictures/3")
        assert picture.mimetype == "image/webp"
        assert client.get(f"{address}/pictures/4").status_code == 404
        row = db.session.scalars(select(CertificateTemplate)).one()
        look = template_queries.look_of(template_queries.latest(row.id).id)
        assert look.images[look.logo].startswith(b"<svg")
        assert look.images[look.signatures[0].image].startswith(b"\x89PNG")
        shown = client.get(f"{address}/files/{look.logo}")
        assert "default-src 'none'" in shown.headers["Content-Security-Policy"]

        client.post(f"{address}/publish")
        assert "Being looked through" in client.get(address).text
        run_jobs()
        assert "Version 1 is published" in client.get(address).text
        assert client.get(f"{address}/state").headers["HX-Refresh"] == "true"
        assert "Version 1" in client.get(PAGE).text
        client.post(f"{address}/draft")
        assert "Draft 2" in client.get(address).text

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", None),
            (b"MZ\x90 a program", "This is no picture"),
            (b"\x89PNG\r\n\x1a\n broken", "damaged"),
            (LOGO.replace(b"<circle", b"<script>alert(1)</script><circle"), "There is a script"),
            (LOGO.replace(b"<circle", b'<circle onload="x()"'), "There is a script"),
            (LOGO.replace(b"<circle", b'<use href="http://evil.test/a#b"/><circle'), "elsewhere"),
            (LOGO.replace(b'"#6b1f2a"', b'"url(http://evil.test/)"'), "elsewhere"),
            (
                LOGO.replace(b"<circle", b'<image href="x.png"/><circle'),
                "&lt;image&gt; is not taken",
            ),
            (LOGO.replace(b"<circle", b"<text>A</text><circle"), "Turn it into paths"),
            (b"<!DOCTYPE svg [<!ENTITY a 'b'>]>" + LOGO, "DOCTYPE"),
        ],
    )
    def test_a_picture_that_is_not_taken_says_why_and_nothing_typed_is_lost(
        self,
        client: FlaskClient,
        hr: Person,
        template: CertificateTemplate,
        content: bytes,
        said: str | None,
    ) -> None:
        sign_in(client, hr)
        address = f"{PAGE}/{template.id}"
        data = self.form(client.get(address).text)
        data |= {"text_en": "kept as typed", "logo": (BytesIO(content), "logo.svg")}
        reply = client.post(address, data=data)
        if said is None:
            assert "The file is empty" in reply.text
        else:
            assert said in reply.text
        assert reply.status_code == 422
        assert "kept as typed" in reply.text
        assert template_queries.latest(template.id).revision == 1

    def test_a_request_that_is_far_too_large_is_refused_before_it_is_read(
        self, client: FlaskClient, hr: Person, template: CertificateTemplate
    ) -> None:
        sign_in(client, hr)

        class Unread(BytesIO):
            def read(self, *_: object) -> bytes:
                raise AssertionError("nobody reads it")

        reply = client.post(
            f"{PAGE}/{template.id}",
            input_stream=Unread(),
            content_type="multipart/form-data; boundary=x",
            environ_overrides={"CONTENT_LENGTH": str(200 * 1024 * 1024)},
        )
        assert reply.status_code == 413
        assert "larger than the 12 MB" in reply.text

    def test_a_pale_colour_is_refused_in_the_form(
        self, client: FlaskClient, hr: Person, template: CertificateTemplate
    ) -> None:
        sign_in(client, hr)
        address = f"{PAGE}/{template.id}"
        data = self.form(client.get(address).text) | {"primary": "#99aabb"}
        reply = client.post(address, data=data)
        assert reply.status_code == 422
        assert "its contrast is 2.3, and 4.5 is needed" in reply.text

    def test_a_draft_that_changed_meanwhile_is_not_overwritten(
        self, client: FlaskClient, hr: Person, template: CertificateTemplate
    ) -> None:
        sign_in(client, hr)
        address = f"{PAGE}/{template.id}"
        data = self.form(client.get(address).text) | {"text_en": "mine"}
        saved(template, hr)
        reply = client.post(address, data=data)
        assert reply.status_code == 422
        assert "Somebody saved this draft" in reply.text
        assert "mine" in reply.text

    def test_use(self, client: FlaskClient, hr: Person, template: CertificateTemplate) -> None:
        kind = factories.certificate_definition()
        sign_in(client, hr)
        address = f"{PAGE}/{template.id}"
        client.post(f"{address}/use", data={"kinds": [kind.code]})
        assert "publish it first" in client.get(address).text
        published(template, hr)
        client.post(f"{address}/use", data={"kinds": [kind.code]})
        assert f"Certificate {kind.code}" in client.get(PAGE).text

    def test_others_see_nothing_of_it(
        self, client: FlaskClient, template: CertificateTemplate, trainee: Person
    ) -> None:
        sign_in(client, trainee)
        for path in (PAGE, f"{PAGE}/{template.id}", f"{PAGE}/{template.id}/pictures/0"):
            assert client.get(path).status_code in {403, 404}
