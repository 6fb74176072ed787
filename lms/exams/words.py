"""What pages about exams say of their rules, and of how they went."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from flask_babel import lazy_gettext as _, ngettext

from lms.exams.rules import analysis, angoff, marks
from lms.exams.rules.figures import Doubt, Sign
from lms.exams.rules.kinds import Kind
from lms.exams.rules.marks import ZERO
from lms.exams.rules.passing import Broken
from lms.exams.rules.rulings import Ruling, Way
from lms.exams.rules.settings import SAFETY, Draw, ExamRules, Limit, Sort

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
        *(str(_("Tag “%(tag)s”", tag=each)) for each in entry.tags),
        *([str(_("Safety questions"))] if entry.safety else []),
        *([cost_words(entry.penalty)] if entry.penalty is not None else []),
    ]


def cost_words(penalty: Fraction) -> str:
    """Return what a wrong choice costs, in words."""
    if not penalty:
        return str(_("a wrong choice costs nothing"))
    return str(_("a wrong choice costs %(percent)d %%", percent=100 * penalty))


def cost_lines(rules: ExamRules, titles: Titles) -> list[str]:
    """Return what wrong choices cost in an exam, for those who sit it.

    Args:
        rules: of the exam.
        titles: module -> what it is called.
    """
    own = [each.penalty is not None for each in rules.draws]
    if not rules.penalty or all(own):
        return entry_costs(rules, titles)
    said = _(
        "A wrong choice costs %(percent)d %% of its points; leaving it blank costs nothing.",
        percent=100 * rules.penalty,
    )
    return [str(said), *entry_costs(rules, titles)]


def entry_costs(rules: ExamRules, titles: Titles) -> list[str]:
    """Return what wrong choices cost by the entries that say another than the exam."""
    lines: list[str] = []
    apart = [each for each in rules.draws if each.penalty is not None]
    for each in apart:
        unit = titles.get(each.unit, each.unit) if each.unit else ""
        sorts = draw_words(replace(each, penalty=None))
        which = " · ".join(filter(None, [unit, *sorts])) or _("Any module")
        if each.question is not None:
            which = _("Single questions, as the paper says")
        lines.append(
            str(_("%(which)s: %(cost)s.", which=which, cost=cost_words(each.penalty or ZERO)))
        )
    if apart and not rules.penalty and len(apart) < len(rules.draws):
        lines.append(str(_("All other questions: %(cost)s.", cost=cost_words(ZERO))))
    return list(dict.fromkeys(lines))


def sort_words(sort: Sort, titles: Titles) -> str:
    """Return which questions a limit means, in words."""
    is_safety = sort.safety or SAFETY in sort.tags
    parts = [
        *([str(_("Safety questions"))] if is_safety else []),
        *(str(_("Tag “%(tag)s”", tag=each)) for each in sort.tags if each != SAFETY),
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


def sign_name(sign: Sign) -> str:
    """Return what a sign is called in lists and filters."""
    return str(_SIGNS[sign][0])


def sign_words(sign: Sign) -> str:
    """Return what a question's figures point at, and what to do."""
    return str(_SIGNS[sign][1])


_SIGNS = {
    Sign.KEY_DOUBTFUL: (
        _("Key may be wrong"),
        _(
            "Those who choose a wrong option do better in the rest than those who choose the key. "
            "Check the key first; if it is wrong, correct it and regrade."
        ),
    ),
    Sign.NEGATIVE: (
        _("Negative discrimination"),
        _(
            "Who gets it right does worse in the rest. Check key and wording: is it ambiguous, or "
            "does it punish those who know more? Retire it if it stays so."
        ),
    ),
    Sign.TOO_EASY: (
        _("Too easy"),
        _("Nearly everyone gets it right: it tells nobody apart. Is it needed?"),
    ),
    Sign.TOO_HARD: (
        _("Too hard"),
        _("Most get it wrong: is it taught, and is it asked clearly?"),
    ),
    Sign.UNUSED: (
        _("Unused option"),
        _("Nobody chooses one of the wrong options: make it plausible, or leave it out."),
    ),
}


def doubt_words(doubt: Doubt) -> str:
    """Return why a figure is not shown."""
    return str(_DOUBTS[doubt])


_DOUBTS = {
    Doubt.FEW_ANSWERS: _(
        "fewer than %(least)d attempts: that says more about chance than about the exam",
        least=analysis.SMALLEST,
    ),
    Doubt.FEW_ITEMS: _("fewer than %(least)d questions", least=analysis.FEWEST_ITEMS),
    Doubt.NEGATIVE_ALPHA: _("the questions contradict each other: look at those with signs first"),
    Doubt.NO_SPREAD: _("everyone has the same score, or papers are of different lengths"),
}


def misread_words(problem: angoff.Misread) -> str:
    """Return what is wrong with a line of judges' estimates, and where."""
    text = _MISREAD[problem.why]
    return str(text) % {"line": problem.line, "said": problem.said[:60]}


_MISREAD = {
    "few": _("Line %(line)s: there is no estimate behind “%(said)s”."),
    "number": _("Line %(line)s: “%(said)s” holds something else than numbers."),
    "range": _("Line %(line)s: “%(said)s” goes beyond 100."),
    "judges": _("Line %(line)s: “%(said)s” has more or fewer judges than the lines before."),
}


def way_words(way: Way) -> str:
    """Return how a question is marked again, in words."""
    return str(_WAYS[way])


def ruling_words(ruling: Ruling) -> str:
    """Return what counts as right now, in words."""
    said = way_words(ruling.way)
    return f"{said}: {' · '.join(each or '–' for each in ruling.also)}" if ruling.also else said


_WAYS = {
    Way.OTHER_KEY: _("The key of another version counts"),
    Way.ALSO: _("Another answer is right as well"),
    Way.FULL: _("Every answer counts: everyone gets all the points"),
    Way.LEAVE_OUT: _("The question is left out"),
    Way.AS_WRITTEN: _("Its own key counts again: take an earlier regrade back"),
}
