"""Entries of a training record in words: for pages and for print, in the language at hand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import Any

from flask_babel import gettext as _, ngettext

from lms.certificates.models import RevocationReason
from lms.certificates.words import REASONS
from lms.records.rules import KINDS, Kind, Link, Verb
from lms.records.words import LOOKS
from lms.web.i18n import day, local

SHORT_RECEIPT = 12
"""Characters of a receipt that are shown: enough to compare by eye."""


@dataclass(frozen=True, slots=True)
class Item:
    """One entry as people read it."""

    number: int
    at: datetime
    icon: str
    tone: str
    what: str
    title: str
    notes: Sequence[str]
    attempt_id: int | None
    """The sitting, where there is a result to look at."""
    certificate_id: int | None


@dataclass(frozen=True, slots=True)
class Section:
    """Entries that follow each other within one stage."""

    number: int | None
    """Of the stage; None between the stages."""
    title: str
    items: Sequence[Item]


@dataclass(frozen=True, slots=True)
class Totals:
    """What all entries add up to."""

    hours: Decimal
    """Minutes of the finished lessons, in hours to one decimal."""
    lessons: int
    exams_passed: int
    certificates: int
    kinds: dict[Kind, int]


def totals(links: Iterable[Link]) -> Totals:
    """Add up a record."""
    minutes, verbs = 0, dict.fromkeys(Verb, 0)
    passed: dict[object, tuple[object, object]] = {}
    """Attempt -> run and exam; an exam that is passed again in its run is one."""
    for link in links:
        if link.fact.verb not in KINDS:
            continue
        verbs[Verb(link.fact.verb)] += 1
        if link.fact.verb == Verb.LESSON_FINISHED:
            minutes += int(link.fact.detail.get("minutes", 0))
        said = link.fact.detail
        if link.fact.verb == Verb.ATTEMPT_PASSED or said.get("is_passed"):
            passed[said.get("attempt")] = (link.fact.enrolment_id, said.get("exam"))
        elif link.fact.verb == Verb.ATTEMPT_CORRECTED:
            passed.pop(said.get("attempt"), None)
    kinds = {kind: sum(verbs[verb] for verb in Verb if KINDS[verb] is kind) for kind in Kind}
    return Totals(
        hours=(Decimal(minutes) / 60).quantize(Decimal("0.1"), ROUND_HALF_UP),
        lessons=verbs[Verb.LESSON_FINISHED],
        exams_passed=len(set(passed.values())),
        certificates=verbs[Verb.CERTIFICATE_AWARDED] - verbs[Verb.CERTIFICATE_REVOKED],
        kinds=kinds,
    )


def of_kind(links: Iterable[Link], kind: Kind | None) -> list[Link]:
    """Return the entries of one kind, or all of them."""
    wanted = {verb.value for verb, each in KINDS.items() if kind in {None, each}}
    return [link for link in links if kind is None or link.fact.verb in wanted]


def sections(links: Iterable[Link]) -> list[Section]:
    """Put entries into words, those of the same stage that follow each other together."""
    made = []
    for number, group in groupby(links, key=lambda link: _stage(link).get("number")):
        entries = list(group)
        title = local(_stage(entries[0]).get("title") or {})
        made.append(Section(number, title, [item(each) for each in entries]))
    return made


def item(link: Link) -> Item:
    """Put one entry into words. What was tampered with may lack anything: it is shown as it is."""
    fact = link.fact
    icon, tone, what = LOOKS.get(fact.verb, ("info", "", fact.verb))
    attempt = fact.detail.get("attempt") if "score" in fact.detail else None
    return Item(
        number=fact.number,
        at=datetime.fromisoformat(fact.at),
        icon=icon,
        tone=tone,
        what=str(what),
        title=local(fact.detail.get("title") or {}),
        notes=_notes(fact.verb, fact.detail),
        attempt_id=attempt,
        certificate_id=fact.detail.get("certificate"),
    )


def _stage(link: Link) -> dict[str, Any]:
    return link.fact.detail.get("stage") or {}


def _notes(verb: str, detail: Any) -> list[str]:
    notes = _score(detail)
    if "number" in detail:
        notes.append(_("Attempt %(number)s", number=detail["number"]))
    if "minutes" in detail:
        notes.append(ngettext("%(num)d minute", "%(num)d minutes", detail["minutes"]))
    if "questions" in detail:
        notes.append(ngettext("%(num)d question", "%(num)d questions", detail["questions"]))
    if detail.get("cycle", 1) != 1:
        notes.append(_("Run %(number)s", number=detail["cycle"]))
    if "version" in detail:
        notes.append(_("Version %(number)s", number=detail["version"]))
    if detail.get("handed_in_by"):
        notes.append(_("Handed in by the trainer"))
    if detail.get("receipt"):
        notes.append(_("Receipt %(receipt)s", receipt=detail["receipt"][:SHORT_RECEIPT]))
    if "serial" in detail:
        notes.append(_("No. %(serial)s", serial=detail["serial"]))
    return notes + _dates(verb, detail)


def _score(detail: Any) -> list[str]:
    notes = []
    if "percent" in detail:
        notes.append(_("Score %(percent)s %%", percent=detail["percent"]))
    if "percent_before" in detail:
        notes.append(_("before: %(percent)s %%", percent=detail["percent_before"]))
        notes.append(_("passed") if detail.get("is_passed") else _("not passed"))
    return notes


def _dates(verb: str, detail: Any) -> list[str]:
    if due_on := detail.get("due_on"):
        return [_("Due on %(day)s", day=day(date.fromisoformat(due_on)))]
    if verb == Verb.CERTIFICATE_REVOKED:
        return [str(REASONS[RevocationReason(detail["reason"])])] if "reason" in detail else []
    if until := detail.get("valid_until"):
        return [_("Valid until %(day)s", day=day(date.fromisoformat(until)))]
    return []
