"""The menu of a person, by their roles."""

from collections.abc import Sequence

from flask_babel import gettext as _

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.web.layout import Entry, Group


def menu_of(person: Person | None) -> Sequence[Group]:
    """Return the groups of menu entries that this person has pages for."""
    if person is None:
        return []
    groups: list[Group] = []
    if Role.TRAINEE in person.roles:
        groups.append(("", _learning()))
    if Role.ADMIN in person.roles:
        groups.append((_("Administration"), _administration()))
    return groups


def _learning() -> list[Entry]:
    return [
        ("map", "desk.home", "map", _("Learning map")),
        ("certificates", "certificates.mine", "award", _("My certificates")),
        ("record", "records.mine", "file-text", _("My record")),
    ]


def _administration() -> list[Entry]:
    return [
        ("people", "admin.people", "users", _("People")),
        ("units", "admin.units", "columns-3", _("Units")),
        ("audit", "admin.audit", "list-checks", _("Audit log")),
        ("health", "admin.health", "wrench", _("Health")),
    ]
