"""The trainer's page with a drawn paper."""

import secrets

from flask import render_template, request
from flask_babel import force_locale

from lms.accounts.login import me
from lms.core.placeholders import LANGUAGES
from lms.exams import drafts, exam_pages, handing_files, paper, preview, review, rule_words, words
from lms.exams.blueprint import bp
from lms.exams.preview import Preview
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
    with force_locale(asked["lang"]):  # the whole page: one in two languages is for nobody
        drawn, refusal = _drawn(rules, asked)
        return render_template(
            "exams/preview.html",
            page=page,
            rules=rules,
            asked=asked,
            paper=drawn,
            refusal=refusal,
            has_draft=draft is not None or drafts.draft_of(page.exam) is not None,
            attempt=None,
            with_answers=asked["answers"] == "1",
            review={"shows": review.PREVIEWED},
            kind_name=words.kind_name,
            how_to=paper.how_to,
            pieces=paper.pieces,
            limit_mb=handing_files.LARGEST_MB,
            lesson_titles={},
        )


def _language(asked: str) -> str:
    return asked if asked in LANGUAGES else language()


def _drawn(rules: ExamRules, asked: dict[str, str]) -> tuple[Preview | None, str]:
    """Return the paper; or why there is none."""
    try:
        return preview.drawn(rules, asked["seed"], asked["lang"]), ""
    except TooFewQuestionsError as error:
        return None, rule_words.shortage_words(error)
