"""How entries of a training record are called, and what they look like."""

from flask_babel import LazyString, lazy_gettext as _

from lms.courses.rules import EnrolmentStatus
from lms.records.lines import NOT_ENROLLED, Line, View
from lms.records.rules import Kind, Verb
from lms.web.i18n import local

LOOKS: dict[str, tuple[str, str, LazyString]] = {
    Verb.ENROLLED: ("map", "info", _("Enrolled")),
    Verb.LESSON_FINISHED: ("book-open", "", _("Lesson finished")),
    Verb.ATTEMPT_STARTED: ("clipboard-check", "", _("Exam started")),
    Verb.ATTEMPT_PASSED: ("circle-check", "ok", _("Exam passed")),
    Verb.ATTEMPT_FAILED: ("circle-alert", "warn", _("Exam not passed")),
    Verb.ATTEMPT_CORRECTED: ("pencil-line", "info", _("Exam result corrected")),
    Verb.STAGE_COMPLETED: ("flag", "ok", _("Stage completed")),
    Verb.PROGRAMME_COMPLETED: ("graduation-cap", "ok", _("Programme completed")),
    Verb.CERTIFICATE_AWARDED: ("award", "ok", _("Certificate awarded")),
    Verb.CERTIFICATE_REISSUED: ("award", "", _("Certificate issued anew")),
    Verb.CERTIFICATE_REVOKED: ("circle-alert", "bad", _("Certificate revoked")),
    Verb.RENEWAL_OPENED: ("hourglass", "info", _("Recertification opened")),
}
"""Verb -> icon, tone and words."""
KIND_WORDS: dict[Kind, LazyString] = {
    Kind.PROGRAMME: _("Programme and stages"),
    Kind.LESSONS: _("Lessons"),
    Kind.EXAMS: _("Exams"),
    Kind.CERTIFICATES: _("Certificates"),
}
VIEW_WORDS: dict[View, LazyString] = {
    View.ALL: _("All"),
    View.IN_PROGRESS: _("In progress"),
    View.DUE_SOON: _("Due within 14 days"),
    View.OVERDUE: _("Overdue"),
    View.COMPLETED: _("Completed"),
    View.NOT_ENROLLED: _("Not enrolled"),
    View.LEAVERS: _("Leavers"),
}
STATUS_LOOKS: dict[str, tuple[str, str, LazyString]] = {
    EnrolmentStatus.COMPLETED: ("circle-check", "ok", _("Completed")),
    EnrolmentStatus.OVERDUE: ("circle-alert", "bad", _("Overdue")),
    EnrolmentStatus.DUE_SOON: ("triangle-alert", "warn", _("Due soon")),
    EnrolmentStatus.OPEN: ("circle-dot", "info", _("In progress")),
    NOT_ENROLLED: ("circle", "", _("Not enrolled")),
}
"""Where a run stands -> icon, tone and words."""


def status_words(status: str) -> str:
    """Return where a run stands, in words."""
    return str(STATUS_LOOKS[status][2])


def stage_words(line: Line) -> str:
    """Return the stage that is being worked on, with its number; empty when there is none."""
    if line.stage is None:
        return ""
    number, title = line.stage
    return f"{number} · {local(dict(title))}"
