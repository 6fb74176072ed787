"""Templates: from a copy of a ready design to what certificates are printed with."""

import struct
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.certificates import (
    images,
    look as looks,
    proofing,
    queries,
    services,
    template_queries,
    templates,
    versions,
)
from lms.certificates.models import Certificate
from lms.certificates.template_errors import (
    DraftChangedError,
    ImageRefusedError,
    NotADraftError,
    NotPublishedError,
    TemplateRefusedError,
)
from lms.certificates.template_models import CertificateTemplate
from lms.core.audit import AuditEntry
from lms.core.db import db
from lms.core.errors import NotAllowedError
from lms.core.queue import JobState
from lms.courses.queries import outline_of
from tests import factories
from tests.certificates.template_tools import needs_pdf, png, published, run_jobs, saved


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

    def test_each_change_of_it_is_a_version_of_the_kind_and_a_draft_stays(
        self, template: CertificateTemplate, hr: Person, session: Session
    ) -> None:
        kind = factories.certificate_definition()
        draft = kind.settings | {"title": {"zh": "新", "en": "New"}}
        kind.draft = draft
        session.commit()
        first = published(template, hr)
        for _time in range(2):  # the second time changes nothing
            templates.use(template.id, [kind.code], actor=hr)
        templates.renew(template.id, actor=hr)
        second = published(template, hr)
        templates.use(template.id, [], actor=hr)
        history = versions.history(kind)
        assert [(each.number, each.template_number) for each in history] == [
            (4, None),
            (3, second.number),
            (2, first.number),
            (1, None),
        ]
        assert {each.template for each in history[1:3]} == {template.title}
        assert {str(each.settings) for each in history} == {str(kind.settings)}
        assert kind.draft == draft

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


@pytest.mark.parametrize("design", looks.DESIGNS)
@pytest.mark.usefixtures("session")
def test_a_ready_design_can_be_published_as_it_is(design: str) -> None:
    proofing.check_print(looks.Look(design=design))
