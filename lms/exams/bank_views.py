"""The trainer's pages of the question bank: what there is, and one question whole."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts.login import me
from lms.core.errors import NotFoundError, found
from lms.core.paging import page_of
from lms.core.placeholders import LANGUAGES
from lms.core.text import local
from lms.courses.queries import module_titles
from lms.exams import holdings, keeping, queries, words
from lms.exams.authoring import bulk_words, delivered, parts as case_parts, trial, versions
from lms.exams.blueprint import bp
from lms.exams.holdings import State, Use, Wanted
from lms.exams.importing import queries as importing, words as names
from lms.exams.models import Pool
from lms.exams.rules.figures import Sign
from lms.exams.rules.kinds import Kind
from lms.web.i18n import language

DIFFICULTIES = range(1, 6)


@bp.get("/studio/questions")
def bank_list() -> str:
    """List the questions of the bank that fit what was asked for."""
    wanted = Wanted.read(request.args)
    return render_template(
        "exams/bank.html",
        page=page_of(holdings.entries(wanted), request.args.get("page", 1, type=int)),
        wanted=wanted,
        asked=wanted.asked,
        choices=_choices(),
        kind_name=words.kind_name,
        pools=names.POOLS,
    )


@bp.get("/studio/questions/<code>")
def question(code: str) -> str:
    """Show a question as a trainee sees it after handing in, and where it is used."""
    row = holdings.question_with(code)
    history = holdings.versions_of(row)
    current = next((each for each in history if each.id == row.published_id), history[0])
    version = request.args.get("version", current.number, type=int)
    shown = found(next((each for each in history if each.number == version), None))
    tongue = request.args.get("in", language())
    if tongue not in LANGUAGES:
        raise NotFoundError
    parts = versions.parts_of(row) if row.case else []
    staying = case_parts.staying(parts)
    seen = trial.trial_in(tongue, queries.questions([shown.id])[shown.id], shown.points)
    return render_template(
        "exams/question.html",
        question=row,
        trial=seen,
        tongue=tongue,
        versions=history,
        shown=shown,
        current=current,
        draft=history[0] if history[0].id != row.published_id else None,
        own=delivered.row_of(row) if row.bank is None else None,
        parts=parts,
        leaving={each.id for each in parts} - {each.id for each in staying},
        staying=len(staying),
        exams=holdings.drawn_by(row),
        pools=names.POOLS,
        **trial.AROUND,
    )


@bp.post("/studio/questions/<code>/pool")
def question_pool(code: str) -> ResponseReturnValue:
    """Put a question into another pool."""
    pool = request.form.get("pool", "")
    if pool not in set(Pool):
        raise NotFoundError
    keeping.move(holdings.question_with(code), Pool(pool), actor=me())
    flash(_("The question is in the pool “%(pool)s” now.", pool=names.POOLS[Pool(pool)]), "success")
    return redirect(url_for(".question", code=code))


@bp.post("/studio/questions/<code>/figures")
def question_figures(code: str) -> ResponseReturnValue:
    """Note that a question is right for the site's own figures: it may be drawn again."""
    keeping.note_figures_read(holdings.question_with(code), actor=me())
    flash(_("Noted. The question is drawn again."), "success")
    return redirect(url_for(".question", code=code))


def _choices() -> dict[str, list[tuple[object, object]]]:
    """Return what each filter offers: value and words."""
    titles = module_titles().items()
    exams = holdings.exam_titles().items()
    return {
        "kind": [(each.value, words.kind_name(each)) for each in Kind if each is not Kind.CASE],
        "unit": [(code, f"{code} · {local(title, language())}") for code, title in titles],
        "bank": [(each, each) for each in importing.bank_names()],
        "difficulty": [(each, str(each)) for each in DIFFICULTIES],
        "sign": [(each.value, words.sign_name(each)) for each in Sign],
        "state": [(each.value, bulk_words.STATES[each]) for each in State],
        "use": [(each.value, bulk_words.USES[each]) for each in Use]
        + [(code, _("Drawn by: %(exam)s", exam=local(title, language()))) for code, title in exams],
    }
