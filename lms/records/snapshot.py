"""What a printed training record says, assembled when it is made."""

from typing import Any

from flask_babel import force_locale, gettext as _, ngettext

from lms.accounts.models import Person
from lms.core import clock, site
from lms.courses import queries as courses
from lms.records import timeline
from lms.records.queries import Chain
from lms.web.i18n import instant, local

SEPARATOR = " · "


def assemble(person: Person, chain: Chain, locale: str) -> dict[str, Any]:
    """Return every printed text, in the language of `locale`: see `document.render`."""
    settings = site.settings()
    run = courses.current_enrolment(person)
    with force_locale(locale):
        return {
            "locale": locale,
            "heading": _heading(person),
            "organisation": settings.issuer_zh if locale == "zh" else settings.issuer_en,
            "programme": local(dict(courses.outline_of(run).title)) if run else "",
            "name": person.name,
            "latin_name": person.latin_name,
            "staff_no": person.staff_no or "",
            "unit": person.unit.name if person.unit else "",
            "made_at": instant(clock.now()),
            "summary": _summary(chain),
            "entries": [_entry(timeline.item(link)) for link in chain.links],
            "chain_head": chain.head,
            "labels": _labels(),
        }


def _heading(person: Person) -> str:
    return str(
        _("Training record (demonstration data)") if person.is_demo else _("Training record")
    )


def _summary(chain: Chain) -> list[tuple[str, str]]:
    totals = timeline.totals(chain.links)
    return [
        (_("Hours of study"), str(totals.hours)),
        (_("Lessons finished"), str(totals.lessons)),
        (_("Exams passed"), str(totals.exams_passed)),
        (_("Certificates"), str(totals.certificates)),
        (_("Entries"), chain_words(chain)),
    ]


def chain_words(chain: Chain) -> str:
    """Say whether a record is unchanged, and if not, from which entry on."""
    count = len(chain.links)
    if not chain.problems:
        return str(ngettext("%(num)d entry, unchanged", "%(num)d entries, unchanged", count))
    first = min(problem.number for problem in chain.problems)
    return str(_("Tampered with, from entry %(number)d on", number=first))


def file_word(locale: str) -> str:
    """Return what a printed record is called in its file name."""
    with force_locale(locale):
        return str(_("Training record"))


def _entry(item: timeline.Item) -> dict[str, str]:
    return {
        "when": instant(item.at),
        "what": item.what,
        "detail": SEPARATOR.join([item.title, *item.notes]),
        "number": str(item.number),
    }


def _labels() -> dict[str, str]:
    return {
        "name": _("Name"),
        "latin_name": _("Name in Latin letters"),
        "staff_no": _("Staff number"),
        "unit": _("Unit"),
        "made_at": _("Printed on"),
        "when": _("When"),
        "what": _("What"),
        "detail": _("Details"),
        "number": _("No."),
        "summary": _("Summary"),
        "entries": _("Entries"),
        "chain_head": _("Hash of the last entry"),
        "empty": _("There are no entries yet."),
    }
