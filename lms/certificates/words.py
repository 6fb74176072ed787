"""How states of a certificate and reasons are called, and what they look like."""

from flask_babel import LazyString, gettext, lazy_gettext as _, ngettext

from lms.certificates.models import RevocationReason
from lms.certificates.privacy import Privacy
from lms.certificates.rules import Problem, State, Within
from lms.certificates.rules.terms import Anchor, Late, Terms, Timing

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
    "signature-expired": _(
        "The PDF was signed when the certificate of the signer was not valid: such a signature proves nothing."
    ),
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

VALIDITIES: dict[str, LazyString] = {
    "ever": _("for ever"),
    "months": _("for so many months"),
    "days": _("for so many days"),
    "fixed": _("until a day of the year"),
}

ANCHORS: dict[Anchor, LazyString] = {
    Anchor.COMPLETION: _("the day of the renewal"),
    Anchor.EXPIRY: _("the previous end, so that renewing early loses nothing"),
    Anchor.FIXED: _("the previous end, however late: the rhythm stays the same"),
}

LATE_RULES: dict[Late, LazyString] = {
    Late.COMPLETION: _("the day of the renewal"),
    Late.EXPIRY: _("the previous end, so that being late wins nothing"),
}

WITHIN: dict[Within, LazyString] = {
    Within.DAYS_90: _("Within 90 days"),
    Within.DAYS_60: _("Within 60 days"),
    Within.DAYS_30: _("Within 30 days"),
    Within.OVER: _("Expired, not renewed"),
}

TIMINGS: dict[Timing, LazyString] = {
    Timing.EARLY: _("Early: on the first day on which it is open"),
    Timing.ON_TIME: _("On time: on the last valid day"),
    Timing.LATE: _("Late: within the grace"),
    Timing.LAPSED: _("Too late: the refresher is not enough any more"),
}
"""When a sample person renews."""


def validity(terms: Terms) -> str:
    """Return for how long a kind of certificate holds, in words."""
    if terms.months:
        return str(ngettext("%(num)d month", "%(num)d months", terms.months))
    if terms.days:
        return str(ngettext("%(num)d day", "%(num)d days", terms.days))
    if terms.fixed:
        month, number = terms.fixed
        return str(gettext("until %(month)02d-%(day)02d of a year", month=month, day=number))
    return str(gettext("does not expire"))


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
    "not-for-signing": _(
        "The certificate in it is not for signing documents (for instance, it is one for a web server)."
    ),
}
"""Why a bought certificate is not taken: see `lms.core.keys.take_package`."""

KEY_PROBLEMS: dict[str, LazyString] = {
    "locked": _(
        "The signing keys were sealed with another secret key: restore it, or replace them (flask certificates keys rotate --root)."
    ),
    "expired": _(
        "The certificate that signs PDFs has expired, and no PDF is made until there is another: upload one on the page of the signing keys, or sign with a key of our own (flask certificates keys rotate --replace-bought)."
    ),
    "expiring": _(
        "The certificate that signs PDFs ends within 60 days: have another one at hand and upload it on the page of the signing keys before, or sign with a key of our own (flask certificates keys rotate --replace-bought)."
    ),
    "open": _("Files of signing keys can be read by others on this host: make them 0600."),
}
"""What health says of the keys: see `lms.core.keys.problems`."""

TEMPLATE_PARTS: dict[str, LazyString] = {
    "name": _("name"),
    "latin_name": _("name in Latin letters"),
    "title_zh": _("title in Chinese"),
    "title_en": _("title in English"),
    "issuer_zh": _("issuer in Chinese"),
    "issuer_en": _("issuer in English"),
    "text_zh": _("sentence in Chinese"),
    "text_en": _("sentence in English"),
    "verify_url_short": _("address of the verification page"),
    "signatures": _("names and roles below the signatures"),
}
"""What of a certificate may be too long: see `document.too_small`."""

DESIGN_WORDS: dict[str, LazyString] = {
    "formal": _("Formal, landscape"),
    "modern": _("Modern, portrait, with transcript"),
    "blank": _("Blank paper, without artwork"),
}

MARKUP_NAMES: dict[str, LazyString] = {
    "certificate.name": _("Name of the holder. It has to be printed."),
    "certificate.latin_name": _("The name in Latin letters; may be empty."),
    "certificate.serial": _("Number of the certificate. It has to be printed."),
    "certificate.title_zh, certificate.title_en": _("Title of the certificate."),
    "certificate.issuer_zh, certificate.issuer_en": _("Who issues it."),
    "certificate.programme_zh, certificate.programme_en": _("The programme."),
    "certificate.stage_zh, certificate.stage_en": _("The stage; empty for the whole programme."),
    "certificate.hours, certificate.score": _("Time read, and score in percent; may be empty."),
    "certificate.issued_on, certificate.valid_until": _(
        "Dates such as 2026-03-01; the second may be empty."
    ),
    "certificate.verify_url": _("Where it is checked, in full: for a link. qr.svg shows the same."),
    "certificate.verify_url_short": _("The same to be read by people. It has to be printed."),
    "certificate.stages": _("A list; each has zh, en and state: “done”, “now” or empty."),
    "certificate.transcript": _(
        "A list; each has kind (“stage” or “module”), zh, en, hours and score. Earlier certificates have none."
    ),
    "text_zh, text_en": _(
        "The sentence that says what for, as a list; each has text and kind: “fact” or empty."
    ),
    "has_zh, has_en": _("Whether it is printed in Chinese, in English: a preview can be in one alone."),
    "script": _("How the name is written: “han”, “latin” or “other”."),
}  # fmt: skip
"""What a template in HTML may name: see `markup.VOCABULARY`."""

LANGUAGE_WORDS: dict[str, LazyString] = {
    "both": _("Chinese and English"),
    "zh": _("Chinese only"),
    "en": _("English only"),
}

TEMPLATE_FIELDS: dict[str, LazyString] = {
    "latin": _("Name in Latin letters"),
    "path": _("Path of the stages (formal design)"),
    "hours": _("Hours"),
    "score": _("Score"),
    "transcript": _("Transcript (modern design)"),
    "seal": _("Seal"),
}

KIND_WORDS: dict[str, LazyString] = {
    "credential": _("Signs credentials and status lists"),
    "root": _("Vouches for the signers of PDFs"),
    "signer": _("Signs PDFs"),
}
"""What a key is for."""
