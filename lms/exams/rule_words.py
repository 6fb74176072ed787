"""An exam's rules in sentences, for trainers."""

from flask_babel import gettext as _, ngettext

from lms.exams import words
from lms.exams.release_words import policy_lines
from lms.exams.rules.drawing import TooFewQuestionsError
from lms.exams.rules.settings import Draw, ExamRules
from lms.exams.words import Titles
from lms.web.i18n import instant, local


def rule_lines(rules: ExamRules, titles: Titles) -> list[str]:
    """Return what an exam asks for and allows, a sentence each; the blueprint left out."""
    return [
        _("The pass mark is %(percent)s %%.", percent=rules.pass_percent),
        *(
            [_("It opens on %(at)s; no attempt begins before.", at=instant(rules.opens_at))]
            if rules.opens_at
            else []
        ),
        *(
            [_("It closes on %(at)s; attempts that run end then.", at=instant(rules.closes_at))]
            if rules.closes_at
            else []
        ),
        *_repeating(rules),
        _way(rules),
        *(
            [_("Questions that the person has not seen are drawn first.")]
            if rules.avoid_seen
            else []
        ),
        *(
            [
                _(
                    "A wrong choice costs %(share)s of its points; the whole never falls below 0.",
                    share=rules.penalty,
                )
            ]
            if rules.penalty
            else []
        ),
        *words.entry_costs(rules, titles),
        *policy_lines(rules),
        *(
            _(
                "Part “%(title)s” (%(which)s) makes %(weight)d %% of the mark.",
                title=local(each.title),
                which=words.sort_words(each.sort, titles),
                weight=each.weight,
            )
            for each in rules.sections
        ),
        *(
            _("Beside the pass mark: %(limit)s.", limit=words.limit_words(each, titles))
            for each in rules.limits
        ),
    ]


def _repeating(rules: ExamRules) -> list[str]:
    lines = [ngettext("%(num)d attempt.", "%(num)d attempts.", rules.attempts)]
    if rules.cooldown_days:
        days = _(", ").join(map(str, rules.cooldown_days))
        lines.append(_("After a failure the next attempt waits (days: %(days)s).", days=days))
    if rules.retake_after_pass:
        lines.append(str(_("Who has passed may sit it again; the first pass stays what counts.")))
    if rules.talk_after:
        lines.append(
            ngettext(
                "From the first failed attempt on, a talk is recorded before the next one.",
                "From failed attempt %(num)d on, a talk is recorded before the next one.",
                rules.talk_after,
            )
        )
    return lines


def _way(rules: ExamRules) -> str:
    if rules.is_forward:
        return str(_("Questions come one by one; nobody goes back."))
    return str(_("Questions can be answered in any order and changed until handing in."))


def entry_words(entry: Draw) -> str:
    """Return what an entry of a blueprint draws, in words."""
    if entry.question is not None:
        return str(_("The question %(code)s", code=entry.question))
    return " · ".join([entry.unit or _("Any module"), *words.draw_words(entry)])


def shortage_words(error: TooFewQuestionsError) -> str:
    """Return which entry cannot be filled, and by how much."""
    missing = error.wanted - error.available
    if not error.rivals:
        text = ngettext(
            "Entry %(entry)d asks for %(wanted)d, and the exam pool has %(available)d: %(num)d question is missing.",
            "Entry %(entry)d asks for %(wanted)d, and the exam pool has %(available)d: %(num)d questions are missing.",
            missing, entry=error.entry, wanted=error.wanted, available=error.available,
        )  # fmt: skip
        return str(text)
    text = ngettext(
        "Entry %(entry)d wants the same questions as entry %(others)s: %(wanted)d in all, and the exam pool has "
        "%(available)d: %(num)d question is missing.",
        "Entry %(entry)d wants the same questions as entry %(others)s: %(wanted)d in all, and the exam pool has "
        "%(available)d: %(num)d questions are missing.",
        missing, entry=error.entry, others=", ".join(map(str, error.rivals)), wanted=error.wanted,
        available=error.available,
    )  # fmt: skip
    return str(text)
