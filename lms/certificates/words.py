"""How states of a certificate and reasons are called, and what they look like."""

from flask_babel import LazyString, lazy_gettext as _

from lms.certificates.models import RevocationReason
from lms.certificates.rules import State

STATES: dict[State, tuple[str, str, LazyString]] = {
    State.VALID: ("ok", "circle-check", _("Valid")),
    State.EXPIRING: ("warn", "hourglass", _("Valid, expires soon")),
    State.EXPIRED: ("warn", "triangle-alert", _("Expired")),
    State.SUPERSEDED: ("warn", "history", _("Replaced by a later one")),
    State.REVOKED: ("bad", "circle-alert", _("Revoked")),
}
"""State -> tone, icon and word: never a colour alone."""

REASONS: dict[RevocationReason, LazyString] = {
    RevocationReason.ISSUED_IN_ERROR: _("Issued in error"),
    RevocationReason.IRREGULARITY: _("Irregularity in the exam or the evidence"),
    RevocationReason.REPLACED: _("Replaced by another certificate"),
    RevocationReason.OTHER: _("Another reason"),
}
