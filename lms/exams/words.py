"""What the trainer's pages about exams say."""

from flask_babel import gettext as _, ngettext

from lms.exams.rules.items import Flag
from lms.exams.rules.kinds import Kind
from lms.exams.rules.settings import Draw


def kind_name(kind: Kind) -> str:
    """Return what a kind of question is called on pages."""
    names = {
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
    return str(names[kind])


def draw_words(entry: Draw) -> list[str]:
    """Return what an entry of a blueprint asks for beside the module, in words."""
    return [
        *([kind_name(entry.kind)] if entry.kind else []),
        *(
            [ngettext("%(num)d sub-question each", "%(num)d sub-questions each", entry.parts)]
            if entry.parts
            else []
        ),
        *([_("Difficulty %(number)d", number=entry.difficulty)] if entry.difficulty else []),
        *([_("Tag “%(tag)s”", tag=entry.tag)] if entry.tag else []),
    ]


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
