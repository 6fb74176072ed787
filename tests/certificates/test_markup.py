"""Templates in HTML and CSS: from what they begin with to the certificate that is printed."""

from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.certificates import (
    document,
    images,
    look as looks,
    markup,
    markup_proof,
    markup_templates,
    proofing,
    queries,
    services,
    specimen,
    template_queries,
    templates,
    words,
)
from lms.certificates.look import Look, Source
from lms.certificates.markup_errors import SENTENCES, MarkupRefusedError, TooManyFilesError
from lms.certificates.models import Certificate
from lms.certificates.template_errors import TemplateRefusedError
from lms.certificates.template_models import CertificateTemplate
from lms.core import pdf, pdf_structure
from lms.core.audit import AuditEntry
from lms.core.db import db
from lms.core.errors import NotAllowedError
from lms.core.queue import Job, JobState
from lms.courses.queries import outline_of
from tests import factories
from tests.certificates.template_tools import needs_pdf, png, published, run_jobs
from tests.certificates.tools import ask

QR = '<img class="qr" src="qr.svg" alt="QR code">'


@pytest.fixture
def own(hr: Person) -> CertificateTemplate:
    return markup_templates.start("blank", "Ours 2026", actor=hr)


def look_of(row: CertificateTemplate) -> Look:
    return template_queries.look_of(template_queries.latest(row.id).id)


def save(row: CertificateTemplate, hr: Person, **changes: str | Mapping[str, str]) -> None:
    """Save a draft with other HTML, CSS or files."""
    look, draft = look_of(row), template_queries.latest(row.id)
    assert look.markup is not None
    changed = replace(look, markup=replace(look.markup, **changes))  # type: ignore[arg-type]
    markup_templates.save(row.id, changed, title=row.title, revision=draft.revision, actor=hr)


def said_of(job: Job, language: str = "en") -> str:
    db.session.refresh(job)
    assert job.result is not None
    return str(job.result["refusal"][language])


class TestServices:
    @pytest.mark.parametrize("paper", markup_templates.PAPERS)
    def test_what_they_begin_with_is_sound(self, hr: Person, paper: str) -> None:
        row = markup_templates.start(paper, "Ours", actor=hr)
        save(row, hr)
        assert look_of(row).markup == markup.starter(paper)
        assert template_queries.latest(row.id).revision == 2

    @pytest.mark.parametrize(
        ("changes", "field", "code"),
        [
            ({"html": "<h1>x</h1>\n{{ ''.__class__.__mro__[1].__subclasses__() }}"}, "html", "call"),
            ({"html": "<h1>x</h1>\n{{ self.__init__ }}"}, "html", "name"),
            ({"html": "<h1>x</h1>\n{% for i in range(10**9) %}x{% endfor %}"}, "html", "call"),
            ({"html": "<h1>x</h1>\n<link rel='attachment' href='file:///etc/passwd'>"}, "html", "element"),
            ({"html": "<h1>x</h1>\n<img src='http://evil.test/x' alt='x'>"}, "html", "outside"),
            ({"html": "<h1>x</h1>\n{% if"}, "html", "syntax"),
            ({"css": "p { color: red }\np { background: url(http://evil.test/x) }"}, "css", "outside"),
            ({"css": "p { color: red }\n@import 'http://evil.test/x'; "}, "css", "at-rule"),
            ({"css": "p { color: red }\n@font-face { font-family: x; src: url(x) }"}, "css", "at-rule"),
        ],
    )  # fmt: skip
    def test_what_is_not_taken_is_not_saved(
        self, own: CertificateTemplate, hr: Person, changes: dict[str, str], field: str, code: str
    ) -> None:
        with pytest.raises(MarkupRefusedError) as refused:
            save(own, hr, **changes)
        places = {(each.field, each.code, each.line) for each in refused.value.mistakes}
        assert (field, code, 2) in places
        assert template_queries.latest(own.id).revision == 1

    def test_a_branch_that_no_sample_takes_is_refused_when_it_is_printed(
        self, own: CertificateTemplate, hr: Person
    ) -> None:
        needs_pdf()
        html = "{% if certificate.name == 'Eve' %}<img src='http://evil.test/' alt='x'>{% endif %}"
        save(own, hr, html=f"<h1>x</h1>{html}")
        with pytest.raises(pdf.PdfError, match=r"outside: http://evil\.test/"):
            document.render(specimen.snapshot("Eve", ""), look=look_of(own))

    def test_pictures_are_named_by_their_files(self) -> None:
        names = [
            markup_templates.name_for(typed, "abcd1234.png")
            for typed in ("Our Logo (2).PNG", "徽标.jpg", "../../etc/passwd", "qr.svg", "")
        ]
        assert names == [
            "our-logo-2.png",
            "picture-abcd.png",
            "picture-abcd.png",
            "qr.png",
            "picture-abcd.png",
        ]
        assert markup_templates.name_for("qr.svg", "abcd.svg") == "own-qr.svg"

    def test_a_picture_of_ones_own_is_printed(self, own: CertificateTemplate, hr: Person) -> None:
        needs_pdf()
        name, content = images.taken(png())
        look, draft = look_of(own), template_queries.latest(own.id)
        assert look.markup is not None
        written = Source(
            look.markup.html + "<img src='ours.png' alt='Ours'>",
            look.markup.css,
            {"ours.png": name},
        )
        changed = replace(look, markup=written, images={name: content})
        markup_templates.save(own.id, changed, title="x", revision=draft.revision, actor=hr)
        (made,) = document.written([specimen.snapshot("李娜", "Li Na")], look_of(own))
        with pikepdf.open(BytesIO(made)) as opened:
            assert any(
                each.get("/Subtype") == "/Image"
                for each in opened.objects
                if isinstance(each, pikepdf.Stream)
            )

    def test_only_so_many_pictures(self, own: CertificateTemplate, hr: Person) -> None:
        files = {f"{number}.png": "x.png" for number in range(markup.MOST_FILES + 1)}
        with pytest.raises(TooManyFilesError):
            save(own, hr, files=files)

    def test_nobody_else_does_any_of_it(self, own: CertificateTemplate, trainee: Person) -> None:
        with pytest.raises(NotAllowedError):
            markup_templates.start("blank", "x", actor=trainee)
        with pytest.raises(NotAllowedError):
            save(own, trainee)

    def test_making_and_publishing_are_in_the_audit_log(
        self, own: CertificateTemplate, hr: Person
    ) -> None:
        published(own, hr)
        rows = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        made = next(each for each in rows if each.action == "certificates.template-made")
        assert made.detail["made_of"] == "markup"
        assert "certificates.template-published" in {each.action for each in rows}


