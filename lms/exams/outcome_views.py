"""The trainer's pages about exams: what there is, and how one went."""

from fractions import Fraction

from flask import render_template

from lms.accounts.login import me
from lms.exams import bank, outcomes as found, words
from lms.exams.blueprint import bp
from lms.exams.rules import marks


@bp.get("/studio/exams")
def overview() -> str:
    """List the exams, with the questions that there are for each."""
    return render_template("exams/outcomes_list.html", exams=bank.exam_rows(me()))


@bp.get("/studio/exams/<exam_code>")
def outcomes(exam_code: str) -> str:
    """Show how an exam went, question by question."""
    outcome = found.outcome_of(me(), exam_code)
    summary = outcome.summary
    return render_template(
        "exams/outcomes.html",
        outcome=outcome,
        summary=summary,
        mean=marks.percent(summary.mean) if summary else None,
        median=marks.percent(summary.median) if summary else None,
        spread=marks.percent(Fraction(summary.spread)) if summary and summary.spread else None,
        kind_name=words.kind_name,
        flag_words=words.flag_words,
    )
