"""The trainer's pages of one exam: its rules, their editor, and papers drawn to look at."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts.login import me
from lms.core.text import local as in_language
from lms.courses.queries import module_titles
from lms.exams import drafts, drawable, exam_pages, queries, rule_words, words
from lms.exams.blueprint import bp
from lms.exams.draft_editor import Editor
from lms.exams.errors import (
    BlueprintNotFilledError,
    DraftChangedError,
    NothingChangedError,
)
from lms.exams.rules import plans
from lms.exams.rules.plans import Plan
from lms.web.fields import typed
from lms.web.i18n import language


@bp.get("/studio/exams/<exam_code>/rules")
def exam_rules(exam_code: str) -> str:
    """Show an exam in its published version, and its draft if there is one."""
    page = exam_pages.exam_page(me(), exam_code)
    said = _plan_words(page.plan)
    return render_template(
        "exams/exam_rules.html",
        page=page,
        draft=drafts.draft_of(page.exam),
        lines=rule_words.rule_lines(page.rules, said["titles"]),
        **said,
    )


@bp.get("/studio/exams/<exam_code>/edit")
def edit_exam(exam_code: str) -> ResponseReturnValue:
    """Show the editor with the draft, or with what is published if there is none."""
    settings, seen = _there_is(exam_code)
    editor = _editor()
    editor.show(settings, seen=seen)
    return _page(exam_code, editor)


@bp.post("/studio/exams/<exam_code>/edit")
def save_exam(exam_code: str) -> ResponseReturnValue:
    """Add or take out a row, show the numbers, save the draft, or publish it."""
    editor = _editor()
    editor.read(request.form)
    command = request.form.get("do", "save")
    if editor.rearrange(command) or command == "numbers":
        return _page(exam_code, editor)
    if not editor.validate() or not _save(exam_code, editor):
        return _page(exam_code, editor, refused=True)
    if command != "publish":
        flash(_("The draft is saved. Trainees see nothing of it yet."), "success")
        if command == "preview":
            return redirect(url_for(".preview_exam", exam_code=exam_code, source="draft"))
        return redirect(url_for(".edit_exam", exam_code=exam_code))
    return _publish(exam_code, editor)


@bp.post("/studio/exams/<exam_code>/edit/numbers")
def exam_numbers(exam_code: str) -> str:
    """Return the numbers for the blueprint as it is being typed: a part of the editor."""
    queries.exam_or_404(exam_code)
    editor = _editor()
    editor.read(request.form)
    return render_template("exams/_numbers.html", **_plan_words(editor.plan()))


@bp.post("/studio/exams/<exam_code>/discard")
def discard_exam(exam_code: str) -> ResponseReturnValue:
    """Throw the draft away."""
    drafts.discard_draft(exam_code, actor=me())
    flash(_("The draft is gone. What is published stays."), "success")
    return redirect(url_for(".exam_rules", exam_code=exam_code))


def _save(exam_code: str, editor: Editor) -> bool:
    try:
        draft = drafts.save_draft(
            exam_code, editor.settings(exam_code), seen=editor.seen, actor=me()
        )
    except DraftChangedError as error:
        editor.saw(*_there_is(exam_code)[1])
        editor.form.form_errors.append(str(error))
        return False
    editor.saw(draft.revision, draft.based_on)
    return True


def _publish(exam_code: str, editor: Editor) -> ResponseReturnValue:
    try:
        version = drafts.publish_draft(exam_code, typed(editor.form.note).strip(), actor=me())
    except BlueprintNotFilledError as error:
        editor.refuse_entry(error.entry, str(error))
        return _page(exam_code, editor, refused=True)
    except NothingChangedError as error:
        editor.form.form_errors.append(str(error))
        return _page(exam_code, editor, refused=True)
    flash(
        _("Version %(number)d is published. Attempts that run keep theirs.", number=version.number),
        "success",
    )
    return redirect(url_for(".exam_rules", exam_code=exam_code))


def _page(exam_code: str, editor: Editor, *, refused: bool = False) -> ResponseReturnValue:
    exam = queries.exam_or_404(exam_code)
    page = render_template(
        "exams/exam_edit.html",
        exam=exam,
        draft=drafts.draft_of(exam),
        editor=editor,
        **_plan_words(editor.plan()),
    )
    return page, 422 if refused else 200


def _there_is(exam_code: str) -> tuple[Mapping[str, Any], tuple[int, int]]:
    """Return what the editor begins from, and which draft and version that is."""
    exam = queries.exam_or_404(exam_code)
    assert exam.published is not None
    if draft := drafts.draft_of(exam):
        return draft.settings, (draft.revision, exam.published.number)
    return exam.published.settings, (0, exam.published.number)


def _titles() -> dict[str, str]:
    return {code: in_language(title, language()) for code, title in module_titles().items()}


def _editor() -> Editor:
    names = {code: f"{code} · {title}" for code, title in _titles().items()}
    return Editor(names, drawable.bank())


def _plan_words(plan: Plan | None) -> dict[str, Any]:
    """Return what templates need to show a blueprint's numbers."""
    shortage = plan.shortage if plan else None
    return {
        "plan": plan,
        "any": plans.ANY,
        "titles": _titles(),
        "entry_words": rule_words.entry_words,
        "shortage": rule_words.shortage_words(shortage) if shortage else "",
        "kind_name": words.kind_name,
    }
