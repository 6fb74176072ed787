"""Ways in which something about an account can be refused."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar

from flask_babel import LazyString, lazy_gettext as _

from lms.core.errors import LmsError
from lms.core.spreadsheets import SheetRefusedError


class WrongPasswordError(LmsError):
    """Unknown name or wrong password: the two look the same."""

    code = "wrong-password"
    status = HTTPStatus.UNAUTHORIZED
    message = _("That name and password do not go together. Check both and try again.")


class WrongOldPasswordError(LmsError):
    """The present password was not typed right."""

    code = "wrong-old-password"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    message = _("That is not your present password.")


class TooManyTriesError(LmsError):
    """Too many wrong passwords for this account from this address."""

    code = "too-many-tries"
    status = HTTPStatus.TOO_MANY_REQUESTS
    message = _("Too many wrong tries. Wait %(minutes)d minutes, or ask for a reset link.")


class LinkGoneError(LmsError):
    """A one-time link that was used, has expired or never was."""

    code = "link-gone"
    status = HTTPStatus.GONE
    message = _("This link was used already or has expired. Ask for a new one.")


class WeakPasswordError(LmsError):
    """The password is too easy to guess; `reason` says why."""

    code = "weak-password"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    message = _("Choose another password. %(reason)s")


class TakenError(LmsError):
    """Another person already has this staff number, sign-in name or mail address: `field`."""

    code = "taken"
    message = _("%(value)s is already in use by someone else.")


class LastAdministratorError(LmsError):
    """Nobody would be left to run the site."""

    code = "last-administrator"
    message = _("This is the last administrator. Give someone else the role first.")


class UnitCircleError(LmsError):
    """A unit cannot stand below itself."""

    code = "unit-circle"
    message = _("A unit cannot stand below itself.")


class UnitInUseError(LmsError):
    """A unit that has people or units below it cannot be closed."""

    code = "unit-in-use"
    message = _("Move the people and units in it elsewhere first.")


class UnitTooDeepError(LmsError):
    """Nobody finds anything in a tree this deep."""

    code = "unit-too-deep"
    message = _("Units can stand %(levels)d levels deep at most.")


class NoScopeError(LmsError):
    """The role cannot be limited to a unit."""

    code = "no-scope"
    message = _("This role always counts for the whole organisation. Choose no unit.")


class InactiveError(LmsError):
    """The person is deactivated, so nobody can sign in as them."""

    code = "inactive"
    message = _("This person is deactivated. Reactivate them first.")


class NotYoursError(LmsError):
    """The person, or the unit they shall be in, is not in the actor's part of the organisation."""

    code = "not-yours"
    message = _("That unit is not in your part of the organisation. Choose one of yours.")


class ProtectedError(LmsError):
    """Someone who is more than a trainee: only an administrator decides how they get in."""

    code = "protected"
    status = HTTPStatus.FORBIDDEN
    message = _(
        "%(name)s is more than a trainee here. Only an administrator may change how they sign in."
    )


class NotOpenError(LmsError):
    """The import was decided, cancelled or has expired: nothing is left to decide."""

    code = "import-not-open"
    message = _("There is nothing left to decide about this file. Upload it again to start anew.")


class PeopleFileError(SheetRefusedError):
    """A file is no table of people."""

    sentences: ClassVar[Mapping[str, LazyString]] = {
        **SheetRefusedError.sentences,
        "no-header": _(
            "There is no row with column names such as “Staff number” and “Name”. Take the "
            "template, or put such a row above the people."
        ),
        "no-name-column": _(
            "There is no column “Name”. Add it, or rename the column that has the names."
        ),
        "no-identity-column": _(
            "There is no column that tells people apart. Add “Staff number”, “Mail address” or "
            "“Sign-in name”."
        ),
        "double-column": _(
            "Columns %(first)s and %(second)s mean the same. Delete or rename one of them."
        ),
        "merged-header": _(
            "Cells %(range)s of the column names are merged. Unmerge them, so that each column "
            "has a name of its own."
        ),
        "no-rows": _("There is nobody below the column names. Fill in the people and save."),
    }
