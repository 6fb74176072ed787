"""The menu of a person, by their roles."""

from collections.abc import Sequence, Set as AbstractSet

from flask_babel import gettext as _

from lms.accounts.rules import Role
from lms.web.layout import Entry, Group


def menu_of(roles: AbstractSet[Role]) -> Sequence[Group]:
    """Return the groups of menu entries that somebody with these roles has pages for."""
    groups: list[Group] = []
    if Role.TRAINEE in roles:
        groups.append(("", _learning()))
    if Role.TRAINER in roles:
        groups.append((_("Teaching"), _teaching(roles)))
    if Role.MANAGER in roles:
        groups.append((_("Management"), _management(roles)))
    if roles & {Role.HR, Role.ADMIN}:
        groups.append((_("HR"), _keeping()))
    if roles & {Role.HR, Role.ADMIN, Role.MANAGER, Role.TRAINER}:
        groups.append((_("Reports"), _reporting()))
    if Role.ADMIN in roles:
        groups.append((_("Administration"), _administration()))
    return groups


def _learning() -> list[Entry]:
    return [
        ("map", "desk.home", "map", _("Learning map")),
        ("practice", "practice.index", "pencil-line", _("Practice")),
        ("aids", "courses.aids", "list-checks", _("Job aids")),
        ("certificates", "certificates.mine", "award", _("My certificates")),
        ("record", "records.mine", "file-text", _("My record")),
    ]


def _management(roles: AbstractSet[Role]) -> list[Entry]:
    team = ("team", "desk.team", "users", _("My team"))
    if roles & {Role.HR, Role.ADMIN}:  # the rest stands in their own group
        return [team]
    return [
        team,
        ("records", "records.table", "table", _("Training records")),
        ("files", "work.files", "download", _("My files")),
    ]


def _keeping() -> list[Entry]:
    return [
        ("people", "admin.people", "users", _("People")),
        ("import", "admin.import_new", "upload", _("Import")),
        ("assign", "admin.assign", "calendar-days", _("Assign")),
        ("records", "records.table", "table", _("Training records")),
        ("expiring", "certificates.expiring", "award", _("Certificates")),
        ("files", "work.files", "download", _("My files")),
        ("templates", "certificates.template_list", "award", _("Certificate templates")),
    ]


def _reporting() -> list[Entry]:
    return [("reports", "reports.index", "chart-column", _("Effectiveness reports"))]


def _teaching(roles: AbstractSet[Role]) -> list[Entry]:
    own = [
        ("studio", "courses.studio", "book-open", _("Programme")),
        ("exams", "exams.overview", "clipboard-check", _("Exams")),
        ("bank", "exams.bank_list", "table", _("Question bank")),
        ("marking", "exams.marking_list", "list-checks", _("Marking")),
    ]
    if roles & {Role.HR, Role.ADMIN, Role.MANAGER}:  # it stands in their groups
        return own
    return [*own, ("files", "work.files", "download", _("My files"))]


def _administration() -> list[Entry]:
    return [
        ("units", "admin.units", "columns-3", _("Units")),
        ("audit", "admin.audit", "list-checks", _("Audit log")),
        ("health", "admin.health", "wrench", _("Health")),
    ]