class TestPublishing:
    @pytest.fixture(autouse=True)
    def _host_can_make_pdfs(self) -> None:
        needs_pdf()

    @pytest.mark.parametrize("paper", markup_templates.PAPERS)
    def test_what_they_begin_with_can_be_published(self, hr: Person, paper: str) -> None:
        row = markup_templates.start(paper, "Ours", actor=hr)
        templates.ask_to_publish(row.id, actor=hr)
        templates.ask_preview(row.id, actor=hr)
        assert run_jobs() == [JobState.DONE, JobState.DONE]
        assert template_queries.latest(row.id).published_by_id == hr.id

    @pytest.mark.parametrize(
        ("field", "old", "new", "said"),
        [
            ("html", "{{ certificate.serial }}", "", "number of the certificate is not printed"),
            ("html", "{{ certificate.name }}", "x", "the name is not printed"),
            ("html", "{{ certificate.verify_url_short }}</a>", "x</a>", "address of the verification"),
            ("html", 'src="qr.svg"', 'src="logo.svg"', "QR code cannot be read"),
            ("css", "width: 23mm; height: 23mm", "width: 4mm; height: 4mm", "QR code cannot be read"),
            ("html", "{{ certificate.name|fit(40, 640, face) }}", "90", "outside the page"),
            ("html", "{{ certificate.name|fit(40, 640, face) }}", "5", "smaller than 7 points"),
            ("html", "<p>{{ certificate.programme_zh", "<p style='margin-top: -25mm'>{{ certificate.programme_zh", "over the name"),
            ("html", "</h1>", "🀄</h1>", "🀄 (U+1F004)"),
            ("css", "p { margin", "p { page-break-before: always; margin", "more than one page"),
            ("css", "h1 { margin", "h1 { colr: red; margin", "It cannot be printed: Ignored"),
        ],
    )  # fmt: skip
    @pytest.mark.usefixtures("session")
    def test_what_a_certificate_must_not_lack_stops_it_and_is_said(
        self,
        monkeypatch: pytest.MonkeyPatch,
        field: str,
        old: str,
        new: str,
        said: str,
    ) -> None:
        monkeypatch.setattr(specimen, "WORST", (specimen.WORST[0], specimen.WORST[-1]))
        bare = markup.starter("blank")
        assert old in getattr(bare, field)
        changed = replace(bare, **{field: getattr(bare, field).replace(old, new)})
        with pytest.raises((MarkupRefusedError, TemplateRefusedError)) as refused:
            proofing.check_print(Look(design=looks.BLANK, markup=changed))
        assert said in str(refused.value)

    def test_what_stops_it_is_said_in_both_languages(
        self, own: CertificateTemplate, hr: Person
    ) -> None:
        before = look_of(own).markup
        assert before is not None
        save(own, hr, html=before.html.replace("{{ certificate.name }}", "x"))
        job = templates.ask_to_publish(own.id, actor=hr)
        assert run_jobs() == [JobState.DEAD]
        assert "the name is not printed" in said_of(job)
        assert "姓名没有打印出来" in said_of(job, "zh")
        assert template_queries.latest(own.id).published_at is None

    def test_a_page_is_as_large_as_its_artwork(self, hr: Person) -> None:
        row = markup_templates.start("formal", "Ours", actor=hr)
        look = look_of(row)
        assert look.markup is not None
        save(row, hr, css=look.markup.css.replace("size: 297mm 210mm", "size: 300mm 210mm"))
        job = templates.ask_to_publish(row.id, actor=hr)
        run_jobs()
        assert "@page { size: 297mm 210mm }" in said_of(job)

    @pytest.mark.usefixtures("session")
    def test_the_font_of_a_host_is_noticed(self) -> None:
        """A style sheet cannot name it; a variable can."""
        bare = markup.starter("blank")
        css = bare.css + "p { --x: monospace; font-family: var(--x) }"
        look = Look(design=looks.BLANK, markup=replace(bare, css=css))
        sample = markup_proof.samples(is_specimen=False)[0]
        (made,) = document.written([sample], look)
        foreign = [each for each in pdf_structure.fonts(made) if not each.startswith("Stairway")]
        if not foreign:
            pytest.skip("this host has no fonts of its own")
        with pytest.raises(MarkupRefusedError, match="font of this computer"):
            markup_proof.check_page(made, sample, look)

    def test_a_certificate_keeps_the_version_that_it_was_awarded_with(
        self, own: CertificateTemplate, hr: Person, trainee: Person
    ) -> None:
        first = published(own, hr)
        kind = factories.certificate_definition("stage-1")
        templates.use(own.id, [kind.code], actor=hr)
        run = factories.enrolment(trainee, factories.programme())
        row: Certificate = services.award("stage-1", run, stage=outline_of(run).stages[0])
        templates.renew(own.id, actor=hr)
        before = look_of(own).markup
        assert before is not None
        save(own, hr, html=before.html.replace("<h1", "<p>LATER</p><h1"))
        published(own, hr)
        run_jobs()
        content = queries.pdf_of(row.id)
        assert row.template_version_id == first.id
        assert content is not None
        with pikepdf.open(BytesIO(content)) as opened:
            assert "/AcroForm" in opened.Root  # signed
            assert len(opened.attachments) == 1  # the credential
            assert str(opened.Root.Lang) == "zh-CN"
        assert pdf_structure.problems(content) == []
        assert "SPECIMEN" not in _text(content)
        assert "LATER" not in _text(content)
        assert row.serial in _text(content)

    def test_previews_on_the_command_line_are_marked(
        self, own: CertificateTemplate, hr: Person, runner: FlaskCliRunner, tmp_path: Path
    ) -> None:
        before = look_of(own).markup
        assert before is not None
        save(
            own, hr, css=before.css + "aside { display: none !important; color: white !important }"
        )
        out = tmp_path / "out.pdf"
        args = ["--template", own.code, "--name", "𠮷田䶮", "--locale", "en", "--out", str(out)]
        done = runner.invoke(args=["certificates", "preview", *args])
        assert done.exit_code == 0, done.output
        text = ask("pdftotext", "-raw", out, "-")
        assert "SPECIMEN" in text
        assert "𠮷田䶮" in text
        assert "培训合格证书" not in text
        save(own, hr, html=before.html + "{% if certificate.name == 'Eve' %}<script>{% endif %}")
        args[3] = "Eve"
        done = runner.invoke(args=["certificates", "preview", *args])
        assert done.exit_code == 1
        assert "the template is not taken: element: <script>" in done.output


