"""What an entry of the training record says: words, codes and versions as of then.

An entry is read in ten years, when titles have changed and exams are gone; so it says everything
itself and refers to nothing. It names nobody: who it is about is a number, so that a person's name
can be forgotten without breaking their chain.
"""

from fractions import Fraction
from typing import Any

from lms.certificates.models import Certificate
from lms.certificates.rules import earning
from lms.courses import queries as courses, runs
from lms.courses.models import Enrolment
from lms.courses.outlines import LessonText
from lms.courses.rules import Stage
from lms.courses.runs import Run
from lms.exams import queries as exams
from lms.exams.models import Attempt, HandedInBy
from lms.exams.rules import marks

Detail = dict[str, Any]


def of_run(enrolment: Enrolment) -> Detail:
    """Return what is said about a run of a programme."""
    version = enrolment.version
    return {
        "title": dict(version.structure["title"]),
        "programme": version.structure["code"],
        "version": version.number,
        "cycle": enrolment.cycle,
    }


def of_enrolment(enrolment: Enrolment) -> Detail:
    """Return what is said when a run begins."""
    due_on = enrolment.due_on
    return {
        **of_run(enrolment),
        "source": enrolment.source.value,
        "due_on": due_on.isoformat() if due_on else None,
    }


def of_lesson(run: Run, code: str, version: LessonText) -> Detail:
    """Return what is said about a lesson that was read to its end."""
    place = run.outline.place_of(code)
    return {
        "title": dict(version.title),
        "lesson": code,
        "version": version.number,
        "minutes": version.minutes,
        **_in_stage(place[0] if place else None),
    }


def of_attempt(attempt: Attempt) -> Detail:
    """Return what is said about a sitting; its result only once it is marked."""
    edition = exams.edition(attempt.version_id)
    stages = runs.outline_of(attempt.enrolment_id).stages
    detail = {
        "title": dict(edition.rules.title),
        "exam": edition.rules.code,
        "version": edition.number,
        "attempt": attempt.id,
        "number": attempt.number,
        "questions": len(attempt.layout),
        **_in_stage(next((each for each in stages if each.code == attempt.stage), None)),
    }
    if attempt.score is not None:
        detail["score"] = f"{attempt.score.numerator}/{attempt.score.denominator}"
        detail["percent"] = str(marks.percent(attempt.score))
        detail["receipt"] = attempt.receipt
    if attempt.handed_in_by is HandedInBy.TRAINER:
        detail["handed_in_by"] = attempt.handed_in_by.value
    return detail


def of_correction(attempt: Attempt, score_before: Fraction, *, was_passed: bool) -> Detail:
    """Return what is said when the result of a sitting is corrected."""
    return {
        **of_attempt(attempt),
        "score_before": f"{score_before.numerator}/{score_before.denominator}",
        "percent_before": str(marks.percent(score_before)),
        "was_passed": was_passed,
        "is_passed": attempt.passed,
    }


def of_stage(stage: Stage) -> Detail:
    """Return what is said about a stage that was completed."""
    return {"title": dict(stage.title), **_in_stage(stage)}


def of_certificate(certificate: Certificate, enrolment: Enrolment) -> Detail:
    """Return what is said about a certificate."""
    code, snapshot = certificate.definition.code, certificate.snapshot
    said = (certificate.version or certificate.definition).settings
    parts = earning.stages(said, courses.outline_of(enrolment))
    until = certificate.valid_until
    return {
        "title": {"zh": snapshot["title_zh"], "en": snapshot["title_en"]},
        "definition": code,
        "certificate": certificate.id,
        "serial": certificate.serial,
        "valid_until": until.isoformat() if until else None,
        **_in_stage(parts[0] if parts else None),
    }


def _in_stage(stage: Stage | None) -> Detail:
    if stage is None:
        return {"stage": None}
    return {"stage": {"code": stage.code, "number": stage.number, "title": dict(stage.title)}}
