"""Pages of training records: one's own, and those of the people in one's scope."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.login import me
from lms.accounts.models import Person
from lms.certificates import queries as certificates
from lms.core.paging import Page
from lms.exams.bank import ROLES
from lms.records import queries, roster, services, snapshot, timeline
from lms.records.blueprint import bp
from lms.records.lines import FileFormat, Order
from lms.records.rules import Kind
from lms.records.words import KIND_WORDS, STATUS_LOOKS, stage_words
from lms.web.i18n import language

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
    is_own = person.id == me().id
    runs = [] if is_own else roster.runs_of(person)
    return render_template(
        "records/record.html",
        person=person,
        is_own=is_own,
        runs=runs,
        manager=None if is_own else queries.manager_name(person),
        next_due=min(
            (line.due_on for line in runs if line.due_on and not line.completed_at), default=None
        ),
        looks=STATUS_LOOKS,
        stage_words=stage_words,
        may_revoke=bool(me().roles & certificates.READERS),
        may_see_sittings=bool(me().roles & ROLES),
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
    return _ordered(me().id, FileFormat.PDF)


@bp.post("/people/<int:person_id>/record/file")
def make_person_file(person_id: int) -> Response:
    """Have the record of a person in one's scope printed, or written to a file."""
    formats = {each.value: each for each in (FileFormat.XLSX, FileFormat.CSV)}
    return _ordered(person_id, formats.get(request.form.get("format", ""), FileFormat.PDF))


def _ordered(person_id: int, file_format: FileFormat) -> Response:
    order = Order(actor_id=me().id, format=file_format, locale=language(), person_id=person_id)
    job = services.request_export(order, actor=me())
    return redirect(url_for("work.progress", job_id=job.id))
