"""The pages on which templates are written in HTML and CSS."""

import re
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person
from lms.certificates import markup_templates, template_queries
from lms.certificates.template_models import CertificateTemplate
from lms.core import sandbox, typesetter
from lms.core.db import db
from lms.core.queue import JobState
from tests.browser import sign_in
from tests.certificates.template_tools import needs_pdf, png, published, run_jobs, saved

PAGE = "/certificates/templates"


@pytest.fixture
def own(hr: Person) -> CertificateTemplate:
    return markup_templates.start("blank", "Ours 2026", actor=hr)


def form_on(page: str) -> dict[str, Any]:
    """What a browser would send of the editor, as it stands on a page."""
    revision = re.search(r'name="revision"[^>]*value="(\d+)"', page)
    assert revision is not None
    areas = {
        name: unescape(text).removeprefix("\n")
        for name, text in re.findall(
            r'<textarea[^>]*name="(html|css)"[^>]*>(.*?)</textarea>', page, re.DOTALL
        )
    }
    colours = {"primary": "#17427f", "accent": "#b08d3c"}
    return {"revision": revision[1], "title": "Ours 2026", **colours, **areas}


def test_from_the_list_to_a_published_version(client: FlaskClient, hr: Person) -> None:
    needs_pdf()
    sign_in(client, hr)
    assert f"{PAGE}/markup" in client.get(PAGE).text
    assert client.post(f"{PAGE}/markup", data={"paper": "blank"}).status_code == 422
    made = client.post(f"{PAGE}/markup", data={"paper": "modern", "title": "Red"})
    address = made.location
    data = form_on(client.get(address).text)
    row = db.session.scalars(select(CertificateTemplate)).one()
    before = template_queries.look_of(template_queries.latest(row.id).id).markup
    assert before is not None
    data["html"] = data["html"].replace("\n", "\r\n")  # as browsers send it
    data["pictures"] = [(BytesIO(png()), "Our Stamp.png")]
    assert client.post(address, data=data).status_code == 302
    after = template_queries.look_of(template_queries.latest(row.id).id)
    assert after.markup is not None
    assert after.markup.html == before.html
    assert [*after.markup.files] == ["our-stamp.png"]
    assert run_jobs() == [JobState.DONE]
    page = client.get(address).text
    assert page.count("Specimen with the name") == 4
    assert "our-stamp.png" in page

    client.post(f"{PAGE}/{row.id}/publish")
    run_jobs()
    page = client.get(address).text
    assert "Version 1 is published" in page
    assert "readonly" in page
    client.post(f"{PAGE}/{row.id}/draft")
    data = form_on(client.get(address).text) | {"dropped": ["our-stamp.png"]}
    client.post(address, data=data)
    assert "our-stamp.png" not in client.get(address).text
    assert "Modern, portrait" in client.get(PAGE).text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"html": "<h1>mine</h1>\n{{ certificate.nickname }}"},
            "Line 2: “certificate.nickname” is not known here.",
        ),
        (
            {"html": "<h1>mine</h1>\n<img src='http://evil.test/a.png' alt='x'>"},
            "Line 2: “http://evil.test/a.png” would be fetched from elsewhere",
        ),
        (
            {"css": "p { color: red }\n@import 'file:///etc/passwd';"},
            "Line 2: @import is not taken",
        ),
        ({"html": "x" * 70_000}, "more than 64,000 characters"),
        ({"html": ""}, "Write what stands on the certificate."),
        ({"primary": "#eeeeee"}, "its contrast is"),
    ],
)
def test_what_is_not_taken_is_said_at_its_field_and_nothing_typed_is_lost(
    client: FlaskClient, hr: Person, own: CertificateTemplate, changes: dict[str, str], said: str
) -> None:
    sign_in(client, hr)
    address = f"{PAGE}/{own.id}/markup"
    data = form_on(client.get(address).text) | {"title": "kept as typed"} | changes
    reply = client.post(address, data=data)
    assert reply.status_code == 422
    assert said in unescape(reply.text)
    shown = form_on(reply.text)
    assert (shown["html"].strip(), shown["css"].strip()) == (
        data["html"].strip(),
        data["css"].strip(),
    )
    assert "kept as typed" in reply.text
    assert template_queries.latest(own.id).revision == 1


