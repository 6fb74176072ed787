"""How states of a certificate and reasons are called, and what they look like."""

from flask_babel import LazyString, lazy_gettext as _

from lms.certificates.models import RevocationReason
from lms.certificates.privacy import Privacy
from lms.certificates.rules import Problem, State

STATES: dict[State, tuple[str, str, LazyString]] = {
    State.VALID: ("ok", "circle-check", _("Valid")),
    State.EXPIRING: ("warn", "hourglass", _("Valid, expires soon")),
    State.EXPIRED: ("warn", "triangle-alert", _("Expired")),
    State.SUPERSEDED: ("warn", "clock", _("Replaced by a later one")),
    State.REVOKED: ("bad", "circle-alert", _("Revoked")),
}
"""State -> tone, icon and word: never a colour alone."""

REASONS: dict[RevocationReason, LazyString] = {
    RevocationReason.ISSUED_IN_ERROR: _("Issued in error"),
    RevocationReason.IRREGULARITY: _("Irregularity in the exam or the evidence"),
    RevocationReason.REPLACED: _("Replaced by another certificate"),
    RevocationReason.OTHER: _("Another reason"),
}

PRIVACY: dict[Privacy, tuple[LazyString, LazyString]] = {
    Privacy.PUBLIC: (
        _("Public"),
        _("Whoever has its number sees everything that is printed on it."),
    ),
    Privacy.CODE: (
        _("By code"),
        _(
            "Whoever has the link or scans the QR code sees everything. With the number alone: the state, the title and a masked name."
        ),
    ),
    Privacy.PRIVATE: (
        _("Private"),
        _("Others see whether it is valid, and nothing else; with the code too."),
    ),
}
"""What holders choose from: its name, and what it does."""

PROBLEMS: dict[str, LazyString] = {
    "empty": _("The file is empty."),
    "too-large": _(
        "The file is far larger than any certificate. Choose the PDF, PNG or JSON file itself."
    ),
    "unreadable": _("The file cannot be read. Get it anew from the holder, as it was issued."),
    "unknown-kind": _(
        "This kind of file is not checked here. Choose the PDF, the badge (PNG) or the credential (JSON); a photo of the QR code as JPEG, PNG or WebP."
    ),
    "too-many-pixels": _(
        "The picture unpacks to more pixels than any photo of a certificate has. Choose the original file, or take a smaller photo."
    ),
    "not-a-pdf": _("This is no PDF."),
    "broken-pdf": _("The PDF is damaged and cannot be read to the end."),
    "encrypted": _(
        "The PDF is encrypted. Certificates are never issued encrypted: ask for the original file."
    ),
    "not-a-credential": _("The file holds no credential of a certificate."),
    "missing-credential": _(
        "There is no credential in the file. It may be a printout or a copy: scan the QR code on it, or type the number."
    ),
    "missing-proof": _("The credential is not signed."),
    "unknown-proof": _("The credential is signed in a way that is not used here."),
    "unknown-context": _("The credential names definitions that are not used here."),
    "unknown-term": _("The credential holds an entry that no signature covers."),
    "foreign-key": _("The credential was signed by somebody else."),
    "broken-proof": _("The credential was changed after it was signed."),
    "signature-changed": _("The PDF was changed after it was signed."),
    "signature-foreign": _("The PDF was signed by somebody else."),
    "signature-missing": _(
        "The PDF is not signed. It may have been printed to PDF again: ask for the original file, or scan the QR code on it."
    ),
    "unknown-serial": _("No certificate with this number was ever issued here."),
    "other-name": _("The name is not the one that the certificate was issued for."),
    "other-dates": _("The last valid day is not the one that the certificate was issued with."),
    "other-status-list": _("It points to another status list than it was issued with."),
    "not-as-issued": _("It is signed, but is not the file that was issued."),
    "foreign-address": _(
        "The QR code leads to another site. That is no certificate of ours, whatever the page there says."
    ),
    "no-code": _(
        "There is no QR code of a certificate in the picture. Take the photo again, straight and close."
    ),
    "expired": _("The certificate has expired."),
    "superseded": _("A later certificate took its place."),
    "revoked": _("The certificate was revoked."),
    "specimen": _("Demonstration data: it proves nothing about anyone."),
}
"""What is wrong with an uploaded file: see `checking.Report`."""

CANDIDATE_PROBLEMS: dict[Problem, LazyString] = {
    Problem.UNKNOWN: _("there is nobody of that number or name, or not in your scope"),
    Problem.AMBIGUOUS: _("fits several people: give the sign-in name"),
    Problem.NOT_ENROLLED: _("is enrolled in no programme that awards this certificate"),
    Problem.HELD: _("has it already for the current run"),
}

PACKAGE_PROBLEMS: dict[str, LazyString] = {
    "wrong-password": _("The password does not open the file."),
    "not-a-package": _("This is no PKCS#12 file (.p12, .pfx)."),
    "no-key": _("The file holds no private key with its certificate."),
    "bad-key": _("Its key is neither RSA nor elliptic-curve: PDFs cannot be signed with it."),
    "expired": _("The certificate in it has expired."),
    "not-yet-valid": _("The certificate in it is not valid yet."),
}
"""Why a bought certificate is not taken: see `lms.core.keys.take_package`."""

KEY_PROBLEMS: dict[str, LazyString] = {
    "locked": _(
        "The signing keys were sealed with another secret key: restore it, or replace them (flask certificates keys rotate --root)."
    ),
    "expired": _("The certificate that signs PDFs has expired: flask certificates keys rotate."),
    "open": _("Files of signing keys can be read by others on this host: make them 0600."),
}
"""What health says of the keys: see `lms.core.keys.problems`."""
