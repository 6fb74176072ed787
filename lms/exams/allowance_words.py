"""What an accommodation gives, in words."""

from flask_babel import gettext as _, ngettext

from lms.exams.rules.allowances import Allowance


def allowance_words(given: Allowance) -> list[str]:
    """Return what is allowed beyond the rules; empty for nothing."""
    return [
        *([_("no time limit")] if given.is_untimed else []),
        *(
            [_("%(percent)d %% more time", percent=given.extra_percent)]
            if given.extra_percent and not given.is_untimed
            else []
        ),
        *(
            [ngettext("%(num)d more attempt", "%(num)d more attempts", given.extra_attempts)]
            if given.extra_attempts
            else []
        ),
    ]
