"""In words: what a trainee sees after handing in, and from when."""

from collections.abc import Collection, Sequence

from flask_babel import gettext as _

from lms.exams.rules.releasing import Release, with_marks
from lms.exams.rules.settings import ExamRules, Shown
from lms.web.i18n import instant


def names() -> dict[Shown, str]:
    """Return what can be shown, in words, in their order."""
    return {
        Shown.OWN: str(_("your answers")),
        Shown.MARKS: str(_("the points of each question")),
        Shown.RIGHT_WRONG: str(_("what was right and wrong")),
        Shown.KEY: str(_("the right answers")),
        Shown.EXPLANATION: str(_("the explanations")),
    }


def said(what: Collection[Shown]) -> str:
    """Return some of it as a list in words; empty for nothing."""
    return str(_(", ")).join(name for each, name in names().items() if each in what)


def policy_lines(rules: ExamRules) -> list[str]:
    """Return an exam's review policy in sentences: what is shown at once, and what later."""
    at_once = with_marks(rules.review)
    later = with_marks(rules.review_later) - at_once
    closing = with_marks(rules.review_after_closing) - at_once
    what = said(at_once) or _("only whether you have passed")
    lines = [_("Shown after handing in: %(what)s.", what=what)]
    if later and rules.review_at:
        at = instant(rules.review_at)
        lines.append(_("Shown from %(at)s on: %(what)s.", at=at, what=said(later)))
    if closing:
        lines.append(
            _(
                "Shown when the exam has closed and nobody sits it any more (%(at)s): %(what)s.",
                at=instant(rules.closes_at), what=said(closing),
            )
        )  # fmt: skip
    return [str(each) for each in lines]


def held_lines(later: Sequence[Release]) -> list[str]:
    """Return what a result does not show yet, and from when it does."""
    return [
        str(_("Shown from %(at)s on: %(what)s.", at=instant(each.at), what=said(each.what)))
        for each in later
    ]
