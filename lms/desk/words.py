"""What kinds of long work are called."""

from flask_babel import lazy_gettext as _

JOBS = {
    "records.export": _("Training records"),
    "accounts.import": _("Import of people"),
    "reports.effectiveness": _("Effectiveness report"),
}


def job_words(name: str) -> str:
    """Return what a job is called on pages."""
    return str(JOBS.get(name, _("Work in progress")))
