"""What the verification page and the JSON beside it say of one certificate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from lms.certificates import issuer, look as looks, rules, template_queries
from lms.certificates.look import Signature
from lms.certificates.models import Certificate, CertificateDefinition
from lms.certificates.privacy import Sight
from lms.certificates.queries import Files, Shown
from lms.core import keys, storage
from lms.core.db import db
from lms.core.keys import Key, Kind


@dataclass(frozen=True, slots=True)
class Proof:
    """What there is to say about the files of a certificate."""

    verdict: str
    """``valid``: signed by a key of ours, and the file is as it was signed; ``broken``: what is kept
    is not what was signed; ``expired``: signed after the signer's certificate had ended; ``unsigned``: from before signatures; ``pending``: being made."""
    signer: Key | None
    has_credential: bool


def proof(shown: Shown, files: Files | None) -> Proof:
    """Say whether the PDF that is kept is the one that was signed. It was checked when it was made.

    Fails closed: a file whose hash is another is broken, whatever else is known.
    """
    if files is None:
        return Proof("pending", None, has_credential=False)
    signers = {key.public: key for key in keys.history(Kind.SIGNER)}
    signer = signers.get(files.signed_by or "")
    if storage.sha256(files.content) != shown.pdf_sha256:
        return Proof("broken", signer, has_credential=False)
    if signer is None:
        return Proof("broken" if files.signed_by else "unsigned", None, has_credential=False)
    verdict = "expired" if signer.has_expired(files.made_at) else "valid"
    return Proof(verdict, signer, has_credential=files.credential is not None)


@dataclass(frozen=True, slots=True)
class Words:
    """What stands on the paper beside the snapshot: the words of its template."""

    sentences: Mapping[str, str]
    """Language -> what it is for, in each language that is printed."""
    signatures: Sequence[Signature]
    """Whose signatures it has; none: the issuer stands in their place."""


def words(shown: Shown) -> Words | None:
    """Return the words of a certificate's template; None for HTML of one's own, which has any."""
    look = template_queries.words_of(shown.template_version_id)
    if look.markup is not None:
        return None
    printed = {"zh": look.has_chinese, "en": look.has_english}
    said = {
        language: "".join(each.text for each in looks.sentence(look, shown.snapshot, language))
        for language, is_printed in printed.items()
        if is_printed
    }
    return Words(said, look.signatures)


def issued_on(shown: Shown) -> date:
    """Return the day that is printed on a certificate."""
    return date.fromisoformat(shown.snapshot["issued_on"])


def name(shown: Shown, sight: Sight) -> str | None:
    """Return the holder's name, masked for whoever has only the serial; None if it is hidden."""
    printed = str(shown.snapshot["name"])
    if sight is Sight.HIDDEN:
        return None
    return printed if sight is Sight.WHOLE else rules.masked_name(printed)


def as_json(shown: Shown, files: Files | None, *, sight: Sight, at: datetime) -> dict[str, Any]:
    """Return what programs are told: the same as people who have the same."""
    printed, is_whole = shown.snapshot, sight is Sight.WHOLE
    said: dict[str, Any] = {
        "serial": shown.serial,
        "state": shown.state.value,
        "shows": sight.value,
        "holder": name(shown, sight),
        "title": shown.title if sight is not Sight.HIDDEN else None,
        "issuer": {"zh": printed["issuer_zh"], "en": printed["issuer_en"]},
        "specimen": shown.is_specimen,
        "revoked_at": issuer.instant(shown.revoked_at) if shown.revoked_at else None,
        "reason": shown.reason,
        "superseded_by": shown.superseded_by if is_whole else None,
        "checked_at": issuer.instant(at),
    }
    if sight is not Sight.HIDDEN:  # the state, and since when or until when it is so
        said["valid_until"] = shown.valid_until.isoformat() if shown.valid_until else None
    if not is_whole:
        return said
    known, beside = proof(shown, files), words(shown)
    return said | {
        "issued_at": issuer.instant(shown.awarded_at),
        "renewal_opens_on": shown.life.opens.isoformat() if shown.life else None,
        "grace_ends_on": shown.life.grace_ends.isoformat() if shown.life else None,
        "printed": {key: value for key, value in printed.items() if key != "verify_url"},
        "sentence": dict(beside.sentences) if beside else None,
        "signatories": [_signatory(each) for each in beside.signatures] if beside else None,
        "pdf": {
            "sha256": shown.pdf_sha256,
            "signature": known.verdict,
            "signed_by": known.signer.public if known.signer else None,
        },
    }


def _signatory(each: Signature) -> dict[str, str]:
    return {"name": each.name, "role_zh": each.role_zh, "role_en": each.role_en}


def latest_of(code: str) -> dict[str, Any] | None:
    """Return what the latest certificate of a kind prints; None if none was awarded."""
    query = (
        select(Certificate.snapshot)
        .join(CertificateDefinition)
        .where(CertificateDefinition.code == code)
    )
    return db.session.scalar(query.order_by(Certificate.id.desc()).limit(1))


def unprinted(definition: CertificateDefinition) -> dict[str, Any]:
    """Return what a kind of certificate prints in any case, for one that was never awarded."""
    title = definition.settings["title"]
    return {
        "title_zh": title["zh"],
        "title_en": title["en"],
        "programme_zh": title["zh"],
        "programme_en": title["en"],
        "stage_zh": "",
    }
