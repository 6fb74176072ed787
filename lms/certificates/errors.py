"""Ways in which something about a certificate can be refused."""

from flask_babel import lazy_gettext as _

from lms.core.errors import LmsError


class AlreadyRevokedError(LmsError):
    """A certificate is revoked once, and for good."""

    code = "already-revoked"
    message = _("This certificate was revoked already.")
