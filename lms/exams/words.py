"""What pages about exams say of their rules, and of how they went."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _, ngettext

from lms.exams.rules import marks
from lms.exams.rules.items import Flag
from lms.exams.rules.kinds import Kind
from lms.exams.rules.passing import Broken
from lms.exams.rules.settings import SAFETY, Draw, Limit, Sort

Titles = Mapping[str, str]
"""Code of a module -> what it is called, in the reader's language."""


def kind_name(kind: Kind) -> str:
    """Return what a kind of question is called on pages."""
    return str(_NAMES[kind])


_NAMES = {
    Kind.SINGLE: _("Single choice"),
    Kind.MULTIPLE: _("Multiple choice"),
    Kind.TRUEFALSE: _("True or false"),
    Kind.FILLIN: _("Fill in the blank"),
    Kind.NUMERIC: _("Number"),
    Kind.TEXT: _("Short answer"),
    Kind.MATCHING: _("Matching"),
    Kind.ORDERING: _("Ordering"),
    Kind.CLOZE: _("Cloze"),
    Kind.CASE: _("Case"),
    Kind.ESSAY: _("Essay"),
    Kind.UPLOAD: _("File"),
}


KIND_ABOUT = {
    Kind.SINGLE: _("Several options, exactly one of them right"),
    Kind.MULTIPLE: _("Several options, one or more of them right"),
    Kind.TRUEFALSE: _("A statement that is right or wrong"),
    Kind.FILLIN: _("Words that are missing in a sentence"),
    Kind.NUMERIC: _("A number, with a tolerance and a unit"),
    Kind.TEXT: _("A few typed words, marked by what is accepted"),
    Kind.MATCHING: _("What belongs to what"),
    Kind.ORDERING: _("Steps to put in the right order"),
    Kind.CLOZE: _("A text with gaps: lists, words, numbers"),
    Kind.ESSAY: _("A longer text, marked by a person"),
    Kind.UPLOAD: _("A file that is handed in, marked by a person"),
}
"""What a kind of question asks for, for whoever writes one."""


def draw_words(entry: Draw) -> list[str]:
    """Return what an entry of a blueprint asks for beside the module, in words."""
    return [
        *([kind_name(entry.kind)] if entry.kind else []),
        *(
            [ngettext("%(num)d sub-question each", "%(num)d sub-questions each", entry.parts)]
            if entry.parts
            else []
        ),
        *([str(_("Difficulty %(number)d", number=entry.difficulty))] if entry.difficulty else []),
        *([str(_("Tag “%(tag)s”", tag=entry.tag))] if entry.tag else []),
        *([str(_("Safety questions"))] if entry.safety else []),
    ]


def sort_words(sort: Sort, titles: Titles) -> str:
    """Return which questions a limit means, in words."""
    is_safety = sort.safety or sort.tag == SAFETY
    parts = [
        *([str(_("Safety questions"))] if is_safety else []),
        *([str(_("Tag “%(tag)s”", tag=sort.tag))] if sort.tag and sort.tag != SAFETY else []),
        *([kind_name(sort.kind)] if sort.kind else []),
        *([titles.get(sort.unit, sort.unit)] if sort.unit else []),
    ]
    return " · ".join(parts) or str(_("All questions"))


def limit_words(limit: Limit, titles: Titles) -> str:
    """Return what a limit asks for, in words."""
    which = sort_words(limit.sort, titles)
    if limit.wrong is None:
        text = _(
            "%(which)s: at least %(percent)s %% of the points", which=which, percent=limit.least
        )
    elif limit.wrong:
        text = ngettext(
            "%(which)s: %(num)d wrong at most", "%(which)s: %(num)d wrong at most", limit.wrong,
            which=which,
        )  # fmt: skip
    else:
        text = _("%(which)s: none wrong", which=which)
    return str(text)


def broken_words(broken: Broken, titles: Titles) -> str:
    """Return how a paper went beyond a limit, and what the limit is."""
    which, limit = sort_words(broken.limit.sort, titles), broken.limit
    if limit.wrong is None:
        return str(
            _(
                "%(which)s: %(earned)s %% of the points earned, at least %(percent)s %% needed",
                which=which, earned=marks.percent(broken.share), percent=limit.least,
            )
        )  # fmt: skip
    said = ngettext(
        "%(which)s: %(num)d wrong", "%(which)s: %(num)d wrong", broken.wrong, which=which
    )
    return str(_("%(said)s, %(most)d allowed", said=said, most=limit.wrong))


def flag_words(flag: Flag) -> str:
    """Return what a question's figures point at, and what to look for."""
    texts = {
        Flag.TOO_EASY: _("Nearly everyone gets it right: it tells nobody apart. Is it needed?"),
        Flag.TOO_HARD: _("Most get it wrong: is it taught, and is it asked clearly?"),
        Flag.DISTRACTOR: _(
            "A wrong option is chosen more often than a right one: check the key and the wording."
        ),
    }
    return str(texts[flag])
