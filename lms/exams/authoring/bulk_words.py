"""What the pages call filters of the bank, and changes to many questions."""

from collections.abc import Mapping

from flask_babel import LazyString, lazy_gettext as _, ngettext

from lms.exams.authoring.bulk import Change, Order, Why
from lms.exams.holdings import State, Use
from lms.exams.models import Pool

STATES: dict[State, LazyString] = {
    State.PUBLISHED: _("Published"),
    State.DRAFT: _("Draft, never published"),
    State.CHANGED: _("Published, with a newer draft"),
    State.FIGURES: _("Figures to be read"),
    State.HERE: _("Changed on this site"),
    State.DELIVERED: _("Delivered text has since changed"),
}
USES: dict[Use, LazyString] = {
    Use.NO_EXAM: _("No exam can draw it"),
    Use.NO_PAPER: _("Never on a paper"),
}
CHANGES: dict[Change, LazyString] = {
    Change.POOL: _("Move to the pool"),
    Change.UNIT: _("Move to the module"),
    Change.TAG: _("Add the tag"),
    Change.UNTAG: _("Take away the tag"),
    Change.DIFFICULTY: _("Set the difficulty to"),
    Change.RETIRE: _("Retire them"),
}
WHYS: dict[Why, LazyString] = {
    Why.FILES: _("came with the content files: edit each on its page"),
    Why.DRAFT: _("have a newer draft: publish or drop it first"),
    Why.TAGS: _("have as many tags as a question may have"),
}


def changing(count: int) -> str:
    """Return how many questions change."""
    return str(ngettext("%(num)d question changes", "%(num)d questions change", count))


def changed(count: int) -> str:
    """Return how many questions were changed."""
    return str(ngettext("%(num)d question is changed.", "%(num)d questions are changed.", count))


def said(order: Order, pools: Mapping[Pool, LazyString]) -> str:
    """Return what is to be done, in words."""
    value = str(pools[Pool(order.value)]) if order.change is Change.POOL else order.value
    if order.change is Change.RETIRE:
        return str(CHANGES[order.change])
    return f"{CHANGES[order.change]}: {value or _('No module')}"
