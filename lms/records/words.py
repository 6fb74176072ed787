"""How entries of a training record are called, and what they look like."""

from flask_babel import LazyString, lazy_gettext as _

from lms.records.rules import Kind, Verb

LOOKS: dict[str, tuple[str, str, LazyString]] = {
    Verb.ENROLLED: ("map", "info", _("Enrolled")),
    Verb.LESSON_FINISHED: ("book-open", "", _("Lesson finished")),
    Verb.ATTEMPT_STARTED: ("clipboard-check", "", _("Exam started")),
    Verb.ATTEMPT_PASSED: ("circle-check", "ok", _("Exam passed")),
    Verb.ATTEMPT_FAILED: ("circle-alert", "warn", _("Exam not passed")),
    Verb.STAGE_COMPLETED: ("flag", "ok", _("Stage completed")),
    Verb.PROGRAMME_COMPLETED: ("graduation-cap", "ok", _("Programme completed")),
    Verb.CERTIFICATE_AWARDED: ("award", "ok", _("Certificate awarded")),
    Verb.CERTIFICATE_REVOKED: ("circle-alert", "bad", _("Certificate revoked")),
}
"""Verb -> icon, tone and words."""
KIND_WORDS: dict[Kind, LazyString] = {
    Kind.PROGRAMME: _("Programme and stages"),
    Kind.LESSONS: _("Lessons"),
    Kind.EXAMS: _("Exams"),
    Kind.CERTIFICATES: _("Certificates"),
}
