"""Pages for practising. They fetch, ask a service, and render; rules live in services."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts.login import me
from lms.core import clock
from lms.exams import paper, words
from lms.practice import notebook, queries, services
from lms.practice.blueprint import bp
from lms.practice.errors import NothingDueError, QuestionChangedError, QuestionWithdrawnError
from lms.practice.forms import AnswerForm, StartForm, instant_of
from lms.practice.pages import QuestionPage, lesson_titles, notebook_lines
from lms.practice.rules import Rated
from lms.web.i18n import end_of_day, local

Titles = Mapping[str, Mapping[str, str]]
"""Code of a module -> what it is called."""


@bp.get("/practice")
def index() -> str:
    """Show what can be practised, how far one is, and what is due."""
    modules = queries.open_modules(me())
    return _index(_start_form(modules), modules, lesson=request.args.get("lesson", ""))


def _start_form(modules: Titles) -> StartForm:
    kinds = {each.value: words.kind_name(each) for each in queries.kinds_of(modules)}
    return StartForm({code: local(title) for code, title in modules.items()}, kinds)


def _index(form: StartForm, modules: Titles, *, lesson: str) -> str:
    actor = me()
    titles = lesson_titles([lesson] if queries.unit_of_lesson(actor, lesson) else [])
    return render_template(
        "practice/index.html",
        form=form,
        modules=modules,
        lesson=lesson if titles else "",
        lesson_titles=titles,
        standings=queries.standings(actor, modules),
        unfinished=queries.unfinished(actor),
        due=queries.due_count(actor, end_of_day()),
        kept=sum(queries.units_in_notebook(actor).values()),
    )


@bp.post("/practice/rounds")
def begin() -> ResponseReturnValue:
    """Begin a round."""
    modules = queries.open_modules(me())
    form = _start_form(modules)
    if not form.validate_on_submit():
        return _index(form, modules, lesson=form.lesson.data or ""), 422
    row = services.begin_round(form.wanted, actor=me())
    return redirect(url_for(".question", round_id=row.id, place=1))


@bp.get("/practice/rounds/<int:round_id>")
def summary(round_id: int) -> ResponseReturnValue:
    """Show how a round went, or is going."""
    row = queries.round_of(me(), round_id)
    answers = queries.answers_in(row)
    still = queries.asked_all({each.question_id: each.version_id for each in answers.values()})
    return render_template(
        "practice/summary.html",
        row=row,
        answers=answers,
        shown=still,
        open_places=queries.open_places(row),
        lesson_titles=lesson_titles([row.lesson] if row.lesson else []),
        form=AnswerForm(),
    )


@bp.get("/practice/rounds/<int:round_id>/<int:place>")
def question(round_id: int, place: int) -> ResponseReturnValue:
    """Show a question of a round, or what its answer showed."""
    return _question(round_id, place)


def _question(
    round_id: int, place: int, *, said: str = "", given: tuple[str, ...] = ()
) -> ResponseReturnValue:
    page = QuestionPage.of(me(), round_id, place, given=given)
    return render_template(
        "practice/question.html",
        page=page,
        said=said,
        form=AnswerForm(),
        shown_ms=int(clock.now().timestamp() * 1000),
        how_to=paper.how_to,
        pieces=paper.pieces,
        kind_name=words.kind_name,
        lesson_titles=lesson_titles(page.lessons),
        **page.review_context,
    ), 422 if said else 200


@bp.post("/practice/rounds/<int:round_id>/<int:place>")
def answer(round_id: int, place: int) -> ResponseReturnValue:
    """Mark an answer, and show why."""
    said = paper.given(request.form, 1)
    is_given_up = "unknown" in request.form
    if not is_given_up and not any(each.strip() for each in said):
        text = _("Choose or type an answer first, or press “I don't know”.")
        return _question(round_id, place, said=text)
    given = services.Given(
        () if is_given_up else said,
        request.form.get("version", 0, type=int),
        instant_of(request.form.get("shown", "")),
    )
    try:
        services.answer(round_id, place, given, actor=me())
    except (QuestionChangedError, QuestionWithdrawnError) as error:
        flash(str(error), "info")
    return redirect(url_for(".question", round_id=round_id, place=place))


@bp.post("/practice/rounds/<int:round_id>/<int:place>/rating")
def rate(round_id: int, place: int) -> ResponseReturnValue:
    """Take in how well somebody says that a right answer went."""
    rated = request.form.get("rated", "", type=str)
    notebook.rate(round_id, place, Rated(rated) if rated in set(Rated) else Rated.AGAIN, actor=me())
    flash(_("Noted: the question comes again when it suits that."), "success")
    return redirect(url_for(".question", round_id=round_id, place=place))


@bp.get("/practice/mistakes")
def mistakes() -> str:
    """Show the notebook of mistakes, whole or of one module, with answers or without."""
    actor, unit = me(), request.args.get("unit", "")
    in_units, modules = queries.units_in_notebook(actor), queries.open_modules(actor)
    page = notebook_lines(actor, unit, request.args.get("page", 1, type=int))
    return render_template(
        "practice/mistakes.html",
        page=page,
        unit=unit,
        units={each: local(modules[each]) if each in modules else each for each in in_units},
        in_units=in_units,
        due=len(queries.due(actor, end_of_day(), unit=unit)),
        now=clock.now(),
        with_answers="answers" in request.args,
        left=queries.left_line(actor, request.args.get("left", 0, type=int)),
        pieces=paper.pieces,
        kind_name=words.kind_name,
        lesson_titles=lesson_titles(each.line.lesson for each in page.rows),
        form=AnswerForm(),
    )


@bp.post("/practice/mistakes/review")
def review() -> ResponseReturnValue:
    """Begin a round of the mistakes that are due."""
    unit = request.form.get("unit", "")
    try:
        row = services.begin_review(actor=me(), before=end_of_day(), unit=unit)
    except NothingDueError as error:
        flash(str(error), "info")
        return redirect(url_for(".mistakes", unit=unit or None))
    return redirect(url_for(".question", round_id=row.id, place=1))


@bp.post("/practice/mistakes/<int:mistake_id>/known")
def known(mistake_id: int) -> ResponseReturnValue:
    """Take a question out of the notebook, or put it back again."""
    if "undo" in request.form:
        notebook.come_back(mistake_id, actor=me())
        flash(_("It is in the notebook again."), "success")
        return redirect(url_for(".mistakes"))
    notebook.leave(mistake_id, actor=me())
    return redirect(url_for(".mistakes", left=mistake_id))