def _text(content: bytes) -> str:
    import pypdfium2  # noqa: PLC0415  where the host makes PDFs only

    with pypdfium2.PdfDocument(content) as opened:
        return str(opened[0].get_textpage().get_text_bounded())


def test_what_may_be_named_is_what_is_filled_in_and_what_the_page_lists(session: Session) -> None:
    values = markup.values(specimen.snapshot("李娜", "Li Na"), Look())
    assert values.keys() == {
        name for name in markup.VOCABULARY if "." not in name and "," not in name
    }
    assert values["certificate"].keys() == markup.VOCABULARY["certificate"]
    for rows in ("stages", "transcript"):
        (keys,) = {frozenset(each) for each in values["certificate"][rows]}
        assert keys == markup.VOCABULARY[f"certificate.{rows}"]
    listed = {name for names in words.MARKUP_NAMES for name in names.split(", ")}
    wanted = {f"certificate.{name}" for name in markup.VOCABULARY["certificate"]}
    assert listed == wanted | values.keys() - {"certificate"}


def test_every_sentence_says_what_and_where(session: Session) -> None:
    from lms.core.sandbox import Mistake  # noqa: PLC0415

    for code in SENTENCES:
        said = MarkupRefusedError.said(Mistake(code, "WHAT", 7))
        assert said.startswith("HTML, line 7: ")
        assert "%" not in said.replace("%}", "")
