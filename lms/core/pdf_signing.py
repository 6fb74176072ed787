"""Signatures in PDFs, made and examined. The only importer of pyhanko.

A signature here certifies: it covers the whole file, and nothing may be changed or added after it.
It is invisible; what a reader sees is the page.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from lms.core import keys
from lms.core.keys import Key

FIELD = "Issuer"
MOST_ATTACHMENT_BYTES = 1024 * 1024


class NotAPdfError(ValueError):
    """What was given is no PDF, or one that cannot be read. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Examined:
    """What a PDF says about itself."""

    verdict: str
    """``valid``, ``changed``, ``foreign`` (by somebody else), ``expired`` (signed when the signer's
    certificate was not valid, or nobody knows when), or ``missing``."""
    signed_by: str = ""
    """SHA-256 of the signer's certificate."""
    attachments: Mapping[str, bytes] = field(default_factory=dict)
    title: str = ""


def certify(document: bytes, key: Key, *, reason: str) -> bytes:
    """Return `document` certified with `key`: PAdES, no changes allowed.

    Raises:
        KeysLockedError: see `lms.core.keys.secret_of`.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers
    from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter

    class Writer(IncrementalPdfFileWriter):
        def _update_meta(self) -> None:
            """Leave the metadata as they are: rewritten, they would no longer be PDF/A's."""

    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        reason=reason,
    )
    # Off the page: within it, an annotation would have to be part of the tagged text.
    off = InvisSigSettings(set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True)
    spec = SigFieldSpec(FIELD, invis_sig_settings=off, empty_field_appearance=False)
    signer = signers.PdfSigner(meta, _signer(key), new_field_spec=spec)
    target = signer.sign_pdf(Writer(BytesIO(document)))
    content: bytes = target.getvalue()
    return content


def examine(document: bytes, trusted: Sequence[Key]) -> Examined:
    """Say who signed a PDF, whether it was changed since, and what is attached to it.

    Args:
        document: the file; it may be hostile.
        trusted: the keys whose signatures count.

    Raises:
        NotAPdfError: ``not-a-pdf``, ``encrypted`` or ``broken-pdf``.
    """
    from pyhanko.pdf_utils.reader import PdfFileReader

    if b"%PDF-" not in document[:1024]:
        raise NotAPdfError("not-a-pdf")
    try:
        reader = PdfFileReader(BytesIO(document), strict=False)
        is_encrypted = reader.encrypted
        verdict, signed_by = ("missing", "") if is_encrypted else _verdict(reader, trusted)
    except Exception:  # noqa: BLE001  whatever a reader says of damaged input
        raise NotAPdfError("broken-pdf") from None
    if is_encrypted:
        raise NotAPdfError("encrypted")
    try:
        attachments = _attachments(reader)
    except Exception:  # noqa: BLE001  the same; the signature has its verdict all the same
        attachments = {}
    return Examined(verdict, signed_by, attachments, _title(reader))


def _signer(key: Key) -> Any:
    from asn1crypto import keys as asn1_keys, pem, x509
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    chain = [x509.Certificate.load(pem.unarmor(each.encode())[2]) for each in key.chain]
    others: Any = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    others.register_multiple(chain[1:])
    private = asn1_keys.PrivateKeyInfo.load(keys.secret_of(key))
    return SimpleSigner(signing_cert=chain[0], signing_key=private, cert_registry=others)


def _verdict(reader: Any, trusted: Sequence[Key]) -> tuple[str, str]:
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation import async_validate_pdf_signature
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    if not (found := reader.embedded_regular_signatures):
        return "missing", ""
    first = found[0]
    fingerprint = first.signer_cert.sha256.hex()
    if fingerprint not in {each.public for each in trusted}:
        return "foreign", fingerprint
    try:
        status = asyncio.run(async_validate_pdf_signature(first, _context(trusted)))
    except SignatureValidationError:
        return "changed", fingerprint
    is_whole = (
        len(found) == 1
        and status.intact
        and status.valid
        and status.coverage is SignatureCoverageLevel.ENTIRE_FILE
        and status.modification_level is ModificationLevel.NONE
        and bool(status.docmdp_ok)
    )
    if not is_whole:
        return "changed", fingerprint
    return ("valid" if _is_in_time(first) else "expired"), fingerprint


def _is_in_time(signature: Any) -> bool:
    """Whether it was made while the signer's certificate was valid; that it has ended since is well.

    The instant is the signer's word, which the signature covers: the signers are our own.
    """
    certificate, signed_at = signature.signer_cert, signature.self_reported_timestamp
    if signed_at is None:
        return False
    return bool(certificate.not_valid_before <= signed_at <= certificate.not_valid_after)


def _context(trusted: Sequence[Key]) -> Any:
    """Return what pyhanko validates with: nothing is asked of the network."""
    from asn1crypto import pem, x509
    from pyhanko_certvalidator import ValidationContext

    chains = [
        x509.Certificate.load(pem.unarmor(each.encode())[2])
        for key in trusted
        for each in key.chain
    ]
    return ValidationContext(trust_roots=chains, allow_fetching=False)


def _attachments(reader: Any) -> dict[str, bytes]:
    """Return name -> content of the files in a PDF; none that is larger than it should be."""
    names = _in(_in(reader.root, "/Names"), "/EmbeddedFiles")
    entries = list(_in(names, "/Names") or ())
    for kid in _in(names, "/Kids") or ():
        entries += _in(kid.get_object(), "/Names") or ()
    found = {}
    for entry in entries[1::2]:
        filespec = entry.get_object()
        content = bytes(filespec["/EF"]["/F"].data)
        if len(content) <= MOST_ATTACHMENT_BYTES:
            found[str(_in(filespec, "/UF") or _in(filespec, "/F"))] = content
    return found


def _title(reader: Any) -> str:
    try:
        return str(_in(_in(reader.trailer, "/Info"), "/Title") or "")
    except Exception:  # noqa: BLE001  as above
        return ""


def _in(parent: Any, name: str) -> Any:
    """Return what a dictionary of the file has under `name`, wherever that lies."""
    return parent[name] if parent is not None and name in parent else None
