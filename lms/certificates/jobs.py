"""Deferred work on certificates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import current_app
from flask_babel import force_locale, gettext as _

from lms.accounts.models import Person
from lms.certificates import (
    credential,
    document,
    expiring,
    issuer,
    queries,
    renewing,
    services,
    template_queries,
)
from lms.certificates.look import Look
from lms.certificates.models import Certificate, CertificatePdf, StatusList
from lms.certificates.queries import Printable
from lms.certificates.rules import Within
from lms.core import (
    archives,
    clock,
    deliverables,
    keys,
    pdf,
    pdf_signing,
    queue,
    site,
    storage,
    watchdog,
)
from lms.core.db import db, transaction
from lms.core.queue import Effect, handler
from lms.core.sheets_out import write_csv, write_xlsx
from lms.core.text import filename
from lms.web.i18n import today, zone

CREDENTIAL = "credential.json"
DESCRIPTION = "Open Badges 3.0 AchievementCredential of this certificate"
BUNDLE, MISSING = "certificates.zip", "missing.txt"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REASON = "签发证书 · Certificate issued"


@dataclass(frozen=True, slots=True)
class Made:
    """The files of one certificate, signed."""

    content: bytes
    credential: str | None
    signed_by: str


@handler("certificates.render", attempts=2)
def render(certificate_id: int) -> Effect:
    """Sign the credential and the PDF with it inside; the effect keeps them and the hash."""
    printable = queries.printable(certificate_id)
    look = template_queries.look_of(printable.template_version_id)
    db.session.rollback()  # the read is over: rendering takes a while and should hold nothing
    with watchdog.ends_within(document.SECONDS):
        made = make(printable, look, at=clock.now())
    return lambda: keep(certificate_id, made)


@handler("certificates.status-list")
def sign_status_list(list_id: int) -> Effect:
    """Sign a status list as it is now; the effect keeps it, unless a newer one is there."""
    at = clock.now()
    row = db.session.get_one(StatusList, list_id)
    places, owner = queries.revoked_places(list_id), row.issuer
    db.session.rollback()
    if (key := issuer.key_of(owner)) is None:
        raise keys.KeysLockedError(owner)
    address = f"{site.settings().base_url}/status/{list_id}"
    content = credential.signed(credential.status_list(address, owner, places, at=at), key, at=at)

    def keep_list() -> None:
        kept = db.session.get_one(StatusList, list_id)
        if kept.revoked is None or kept.revoked <= len(places):
            kept.content, kept.revoked, kept.made_at = content, len(places), at

    return keep_list


@handler("certificates.bundle", attempts=2)
def bundle(certificate_ids: list[int], actor_id: int) -> Effect:
    """Make the PDFs of a list of certificates; the effect hands them over in one file.

    One that cannot be printed takes nothing from the others: a text in the file names it.
    """
    printed: dict[str, bytes] = {}
    left_out: list[int] = []
    for number, certificate_id in enumerate(certificate_ids):
        queue.note_progress(number, len(certificate_ids))
        try:
            name, content = _printed(certificate_id)
        except (pdf.PdfError, keys.SignerExpiredError):  # its own job tells an administrator
            left_out.append(certificate_id)
        else:
            printed[name] = content
    count = len(printed)
    if left_out:
        printed[MISSING] = _missing(left_out)
    stored_as = deliverables.write(archives.packed(printed))

    def hand_over() -> Mapping[str, Any]:
        row = deliverables.add(
            stored_as,
            owner_id=actor_id,
            name=BUNDLE,
            mime="application/zip",
            rows=count,
        )
        return {"deliverable": row.id, "left_out": len(left_out)}

    return hand_over


@handler("certificates.renewals")
def open_renewals() -> Effect:
    """Open the renewals that are due, one transaction each; the result says how many they were."""
    at = clock.now()
    waiting = renewing.due(at)
    db.session.rollback()
    opened = 0
    for number, certificate_id in enumerate(waiting):
        queue.note_progress(number, len(waiting))
        opened += renewing.open_renewal(certificate_id, at=at)
    return lambda: {"opened": opened}


@handler("certificates.expiring")
def write_expiring(actor_id: int, within: str, is_csv: bool, locale: str) -> Effect:  # noqa: FBT001  the payload's
    """Write the list of the certificates that run out; the effect hands the file over."""
    actor, day = db.session.get_one(Person, actor_id), today(clock.now())
    with force_locale(locale), TemporaryDirectory(dir=current_app.instance_path) as folder:
        table = expiring.sheet(actor, Within(within), today=day)
        name = filename(table.name, day.isoformat()) + (".csv" if is_csv else ".xlsx")
        path = Path(folder) / "list"
        if is_csv:
            write_csv(path, table, zone=zone())
        else:
            write_xlsx(path, [table], zone=zone())
        stored_as = deliverables.write(path.read_bytes())
    mime = "text/csv" if is_csv else XLSX

    def hand_over() -> Mapping[str, Any]:
        row = deliverables.add(stored_as, owner_id=actor_id, name=name, mime=mime, rows=table.count)
        return {"deliverable": row.id}

    return hand_over


def _missing(certificate_ids: list[int]) -> bytes:
    """Return a text that says, in each language of the site, which PDFs could not be made."""
    said = []
    for language in site.settings().languages.split(","):
        with force_locale(language):
            said.append(
                _("The PDFs of these certificates could not be made. The certificates are valid.")
            )
    printed = [queries.printable(each).snapshot for each in certificate_ids]
    said += ["", *(f"{each['serial']}  {each['name']}" for each in printed), ""]
    return "\r\n".join(said).encode()


def _printed(certificate_id: int) -> tuple[str, bytes]:
    """Return the file name and the PDF of a certificate, made now if it is not there yet."""
    printable = queries.printable(certificate_id)
    content = queries.pdf_of(certificate_id)
    look = template_queries.look_of(printable.template_version_id)
    db.session.rollback()
    if content is None:
        with watchdog.ends_within(document.SECONDS):
            made = make(printable, look, at=clock.now())
        with transaction():
            keep(certificate_id, made)
        content = queries.pdf_of(certificate_id) or made.content
    printed = printable.snapshot
    return filename(printed["name"], printed["serial"]) + ".pdf", content


def make(printable: Printable, look: Look, *, at: datetime) -> Made:
    """Return the files of a certificate, made from what it was awarded with.

    Raises:
        PdfError: it cannot be printed, or is not signed as it should be.
        SignerExpiredError: the certificate that signs has ended. Another is waited for: what was
            handed out is never made again, so not signed with whatever is at hand.
        KeysLockedError: see `lms.core.keys.secret_of`.
    """
    key = keys.signer(at)
    proof = _credential(printable, at)
    attached = [pdf.Attachment(CREDENTIAL, proof.encode(), DESCRIPTION, at)] if proof else []
    bare = document.final(printable.snapshot, attached, look)
    content = pdf_signing.certify(bare, key, reason=REASON)
    if pdf_signing.examine(content, [key]).verdict != "valid":
        raise pdf.PdfError("the signature does not hold")
    return Made(content, proof, key.public)


def keep(certificate_id: int, made: Made) -> None:
    """Keep the files, unless others were kept before: what was handed out stays as it was."""
    certificate = db.session.get_one(Certificate, certificate_id)
    if certificate.pdf_sha256 is not None:
        return
    certificate.pdf_sha256 = storage.sha256(made.content)
    db.session.add(
        CertificatePdf(
            certificate_id=certificate_id,
            content=made.content,
            credential=made.credential,
            signed_by=made.signed_by,
            made_at=(at := clock.now()),
        )
    )
    if (list_id := certificate.status_list_id) is not None:
        services.sign_list(list_id, "new", at=at)  # the first one in a list: once and no more


def _credential(printable: Printable, at: datetime) -> str | None:
    owner, list_id, index = printable.issuer, printable.status_list_id, printable.status_index
    if owner is None or list_id is None or index is None:
        return None
    if (key := issuer.key_of(owner)) is None:
        raise keys.KeysLockedError(owner)
    facts = credential.Facts(
        code=printable.code,
        awarded_at=printable.awarded_at,
        valid_until=printable.valid_until,
        issuer=owner,
        list_id=list_id,
        index=index,
    )
    return credential.signed(credential.compose(printable.snapshot, facts), key, at=at)
