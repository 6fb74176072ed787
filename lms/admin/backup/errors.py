"""What can be wrong with a backup, and what to do about it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar

from flask_babel import LazyString, lazy_gettext as _
from typing_extensions import override

from lms.core.errors import LmsError

Finding = tuple[str, dict[str, object]]
"""Reason, a key of `SENTENCES`, and what its sentence names: JSON values."""

SENTENCES: Mapping[str, LazyString] = {
    "busy": _("Another backup is being made in %(folder)s. Wait until it is done."),
    "no-folder": _("There is no folder %(folder)s in which files can be made: %(said)s"),
    "no-space": _(
        "%(folder)s has %(free)s MB free, and %(needed)s MB are needed so that the disk does not "
        "run full. Make room, keep fewer backups (LMS_BACKUP_KEEP) or put them elsewhere "
        "(LMS_BACKUP_DIR)."
    ),
    "io": _("A file could not be read or written: %(said)s"),
    "no-database": _("The database does not answer: %(said)s"),
    "no-program": _(
        "%(program)s is not installed. Install the client programs of PostgreSQL %(server)s "
        "(Debian: postgresql-client-%(server)s)."
    ),
    "old-program": _(
        "%(program)s is of version %(found)s, older than the server, which is %(server)s. Install "
        "the client programs of PostgreSQL %(server)s."
    ),
    "postgres": _("%(program)s failed: %(said)s"),
    "no-scratch": _(
        "Not verified: the database user may not make a scratch database to try the backup in. "
        "Allow it (ALTER ROLE … CREATEDB) and make the backup again."
    ),
    "not-there": _("There is no file %(file)s."),
    "no-archive": _("%(file)s is no backup of Stairway, or its beginning is damaged."),
    "cut-off": _("The archive is cut off or damaged: its list of contents is missing."),
    "damaged-list": _("The archive's list of contents is damaged."),
    "strange-member": _("The archive has a part that belongs into no backup: %(name)s."),
    "cut-member": _("%(name)s is cut off in the middle, and what came after it is missing."),
    "damaged-member": _("%(name)s is damaged: it is not what was put into the archive."),
    "missing-member": _("%(name)s is missing."),
    "newer-schema": _(
        "The backup's database is of revision %(theirs)s, which this release does not know: it "
        "goes up to %(ours)s. Restore it with Stairway %(version)s, which made it, or a later one."
    ),
    "other-kind": _(
        "The backup is of a %(theirs)s database, and this site uses %(ours)s. Set LMS_DATABASE_URL "
        "to a database of that kind and restore again."
    ),
    "others-connected": _(
        "%(count)s others are connected to the database. Stop Stairway on every host, then restore."
    ),
    "not-owner": _(
        "The database user %(user)s may not set the tables aside that are there now. Allow it as "
        "the server's administrator (ALTER SCHEMA public OWNER TO %(user)s; GRANT CREATE ON "
        "DATABASE %(database)s TO %(user)s), then restore again."
    ),
    "not-set-aside": _(
        "The tables that are there now could not be set aside, and everything is as it was: "
        "%(said)s"
    ),
    "cut-short": _(
        "The restore was cut short: %(said)s. Nothing is lost, but the site does not start until "
        "it is done again."
    ),
    "migration": _("The database could not be brought to this release's revision: %(said)s"),
    "integrity": _("The database is damaged: %(said)s"),
    "references": _("%(count)s rows of %(table)s refer to what is not there."),
    "rows": _("%(table)s has %(found)s rows instead of %(expected)s."),
    "chain": _("The training record of person %(person)s is not what was written."),
    "pdf": _("The PDF of certificate %(serial)s is missing or is not the one that was made."),
    "receipt": _("The answers of attempt %(attempt)s are not those that were handed in."),
    "stored-file": _(
        "The file %(sha256)s is missing or damaged. A lesson, a material, a question or an answer "
        "that was handed in refers to it: bring it back from an earlier backup, to files/ of the "
        "data directory."
    ),
    "did-not-open": _("The restored copy could not be opened: %(said)s"),
}


class BackupError(LmsError):
    """A backup cannot be made, verified or restored, for reasons one can do something about."""

    code: ClassVar[str] = "backup-refused"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT

    def __init__(self, *findings: Finding) -> None:
        super().__init__()
        self.findings = findings

    @override
    def __str__(self) -> str:
        return "\n".join(map(sentence, self.findings))


def because(reason: str, **context: object) -> BackupError:
    """Return the error for one reason."""
    return BackupError((reason, context))


def sentence(finding: Finding) -> str:
    """Say a finding in the language at hand."""
    reason, context = finding
    return str(SENTENCES[reason]) % context
