"""Facts of a sitting in words: what happened, never what it means."""

from collections.abc import Mapping
from typing import assert_never

from flask_babel import gettext as _, ngettext

from lms.exams.facts_models import FactKind


def fact_words(kind: FactKind, count: int) -> str:
    """Return what happened and how often."""
    match kind:
        case FactKind.LEFT:
            return str(ngettext("left the page once", "left the page %(num)d times", count))
        case FactKind.PASTED:
            return str(ngettext("pasted once", "pasted %(num)d times", count))
        case FactKind.TAKEN_OVER:
            return str(ngettext("went on elsewhere once", "went on elsewhere %(num)d times", count))
        case _:
            assert_never(kind)


def all_words(counts: Mapping[FactKind, int]) -> str:
    """Return everything that happened, in a line; empty for nothing."""
    said = (fact_words(kind, counts[kind]) for kind in FactKind if counts.get(kind))
    return str(_(", ")).join(said)
