"""Which lines were asked for, in words: on the page, and on the first sheet of an export."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _, ngettext

from lms.core.text import Bilingual
from lms.records.lines import Asked, Version
from lms.records.source import Source
from lms.records.words import VIEW_WORDS
from lms.web import i18n
from lms.web.i18n import instant, local


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition, in words."""

    key: str
    """As `table_views` reads it from an address."""
    label: str
    value: str


def rows(
    source: Source, asked: Asked, *, unit: str, asked_by: str, at: datetime
) -> list[tuple[str, str]]:
    """Return what the first sheet says: pairs of label and text.

    Args:
        source: what is written.
        asked: which lines.
        unit: name of the unit asked for.
        asked_by: who asked.
        at: when.
    """
    conditions = [
        (_("Programme"), programme_words(asked, source.known.values())),
        (_("View"), view_words(asked)),
        *((each.label, each.value) for each in filters(asked, unit=unit)),
    ]
    told = [
        (_("Made on"), _("%(instant)s (%(zone)s)", instant=instant(at), zone=i18n.zone().key)),
        (_("Asked for by"), asked_by),
        *conditions,
        (_("Lines on the list"), str(source.lines_count)),
    ]
    if source.has_entries:
        told.append((_("Entries of these people"), str(source.entries_count)))
    return told


def filters(asked: Asked, *, unit: str) -> list[Filter]:
    """Return the conditions beside programme and view; `unit` is the name of the one asked for."""
    found = []
    if asked.text:
        found.append(Filter("q", _("Search"), asked.text))
    if asked.unit_id is not None:
        found.append(Filter("unit", _("Unit, with all below"), unit))
    if asked.stage is not None:
        found.append(Filter("stage", _("Stage now"), str(asked.stage)))
    if asked.people:
        count = len(asked.people)
        chosen = ngettext("%(num)d person", "%(num)d people", count)
        found.append(Filter("person", _("Chosen one by one"), chosen))
    return found


def view_words(asked: Asked) -> str:
    """Return what the view is called."""
    return str(_("Everyone, with leavers") if asked.view is None else VIEW_WORDS[asked.view])


def programme_words(asked: Asked, known: Iterable[Version]) -> str:
    """Return the programme that the lines are about, or that they are about all."""
    if asked.programme_id is None:
        return str(_("All programmes: the latest run of each"))
    titles: list[Bilingual] = [
        each.title for each in known if each.programme_id == asked.programme_id
    ]
    return local(dict(titles[-1])) if titles else ""
