"""What a certificate prints, composed once, when it is awarded."""

from collections.abc import Collection, Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode, urlsplit

from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.certificates.models import Certificate
from lms.core import site
from lms.core.db import db
from lms.courses.models import Enrolment, Lesson, LessonRead, LessonVersion, StagePass
from lms.courses.queries import outline_of
from lms.courses.rules import Bilingual, Outline, Stage
from lms.exams.rules import marks
from lms.web.i18n import today


def compose(certificate: Certificate, enrolment: Enrolment, stage: Stage | None) -> dict[str, Any]:
    """Return every printed value, as of now: see `document.render`.

    Args:
        certificate: with its definition, serial, token and dates.
        enrolment: the run that earned it.
        stage: the stage that it is for; None for the whole programme.
    """
    settings, outline, person = site.settings(), outline_of(enrolment), enrolment.person
    title = certificate.definition.settings["title"]
    until = certificate.valid_until
    address = verify_url(certificate.serial, certificate.token)
    return {
        "serial": certificate.serial,
        "title_zh": title["zh"],
        "title_en": title["en"],
        "issuer_zh": settings.issuer_zh,
        "issuer_en": settings.issuer_en,
        "name": person.name,
        "latin_name": person.latin_name,
        "programme_zh": outline.title["zh"],
        "programme_en": outline.title["en"],
        "stage_zh": stage.title["zh"] if stage else "",
        "stage_en": stage.title["en"] if stage else "",
        "stages": [_printed(each, stage) for each in outline.stages],
        "transcript": _transcript(enrolment, outline, stage),
        "hours": _hours(enrolment, outline, stage),
        "score": score_of(enrolment, stage),
        "issued_on": today(certificate.awarded_at).isoformat(),
        "valid_until": until.isoformat() if until else "",
        "verify_url": address,
        "verify_url_short": _without_scheme(address),
        "specimen": person.is_demo,
    }


PURPOSE = ("programme_zh", "programme_en", "stage_zh", "stage_en", "stages")
"""What a certificate is for; its renewal by a shorter path is for the same."""


def purpose(printed: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a certificate is for, of all that it prints."""
    return {name: printed[name] for name in PURPOSE}


def corrected(
    printed: Mapping[str, Any], certificate: Certificate, person: Person
) -> dict[str, Any]:
    """Return what a certificate prints that takes the place of one with a mistake.

    What it proves stays as it was said, its title too, whatever the kind is called by now.

    Args:
        printed: by the earlier one.
        certificate: the new one, with its serial, token and dates.
        person: the holder, as they are called now.
    """
    address = verify_url(certificate.serial, certificate.token)
    return {
        **printed,
        "serial": certificate.serial,
        "name": person.name,
        "latin_name": person.latin_name,
        "issued_on": today(certificate.awarded_at).isoformat(),
        "verify_url": address,
        "verify_url_short": _without_scheme(address),
    }


def verify_url(serial: str, token: str) -> str:
    """Return where anyone can check a certificate and see all that is printed on it."""
    return f"{site.settings().base_url}/v/{serial}?{urlencode({'t': token})}"


def _without_scheme(address: str) -> str:
    parts = urlsplit(address)
    return parts.netloc + parts.path


def _printed(each: Stage, stage: Stage | None) -> dict[str, str]:
    """Return one stage of the path: behind, the one that was reached, or ahead."""
    state = "done"
    if stage is not None and each.number >= stage.number:
        state = "now" if each.number == stage.number else ""
    return {"zh": each.title["zh"], "en": each.title["en"], "state": state}


def _transcript(
    enrolment: Enrolment, outline: Outline, stage: Stage | None
) -> list[dict[str, str]]:
    """Return the results: each stage with its exam's score, and its modules with the time read.

    Scores stand where exams are, with the stages; hours and scores are "" where there are none.
    """
    scores = _stage_scores(enrolment)
    rows = []
    for each in [stage] if stage else outline.stages:
        score = str(marks.percent(scores[each.code])) if each.code in scores else ""
        rows.append(_row("stage", each.title, _read(enrolment, each.lessons), score))
        rows += [
            _row("module", module.title, _read(enrolment, module.lessons))
            for module in each.modules
        ]
    return rows


def _row(kind: str, title: Bilingual, hours: str, score: str = "") -> dict[str, str]:
    return {"kind": kind, "zh": title["zh"], "en": title["en"], "hours": hours, "score": score}


def _hours(enrolment: Enrolment, outline: Outline, stage: Stage | None) -> str:
    lessons = stage.lessons if stage else [code for *_, code in outline.lessons()]
    return _read(enrolment, lessons)


def _read(enrolment: Enrolment, lessons: Collection[str]) -> str:
    """Return the time that the lessons take, in hours to one decimal; "" for none."""
    minutes = _minutes_read(enrolment, lessons)
    hours = (Decimal(minutes) / 60).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return str(hours) if minutes else ""


def score_of(enrolment: Enrolment, stage: Stage | None) -> str:
    """Return the percentage reached in the stage's exam, or the mean of all; "" without exams."""
    return percent_of(_stage_scores(enrolment), stage)


def percent_of(scores: Mapping[str, Fraction], stage: Stage | None) -> str:
    """Return the same, of the scores of a run by stage."""
    mine = [score for code, score in scores.items() if stage is None or code == stage.code]
    return str(marks.percent(sum(mine, Fraction(0)) / len(mine))) if mine else ""


def _minutes_read(enrolment: Enrolment, lessons: Collection[str]) -> int:
    """Return how many minutes the lessons that were read in a run take, in the versions read."""
    query = (
        select(func.coalesce(func.sum(LessonVersion.minutes), 0))
        .select_from(LessonRead)
        .join(Lesson, Lesson.id == LessonRead.lesson_id)
        .join(LessonVersion, LessonVersion.id == LessonRead.version_id)
        .where(LessonRead.enrolment_id == enrolment.id, LessonRead.read_at.is_not(None))
    )
    return int(db.session.scalars(query.where(Lesson.code.in_(lessons))).one())


def _stage_scores(enrolment: Enrolment) -> dict[str, Fraction]:
    """Return stage code -> score, from 0 to 1, of the exams passed in a run."""
    query = select(StagePass.stage, StagePass.score).filter_by(enrolment_id=enrolment.id)
    return {row.stage: row.score for row in db.session.execute(query)}
