"""Ways in which something about a certificate can be refused."""

from http import HTTPStatus

from flask_babel import lazy_gettext as _

from lms.core.errors import LmsError


class AlreadyRevokedError(LmsError):
    """A certificate is revoked once, and for good."""

    code = "already-revoked"
    message = _("This certificate was revoked already.")


class MissingGlyphError(LmsError):
    """A certificate would show an empty box where a character should be."""

    code = "missing-glyph"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    message = _("No font of the certificates has: %(characters)s. Write it in another way.")

    @classmethod
    def of(cls, characters: str) -> "MissingGlyphError":
        """Return the error for these characters, each with its code point."""
        return cls(characters=", ".join(f"{each} (U+{ord(each):04X})" for each in characters))


class NotForThemError(LmsError):
    """Somebody in a list cannot get the certificate; then nobody gets it."""

    code = "not-for-them"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    message = _("No certificate was issued. Change these lines, or take them out: %(lines)s")


class NobodyNamedError(LmsError):
    """A list has no line."""

    code = "nobody-named"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    message = _("No certificate was issued: name one person at least.")


class TooManyPeopleError(LmsError):
    """A list is longer than what one file of all certificates can hold."""

    code = "too-many-people"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    message = _(
        "No certificate was issued: these are %(count)d people, and at most %(most)d get one at a "
        "time. Issue them in several lists."
    )


class ReasonMissingError(LmsError):
    """A certificate by hand needs a reason."""

    code = "reason-missing"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    message = _("Say why it is issued by hand: the audit log keeps it.")


class NotInForceError(LmsError):
    """Only what was neither revoked nor superseded is corrected."""

    code = "not-in-force"
    message = _(
        "This certificate was revoked, or a later one has taken its place: correct that one."
    )


class NoDraftError(LmsError):
    """There is no draft to publish."""

    code = "no-draft"
    message = _("There is no draft of this certificate: change something first, and save it.")


class PrefixTakenError(LmsError):
    """The serials of two kinds would begin alike."""

    code = "prefix-taken"
    message = _("The numbers of another certificate begin with %(prefix)s. Choose other letters.")


class PrefixReservedError(LmsError):
    """What begins so is no certificate."""

    code = "prefix-reserved"
    message = _("Numbers that begin with %(prefix)s are for specimens. Choose other letters.")


class CodeTakenError(LmsError):
    """Two kinds would be called the same, or one as a page is."""

    code = "code-taken"
    message = _("There is a kind of certificate %(code)s already. Choose another short name.")


class NothingEarnsItError(LmsError):
    """A kind that nobody could ever earn is not published."""

    code = "nothing-earns-it"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    message = _("Nothing earns it yet: choose a programme, a stage or an exam at least.")


class ScoreNeverEarnedError(LmsError):
    """A kind asks for a score, and nothing that earns it gives one."""

    code = "score-never-earned"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    message = _(
        "There is no exam in what earns it, so nobody ever has a score. "
        "Ask for none, or choose a part with an exam."
    )


class ScoreNeverRenewedError(LmsError):
    """A kind asks for a score, and its refresher gives none: nobody could ever renew it."""

    code = "score-never-renewed"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    message = _(
        "The refresher has no exam, so a renewal never has a score, and nobody could renew it. "
        "Ask for none, or choose a refresher with an exam."
    )


class NobodyLeftError(LmsError):
    """Everyone who was chosen holds one meanwhile, or meets it no more."""

    code = "nobody-left"
    message = _("None of them can get one: they hold one already, or do not meet it. Look again.")


class KindRetiredError(LmsError):
    """No certificate of a retired kind is awarded any more."""

    code = "kind-retired"
    message = _(
        "This kind of certificate is retired: no more of them are issued. "
        "Take it back into use first."
    )


class KindNotRetiredError(LmsError):
    """Only what is retired is taken back into use."""

    code = "kind-not-retired"
    message = _("This kind of certificate is in use already.")


class StatusListBehindError(LmsError):
    """The signed list does not know of the latest revocation yet: rather none than a wrong one."""

    code = "status-list-behind"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    message = _("The status list is being signed anew. Ask again in a moment.")
