"""Ways in which something about an account can be refused."""

from http import HTTPStatus

from flask_babel import lazy_gettext as _

from lms.core.errors import LmsError


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