def test_every_mistake_is_said_and_in_chinese_too(
    client: FlaskClient, hr: Person, own: CertificateTemplate
) -> None:
    sign_in(client, hr)
    client.set_cookie("lang", "zh")
    address = f"{PAGE}/{own.id}/markup"
    data = form_on(client.get(address).text)
    data["html"] = "<h1>x</h1>\n{{ self }}\n{{ cycler() }}"
    data["css"] = "p { color: red }\n@import 'x';"
    reply = client.post(address, data=data)
    assert "第 2 行：" in reply.text
    assert "第 3 行：" in reply.text
    assert "不接受 @import" in reply.text


def test_a_picture_is_kept_though_the_html_is_refused(
    client: FlaskClient, hr: Person, own: CertificateTemplate
) -> None:
    sign_in(client, hr)
    address = f"{PAGE}/{own.id}/markup"
    data = form_on(client.get(address).text)
    sound = data["html"]
    data |= {"html": sound + "{{ oops }}", "pictures": [(BytesIO(png()), "stamp.png")]}
    reply = client.post(address, data=data)
    assert reply.status_code == 422
    assert "stamp.png" in reply.text
    again = form_on(reply.text) | {"html": sound + '<img src="stamp.png" alt="Stamp">'}
    assert client.post(address, data=again).status_code == 302


def test_a_file_that_is_no_picture_is_refused_at_its_field(
    client: FlaskClient, hr: Person, own: CertificateTemplate
) -> None:
    sign_in(client, hr)
    address = f"{PAGE}/{own.id}/markup"
    script = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    data = form_on(client.get(address).text) | {"pictures": [(BytesIO(script), "x.svg")]}
    reply = client.post(address, data=data)
    assert reply.status_code == 422
    assert "There is a script in the drawing" in reply.text


def test_a_draft_that_changed_meanwhile_is_not_overwritten(
    client: FlaskClient, hr: Person, own: CertificateTemplate
) -> None:
    sign_in(client, hr)
    address = f"{PAGE}/{own.id}/markup"
    data = form_on(client.get(address).text)
    saved(own, hr)
    reply = client.post(address, data=data)
    assert reply.status_code == 422
    assert "Somebody saved this draft" in reply.text


def test_a_template_that_never_ends_costs_its_writer_a_message(
    client: FlaskClient, hr: Person, own: CertificateTemplate, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client, hr)
    address = f"{PAGE}/{own.id}/markup"
    data = form_on(client.get(address).text)
    sound = data["html"]
    loop = "{% for a in certificate.transcript %}"
    data["html"] = "<h1>x</h1>" + loop * 12 + "{% set b = a %}" + "{% endfor %}" * 12
    with monkeypatch.context() as patch:
        patch.setattr(typesetter, "LOOK_SECONDS", 2)  # of a processor
        patch.setattr(typesetter, "PATIENCE", 100)
        reply = client.post(address, data=data)
    assert reply.status_code == 422
    assert "more time or memory" in reply.text
    assert client.post(address, data=form_on(reply.text) | {"html": sound}).status_code == 302


def test_each_editor_is_for_its_own_kind(
    client: FlaskClient, hr: Person, own: CertificateTemplate, template: CertificateTemplate
) -> None:
    sign_in(client, hr)
    assert client.get(f"{PAGE}/{own.id}").location == f"{PAGE}/{own.id}/markup"
    assert (
        client.post(f"{PAGE}/{own.id}", data={"title": "x"}).location == f"{PAGE}/{own.id}/markup"
    )
    assert client.get(f"{PAGE}/{template.id}/markup").status_code == 404


def test_what_may_be_named_stands_on_the_page(
    client: FlaskClient, hr: Person, own: CertificateTemplate
) -> None:
    sign_in(client, hr)
    published(own, hr)
    page = client.get(f"{PAGE}/{own.id}/markup").text
    for each in (*sandbox.FILTERS, "certificate.verify_url_short", "Stairway Kai", "qr.svg"):
        assert f"<code>{each}</code>" in page or each == "qr.svg"


def test_others_see_nothing_of_it(
    client: FlaskClient, own: CertificateTemplate, trainee: Person
) -> None:
    sign_in(client, trainee)
    for path in (f"{PAGE}/markup", f"{PAGE}/{own.id}/markup"):
        assert client.get(path).status_code == 403
        assert client.post(path, data={}).status_code == 403
