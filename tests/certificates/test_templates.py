"""Templates: from a copy of a ready design to what certificates are printed with."""

import re
import struct
import zlib
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.certificates import (
    images,
    look as looks,
    proofing,
    queries,
    services,
    template_queries,
    templates,
)
from lms.certificates.models import Certificate
from lms.certificates.template_errors import (
    DraftChangedError,
    ImageRefusedError,
    NotADraftError,
    NotPublishedError,
    TemplateRefusedError,
)
from lms.certificates.template_models import CertificateTemplate, TemplateVersion
from lms.core import clock, pdf, queue
from lms.core.audit import AuditEntry
from lms.core.db import db
from lms.core.errors import NotAllowedError
from lms.core.queue import Job, JobState
from lms.courses.queries import outline_of
from tests import factories
from tests.browser import sign_in

PAGE = "/certificates/templates"
LOGO = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">
<circle cx="5" cy="5" r="4" fill="#6b1f2a"/></svg>"""


def png(side: int = 4) -> bytes:
    """A small red picture, made by hand."""
    rows = b"".join(b"\0" + b"\xc8\x26\x1b" * side for _ in range(side))

    def chunk(kind: bytes, content: bytes) -> bytes:
        whole = kind + content
        return struct.pack(">I", len(content)) + whole + struct.pack(">I", zlib.crc32(whole))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


@pytest.fixture
def hr(session: Session) -> Person:
    return factories.with_password(factories.person(roles={Role.HR}, unit=None))


@pytest.fixture
def template(hr: Person) -> CertificateTemplate:
    return templates.start("modern", "Blue 2026", actor=hr)


def run_jobs() -> list[JobState]:
    """Run what is due; return how it ended."""
    at = clock.now() + timedelta(seconds=1)
    while queue.run_one(at=at):
        pass
    names = ("certificates.template-publish", "certificates.template-preview")
    return list(db.session.scalars(select(Job.state).where(Job.name.in_(names)).order_by(Job.id)))


def needs_pdf() -> None:
    pytest.importorskip("weasyprint")
    if missing := pdf.check():
        pytest.skip(f"missing on this host: {', '.join(missing)}")


def saved(template: CertificateTemplate, hr: Person, **changes: Any) -> TemplateVersion:
    """The draft, saved with changes."""
    draft = template_queries.latest(template.id)
    look = replace(looks.read(draft.settings), **changes)
    return templates.save(
        template.id, look, title=template.title, revision=draft.revision, actor=hr
    )


def published(template: CertificateTemplate, hr: Person) -> TemplateVersion:
    draft = template_queries.latest(template.id)
    return templates.publish(draft.id, revision=draft.revision, actor=hr)


class TestServices:
    def test_a_template_begins_as_a_draft_of_a_ready_design(
        self, template: CertificateTemplate
    ) -> None:
        draft = template_queries.latest(template.id)
        assert (draft.number, draft.published_at) == (1, None)
        assert looks.read(draft.settings) == looks.Look(design="modern")
        assert template.code == "blue-2026"

    def test_codes_are_of_letters_and_never_twice(
        self, template: CertificateTemplate, hr: Person
    ) -> None:
        again = templates.start("formal", "Blue 2026", actor=hr)
        chinese = templates.start("formal", "蓝色", actor=hr)
        assert again.code != template.code
        assert chinese.code not in looks.DESIGNS
        assert chinese.code.startswith("formal")

    def test_what_was_published_is_never_changed(
        self, template: CertificateTemplate, hr: Person
    ) -> None:
        saved(template, hr, primary="#6b1f2a")
        first = published(template, hr)
        with pytest.raises(NotADraftError):
            saved(template, hr, primary="#123456")
        second = templates.renew(template.id, actor=hr)
        assert second.number == 2
        saved(template, hr, primary="#123456")
        assert looks.read(first.settings).primary == "#6b1f2a"
        assert templates.renew(template.id, actor=hr).id == second.id

    def test_who_has_not_seen_the_latest_draft_does_not_overwrite_it(
        self, template: CertificateTemplate, hr: Person
    ) -> None:
        seen = template_queries.latest(template.id).revision
        saved(template, hr)
        with pytest.raises(DraftChangedError):
            templates.save(template.id, looks.Look(), title="x", revision=seen, actor=hr)
        draft = template_queries.latest(template.id)
        with pytest.raises(DraftChangedError):
            templates.publish(draft.id, revision=seen, actor=hr)

    @pytest.mark.parametrize(
        ("changes", "reason", "field"),
        [
            ({"primary": "#8899aa"}, "contrast", "primary"),
            ({"accent": "#ffee88"}, "contrast", "accent"),
            ({"primary": "red"}, "colour", "primary"),
            ({"text_zh": "{{password}}"}, "place", "text_zh"),
            ({"text_en": "for {{ person.id }}"}, "place", "text_en"),
        ],
    )
    def test_what_cannot_be_read_is_not_saved(
        self,
        template: CertificateTemplate,
        hr: Person,
        changes: dict[str, str],
        reason: str,
        field: str,
    ) -> None:
        with pytest.raises(TemplateRefusedError) as refused:
            saved(template, hr, **changes)
        assert (refused.value.reason, refused.value.context["field"]) == (reason, field)
        assert template_queries.latest(template.id).revision == 1

    def test_a_certificate_keeps_the_version_that_it_was_awarded_with(
        self, template: CertificateTemplate, hr: Person, trainee: Person
    ) -> None:
        before = factories.certificate(trainee)
        kind = before.definition.code
        with pytest.raises(NotPublishedError):
            templates.use(template.id, [kind], actor=hr)
        first = published(template, hr)
        templates.use(template.id, [kind], actor=hr)
        assert template_queries.in_use(before.definition_id) == first.id
        templates.renew(template.id, actor=hr)
        assert template_queries.in_use(before.definition_id) == first.id  # the draft is none
        second = published(template, hr)
        assert template_queries.in_use(before.definition_id) == second.id
        assert before.template_version_id is None
        templates.use(template.id, [], actor=hr)
        assert template_queries.in_use(before.definition_id) is None

    def test_a_kind_is_printed_with_one_template_only(
        self, template: CertificateTemplate, hr: Person, session: Session
    ) -> None:
        kind = factories.certificate_definition()
        other = templates.start("formal", "Other", actor=hr)
        for each in (template, other):
            published(each, hr)
            templates.use(each.id, [kind.code], actor=hr)
        session.expire_all()
        used = {row.id: [each.code for each in row.used_for] for row in template_queries.listed()}
        assert used == {template.id: [], other.id: [kind.code]}

    def test_nobody_else_does_any_of_it(
        self, template: CertificateTemplate, trainee: Person
    ) -> None:
        with pytest.raises(NotAllowedError):
            templates.start("formal", "x", actor=trainee)
        with pytest.raises(NotAllowedError):
            templates.ask_to_publish(template.id, actor=trainee)
        with pytest.raises(NotAllowedError):
            templates.use(template.id, [], actor=trainee)

    def test_publishing_and_use_are_in_the_audit_log(
        self, template: CertificateTemplate, hr: Person
    ) -> None:
        published(template, hr)
        templates.use(template.id, [], actor=hr)
        actions = set(db.session.scalars(select(AuditEntry.action)))
        wanted = {"made", "published", "used"}
        assert {f"certificates.template-{each}" for each in wanted} <= actions


class TestJobs:
    @pytest.fixture(autouse=True)
    def _host_can_make_pdfs(self) -> None:
        needs_pdf()

    def test_a_sound_draft_is_published(self, template: CertificateTemplate, hr: Person) -> None:
        templates.ask_to_publish(template.id, actor=hr)
        assert run_jobs() == [JobState.DONE]
        version = template_queries.latest(template.id)
        assert version.published_by_id == hr.id

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"text_zh": "特此证明🀄。"}, "🀄 (U+1F004)"),
            ({"text_en": "WORDS OF GREAT WIDTH " * 19}, "sentence in English"),
            ({"signatures": (looks.Signature("𓀀"),)}, "U+13000"),
        ],
    )
    def test_what_does_not_print_well_is_not_published_and_says_why(
        self, template: CertificateTemplate, hr: Person, changes: dict[str, Any], said: str
    ) -> None:
        saved(template, hr, **changes)
        job = templates.ask_to_publish(template.id, actor=hr)
        assert run_jobs() == [JobState.DEAD]
        assert template_queries.latest(template.id).published_at is None
        db.session.refresh(job)
        assert job.result is not None
        assert said in job.result["refusal"]["en"]
        assert job.result["refusal"]["zh"] != job.result["refusal"]["en"]
        saved(template, hr, text_zh="", text_en="", signatures=())
        templates.ask_to_publish(template.id, actor=hr)
        assert run_jobs() == [JobState.DEAD, JobState.DONE]

    def test_what_was_saved_meanwhile_is_not_what_was_looked_through(
        self, template: CertificateTemplate, hr: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job = templates.ask_to_publish(template.id, actor=hr)
        monkeypatch.setattr(proofing, "check_print", lambda _look: saved(template, hr))
        run_jobs()
        db.session.refresh(job)
        assert job.last_error == "draft-changed"
        assert template_queries.latest(template.id).published_at is None

    def test_a_certificate_is_printed_with_it(
        self, template: CertificateTemplate, hr: Person, trainee: Person
    ) -> None:
        published(template, hr)
        kind = factories.certificate_definition("stage-1")
        templates.use(template.id, [kind.code], actor=hr)
        run = factories.enrolment(trainee, factories.programme())
        row: Certificate = services.award("stage-1", run, stage=outline_of(run).stages[0])
        assert row.template_version_id == template_queries.latest(template.id).id
        assert row.snapshot["transcript"][0]["kind"] == "stage"
        run_jobs()
        content = queries.pdf_of(row.id)
        assert content is not None
        assert len(content) <= 200_000
        with pikepdf.open(BytesIO(content)) as opened:
            width, height = (float(each) for each in opened.pages[0].mediabox[2:])
        assert width < height  # the modern design stands upright


def test_a_picture_of_three_megabytes_is_not_taken() -> None:
    with pytest.raises(ImageRefusedError, match="more than 2 MB"):
        images.taken(png() + b"x" * 3 * 1024 * 1024)


def test_a_large_picture_is_made_smaller() -> None:
    name, content = images.taken(png(1200))
    assert name.endswith(".png")
    assert struct.unpack(">II", content[16:24]) == (images.MOST_SIDE, images.MOST_SIDE)


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
