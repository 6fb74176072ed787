"""Pages of training records: one's own, and those of the people in one's scope."""

from http import HTTPStatus

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from lms.accounts.login import me
from lms.accounts.models import Person
from lms.certificates import queries as certificates
from lms.core import clock
from lms.core.errors import found
from lms.core.paging import Page
from lms.core.text import filename
from lms.records import policies, queries, services, snapshot, timeline
from lms.records.errors import PdfGoneError
from lms.records.models import RecordPdf
from lms.records.rules import Kind
from lms.records.words import KIND_WORDS
from lms.web.files import send_bytes
from lms.web.i18n import language, today

bp = Blueprint("records", __name__)

ENTRIES = 100
"""Entries on a page."""


@bp.get("/record")
def mine() -> str:
    """Show the record of the person who is signed in."""
    return _record(me())


@bp.get("/people/<int:person_id>/record")
def person(person_id: int) -> str:
    """Show the record of a person in one's scope."""
    return _record(queries.person_for(me(), person_id))


def _record(person: Person) -> str:
    chain = queries.chain_of(person.id)
    kind = next((each for each in Kind if each.value == request.args.get("kind")), None)
    chosen = timeline.of_kind(reversed(chain.links), kind)
    number = max(1, request.args.get("page", 1, type=int))
    rows = chosen[(number - 1) * ENTRIES : number * ENTRIES]
    return render_template(
        "records/record.html",
        person=person,
        is_own=person.id == me().id,
        may_revoke=bool(me().roles & certificates.READERS),
        chain=chain,
        chain_words=snapshot.chain_words(chain),
        totals=timeline.totals(chain.links),
        kind=kind,
        kinds=KIND_WORDS,
        sections=timeline.sections(rows),
        page=Page(rows, number, len(chosen), ENTRIES),
    )


@bp.post("/record/pdf")
def make_pdf() -> Response:
    """Have one's own record printed."""
    row = services.request_pdf(me().id, locale=language(), actor=me())
    return redirect(url_for(".pdf", pdf_id=row.id))


@bp.post("/people/<int:person_id>/record/pdf")
def make_person_pdf(person_id: int) -> Response:
    """Have the record of a person in one's scope printed."""
    row = services.request_pdf(person_id, locale=language(), actor=me())
    return redirect(url_for(".pdf", pdf_id=row.id))


@bp.get("/record/pdf/<int:pdf_id>")
def pdf(pdf_id: int) -> ResponseReturnValue:
    """Say how far the printing is; asked again by the page itself until it is done."""
    row = _kept(pdf_id)
    part = "records/_pdf_state.html" if "HX-Request" in request.headers else "records/pdf.html"
    status = HTTPStatus.OK if row.made_at else HTTPStatus.ACCEPTED
    return render_template(
        part, pdf=row, failed=queries.has_failed(row), is_own=row.person_id == me().id
    ), status


@bp.get("/record/pdf/<int:pdf_id>/file")
def download(pdf_id: int) -> ResponseReturnValue:
    """Send a printed record."""
    row = _kept(pdf_id, with_content=True)
    content = found(row.content)
    whose = queries.person_for(me(), row.person_id)
    name = filename(whose.name, snapshot.file_word(row.locale), today(row.made_at).isoformat())
    return send_bytes(content, mime="application/pdf", name=f"{name}.pdf")


def _kept(pdf_id: int, *, with_content: bool = False) -> RecordPdf:
    row = queries.pdf_for(me(), pdf_id, with_content=with_content)
    if not policies.may_download(row, clock.now()):
        raise PdfGoneError
    return row
