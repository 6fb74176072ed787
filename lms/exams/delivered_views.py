"""The trainer's page on which a question that was changed here stands beside what the files say."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts.login import me
from lms.core.errors import NotFoundError, found
from lms.exams import holdings
from lms.exams.authoring import compared, delivered, versions
from lms.exams.blueprint import bp


@bp.get("/studio/questions/<code>/delivered")
def question_delivered(code: str) -> str:
    """Show what differs between a question, a case as a whole, and the content files."""
    question = holdings.question_with(code)
    row = found(delivered.row_of(question))
    parts = versions.parts_of(question)
    return render_template(
        "exams/question_delivered.html",
        question=question,
        row=row,
        differences=compared.differences(parts, delivered.delivered_text(row)),
        has_draft=any(versions.is_draft(versions.newest(each), each) for each in parts),
    )


@bp.post("/studio/questions/<code>/delivered")
def question_settle(code: str) -> ResponseReturnValue:
    """Go back to what the files say, or keep what stands here."""
    question, act = holdings.question_with(code), request.form.get("act", "")
    if act == "back":
        delivered.go_back(question, actor=me())
        flash(_("The delivered text is in use again, and imports are followed again."), "success")
    elif act == "keep":
        delivered.keep_ours(question, actor=me())
        flash(_("Noted. What stands here stays in use."), "success")
    else:
        raise NotFoundError
    return redirect(url_for(".question", code=code))
