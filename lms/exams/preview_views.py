"""The trainer's page with a drawn paper."""

import secrets

from flask import render_template, request
from flask_babel import force_locale
from markupsafe import Markup

from lms.accounts.login import me
from lms.core.placeholders import LANGUAGES
from lms.exams import drafts, exam_pages, paper, preview, review, rule_words, words
from lms.exams.blueprint import bp
from lms.exams.rules.drawing import TooFewQuestionsError
from lms.exams.rules.settings import ExamRules
from lms.web.i18n import language

LONGEST_SEED = 32


@bp.get("/studio/exams/<exam_code>/preview")
def preview_exam(exam_code: str) -> str:
    """Show a paper as a trainee would get it, with another at each look unless a seed is named."""
    page = exam_pages.exam_page(me(), exam_code)
    draft = drafts.draft_of(page.exam) if request.args.get("source") == "draft" else None
    rules = ExamRules.read(draft.settings) if draft else page.rules
    asked = {
        "seed": request.args.get("seed", "")[:LONGEST_SEED] or secrets.token_hex(4),
        "source": "draft" if draft else "published",
        "answers": "1" if request.args.get("answers") == "1" else "0",
        "lang": _language(request.args.get("lang", "")),
    }
    sheet, refusal = _sheet(rules, asked)
    return render_template(
        "exams/preview.html",
        page=page,
        rules=rules,
        asked=asked,
        sheet=sheet,
        refusal=refusal,
        has_draft=draft is not None or drafts.draft_of(page.exam) is not None,
    )


def _language(asked: str) -> str:
    return asked if asked in LANGUAGES else language()


def _sheet(rules: ExamRules, asked: dict[str, str]) -> tuple[Markup, str]:
    """Return the paper as HTML in the language asked for; or why there is none."""
    try:
        paper_drawn = preview.drawn(rules, asked["seed"], asked["lang"])
    except TooFewQuestionsError as error:
        return Markup(), rule_words.shortage_words(error)
    with force_locale(asked["lang"]):
        page = render_template(
            "exams/_sheet.html",
            paper=paper_drawn,
            attempt=None,
            with_answers=asked["answers"] == "1",
            review={"shows": review.PREVIEWED},
            kind_name=words.kind_name,
            how_to=paper.how_to,
            pieces=paper.pieces,
            limit_mb=0,
            lesson_titles={},
        )
    return Markup(page), ""  # noqa: S704  a template's own output
