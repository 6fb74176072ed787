"""What the audit log calls things. Actions are stable names; the words for them may change."""

from flask_babel import lazy_gettext as _

from lms.accounts.rules import Role

ACTIONS = {
    "accounts.set_up": _("Site set up"),
    "accounts.added": _("Person added"),
    "accounts.changed": _("Person changed"),
    "accounts.invited": _("Invitation made"),
    "accounts.reset_link_made": _("Reset link made"),
    "accounts.password_set": _("Password set"),
    "accounts.deactivated": _("Person deactivated"),
    "accounts.reactivated": _("Person reactivated"),
    "accounts.role_granted": _("Role granted"),
    "accounts.role_ended": _("Role ended"),
    "accounts.import_decided": _("Import of people decided"),
    "accounts.imported": _("People imported"),
    "accounts.unit_added": _("Unit added"),
    "accounts.unit_renamed": _("Unit renamed"),
    "accounts.unit_moved": _("Unit moved"),
    "accounts.unit_closed": _("Unit closed"),
    "courses.enrolled": _("Enrolled"),
    "courses.lesson_revised": _("Lesson revised"),
    "courses.material_added": _("Material added"),
    "courses.material_replaced": _("Material replaced"),
    "courses.material_retired": _("Material retired"),
    "courses.material_brought_back": _("Material brought back"),
    "exams.marked": _("Answer marked"),
    "backup.created": _("Backup made"),
    "backup.failed": _("Backup failed"),
    "backup.restored": _("Backup restored"),
    "content.imported": _("Content imported"),
    "certificates.issued": _("Certificate issued by hand"),
    "certificates.keys-rotated": _("Signing keys replaced"),
    "certificates.revoked": _("Certificate revoked"),
    "reports.made": _("Effectiveness report made"),
    "reports.advised": _("Recommendations saved"),
    "reports.exported": _("Effectiveness report exported"),
    "records.exported": _("Records exported"),
    "admin.job_retried": _("Job tried again"),
    "admin.mails_retried": _("Mails tried again"),
}

KINDS = {
    "person": _("Person"),
    "import": _("Import of people"),
    "unit": _("Unit"),
    "enrolment": _("Enrolment"),
    "certificate": _("Certificate"),
    "lesson": _("Lesson"),
    "attempt": _("Attempt"),
    "material": _("Material"),
    "content": _("Content"),
    "backup": _("Backup"),
    "report": _("Effectiveness report"),
    "job": _("Job"),
    "mail": _("Mails"),
}

FIELDS = {
    "slot": _("Question"),
    "mark": _("Mark"),
    "count": _("Number"),
    "recommendations": _("Recommendations"),
    "name": _("Name"),
    "login": _("Sign-in name"),
    "latin_name": _("Name in Latin letters"),
    "email": _("Mail address"),
    "manager": _("Manager's staff number"),
    "file": _("File"),
    "new": _("New"),
    "same": _("Unchanged"),
    "error": _("Needs correcting"),
    "enrolled": _("enrolled"),
    "refused": _("left out"),
    "staff_no": _("Staff number"),
    "locale": _("Language"),
    "unit_id": _("Unit"),
    "unit": _("Unit"),
    "role": _("Role"),
    "parent": _("Part of"),
    "organisation": _("Organisation"),
    "person": _("Person"),
    "programme": _("Programme"),
    "cycle": _("Cycle"),
    "due_on": _("Due on"),
    "serial": _("Serial"),
    "reason": _("Reason"),
    "note": _("Note"),
    "programmes": _("Programmes"),
    "lessons": _("Lessons"),
    "questions": _("Questions of the bank"),
    "exams": _("Exams"),
    "certificates": _("Kinds of certificate"),
    "variables": _("Variables"),
    "version": _("Version"),
    "lesson": _("Lesson"),
    "superseded": _("replaced by the files"),
    "reasons": _("Reasons"),
    "made_at": _("Backup of"),
    "kept_in": _("Kept aside in"),
    "added": _("added"),
    "changed": _("changed"),
}

SKIPPED = {
    "running": _("takes this programme already"),
    "no-trainee": _("is no trainee"),
    "left": _("is deactivated"),
}
"""Why someone was left out of an assignment."""

ROLES = {
    Role.TRAINEE: _("Trainee"),
    Role.TRAINER: _("Trainer"),
    Role.HR: _("HR"),
    Role.MANAGER: _("Line manager"),
    Role.ADMIN: _("Administrator"),
}

LANGUAGES = {"zh": "中文", "en": "English"}
"""Each in its own words: whoever looks for theirs must be able to read it."""
