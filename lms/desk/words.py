"""What kinds of long work are called, and how a run stands in a manager's eyes."""

from flask_babel import LazyString, lazy_gettext as _

from lms.desk.rules import Need, Show

JOBS = {
    "admin.backup": _("Backup"),
    "records.export": _("Training records"),
    "accounts.import": _("Import of people"),
    "accounts.import-check": _("Check of a file with people"),
    "accounts.invite": _("Invitations"),
    "exams.import": _("Import of questions"),
    "exams.import-check": _("Check of a file with questions"),
    "exams.regrade": _("Regrade"),
    "exams.regrade-check": _("Check of a regrade"),
    "exams.sheets": _("Exam results as a file"),
    "courses.assign": _("Assignment of a programme"),
    "certificates.bundle": _("Certificates as PDF"),
    "certificates.template-preview": _("Preview of a template"),
    "certificates.template-publish": _("Publishing of a template"),
    "certificates.expiring": _("Expiring certificates"),
    "reports.effectiveness": _("Effectiveness report"),
    "reports.export": _("Effectiveness report as a file"),
}


def job_words(name: str) -> str:
    """Return what a job is called on pages."""
    return str(JOBS.get(name, _("Work in progress")))


NEED_LOOKS: dict[Need, tuple[str, str, LazyString]] = {
    Need.OVERDUE: ("circle-alert", "bad", _("Overdue")),
    Need.BEHIND: ("triangle-alert", "warn", _("Behind")),
    Need.DUE_SOON: ("hourglass", "warn", _("Due soon")),
    Need.IDLE: ("clock", "warn", _("Idle")),
    Need.NOT_ENROLLED: ("circle", "", _("Not enrolled")),
    Need.ON_TIME: ("circle-check", "ok", _("On time")),
    Need.COMPLETED: ("graduation-cap", "ok", _("Completed")),
}
"""What a run needs -> icon, tone and words."""
SHOW_WORDS: dict[Show, LazyString] = {
    Show.ALL: _("Everyone"),
    Show.LATE: _("Behind or overdue"),
    Show.ON_TIME: _("On time"),
    Show.EXPIRING: _("Certificates expiring"),
}
