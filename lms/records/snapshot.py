"""What a printed training record says, or a printed list, assembled when it is made."""

from collections.abc import Sequence
from typing import Any

from flask_babel import force_locale, gettext as _, ngettext

from lms.accounts.models import Person
from lms.core import clock, site
from lms.courses.runs import current_runs
from lms.records import timeline
from lms.records.lines import Line
from lms.records.queries import Chain
from lms.records.words import stage_words, status_words
from lms.web.i18n import day, instant, local

SEPARATOR = " · "


def assemble(person: Person, chain: Chain, locale: str) -> dict[str, Any]:
    """Return every printed text, in the language of `locale`: see `document.render`."""
    settings = site.settings()
    outlines = [run.outline for run in current_runs(person)]
    with force_locale(locale):
        return {
            "locale": locale,
            "heading": _heading(person),
            "organisation": settings.issuer_zh if locale == "zh" else settings.issuer_en,
            "programme": SEPARATOR.join(local(dict(each.title)) for each in outlines),
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


def assemble_list(
    lines: Sequence[Line], told: Sequence[tuple[str, str]], locale: str
) -> dict[str, Any]:
    """Return every printed text of a list, in the language of `locale`: `document.render_list`.

    Args:
        lines: what the list says.
        told: pairs of label and value about the list, in that language already.
        locale: ``zh`` or ``en``.
    """
    settings = site.settings()
    with force_locale(locale):
        is_demo = any(line.is_demo for line in lines)
        return {
            "locale": locale,
            "heading": _("Training records (demonstration data)")
            if is_demo
            else _("Training records"),
            "organisation": settings.issuer_zh if locale == "zh" else settings.issuer_en,
            "about": told,
            "columns": _list_columns(),
            "lines": [_list_line(line) for line in lines],
        }


def _list_columns() -> list[tuple[str, str]]:
    return [
        ("name", _("Name")),
        ("short", _("Staff number")),
        ("unit", _("Unit")),
        ("wide", _("Programme")),
        ("stage", _("Stage now")),
        ("r", _("Lessons")),
        ("r", _("Progress")),
        ("day", _("Due on")),
        ("status", _("Status")),
        ("day", _("Last activity")),
        ("r", _("Valid certificates")),
    ]


def _list_line(line: Line) -> list[str]:
    version = line.version
    run = [""] * 4
    if version is not None:
        title = local(dict(version.title))
        run = [title, stage_words(line), f"{line.read} / {version.lessons}", f"{line.percent} %"]
    return [
        *(line.name, line.staff_no or "", line.unit or "", *run),
        *(day(line.due_on) if line.due_on else "", status_words(line.status)),
        *(day(line.last_activity_at) if line.last_activity_at else "", str(line.certificates)),
    ]
