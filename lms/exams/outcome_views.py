"""The trainer's pages about exams: what there is, how one went, and where its pass mark lies."""

from fractions import Fraction
from http import HTTPStatus

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.accounts.login import me
from lms.core.errors import NotFoundError, found
from lms.exams import (
    answer_sheets,
    bank,
    holdings,
    outcomes as looked_up,
    queries,
    sheet_orders,
    words,
)
from lms.exams.asked import versions_of
from lms.exams.blueprint import bp
from lms.exams.figure_forms import AskedForm, JudgesForm, MarkForm
from lms.exams.rules import angoff, marks, results
from lms.exams.rules.analysis import SMALLEST
from lms.exams.rules.normal import parse_number
from lms.web.i18n import language


@bp.get("/studio/exams")
def overview() -> str:
    """List the exams, with the questions that there are for each."""
    return render_template("exams/outcomes_list.html", exams=bank.exam_rows(me()))


@bp.get("/studio/exams/<exam_code>")
def outcomes(exam_code: str) -> ResponseReturnValue:
    """Show how an exam went, question by question."""
    form = AskedForm(request.args)
    form.offer(versions_of(exam_code))
    is_sound = form.validate()
    outcome = looked_up.outcome_of(me(), exam_code, form.asked())
    page = render_template(
        "exams/outcomes.html",
        outcome=outcome,
        form=form,
        asked={name: value for name in form.data if (value := request.args.get(name))},
        spread=looked_up.spread_of(outcome.moments),
        near=outcome.near(outcome.mark),
        percent=marks.percent,
        smallest=SMALLEST,
        words=words,
    )
    return page, HTTPStatus.OK if is_sound else HTTPStatus.UNPROCESSABLE_ENTITY


@bp.post("/studio/exams/<exam_code>/file")
def outcomes_file(exam_code: str) -> ResponseReturnValue:
    """Have the results and figures that the page shows written to a file, by a job."""
    form = AskedForm(request.args)
    form.offer(versions_of(exam_code))
    form.validate()
    wanted = request.form.get("format", "")
    if wanted not in answer_sheets.FORMATS:
        raise NotFoundError
    order = answer_sheets.Order.of(exam_code, wanted, form.asked(), me(), language())
    return redirect(url_for("work.progress", job_id=sheet_orders.ask(order, actor=me()).id))


@bp.get("/studio/exams/<exam_code>/cut-score")
def cut_score(exam_code: str) -> ResponseReturnValue:
    """Show who would pass with another pass mark; take judges' estimates."""
    return _cut_score(exam_code, JudgesForm(formdata=None))


@bp.post("/studio/exams/<exam_code>/cut-score")
def judge(exam_code: str) -> ResponseReturnValue:
    """Say which pass mark judges propose. Nothing is kept: the pass mark is part of the exam."""
    return _cut_score(exam_code, JudgesForm())


def _cut_score(exam_code: str, judges: JudgesForm) -> ResponseReturnValue:
    outcome = looked_up.outcome_of(me(), exam_code)
    tried = MarkForm(request.args)
    said = request.args.get("mark", "")
    mark = Fraction(parse_number(said) or 0) / 100 if said and tried.validate() else None
    estimates, misread = angoff.read(judges.estimates.data or "")
    is_refused = request.method == "POST" and (not judges.validate_on_submit() or bool(misread))
    proposed = angoff.proposal(estimates) if estimates and not misread else None
    page = render_template(
        "exams/cut_score.html",
        outcome=outcome,
        tried=tried,
        judges=judges,
        mark=None if mark is None else marks.percent(mark),
        near=outcome.near(outcome.mark if mark is None else mark),
        words=words,
        passing=None if mark is None else results.would_pass(outcome.results, mark),
        misread=[words.misread_words(each) for each in misread],
        proposed=proposed,
        would=proposed and results.would_pass(outcome.results, proposed.percent / 100),
        percent=marks.percent,
    )
    is_bad = is_refused or bool(tried.errors)
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if is_bad else HTTPStatus.OK


@bp.get("/studio/questions/<code>/statistics")
def question_statistics(code: str) -> str:
    """Show what all answers say about a version of a question."""
    row = holdings.question_with(code)
    versions = holdings.versions_of(row)
    number = request.args.get("version", versions[0].number, type=int)
    shown = found(next((each for each in versions if each.number == number), None))
    question = queries.questions([shown.id])[shown.id]
    line, options = looked_up.question_outcome(me(), question)
    return render_template(
        "exams/question_statistics.html",
        question=row,
        versions=versions,
        shown=shown,
        stem=question.body["stem"],
        kind=question.kind,
        line=line,
        options=options,
        smallest=SMALLEST,
        words=words,
    )
