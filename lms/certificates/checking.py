"""Whether an uploaded file is what was issued here, and what it is worth now. Fails closed.

A file proves something only if everything holds: the signature or proof, that it is the very file
or credential that was issued, and that the certificate is neither revoked nor expired.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from lms.certificates import examining, issuer, queries, rules
from lms.certificates.examining import Found
from lms.certificates.privacy import Privacy
from lms.certificates.queries import Files, Shown
from lms.certificates.rules import State
from lms.core import keys, site, storage
from lms.core.keys import Kind

MOST_BYTES = 16 * 1024 * 1024
"""Many times what any of our files has."""
_WORTH = {
    State.EXPIRED: "expired",
    State.SUPERSEDED: "superseded",
    State.REVOKED: "revoked",
}


@dataclass(slots=True)
class Report:
    """What is genuine, what was changed, what is unknown."""

    serial: str = ""
    holder: str = ""
    """Whole if the file is genuine: its owner has it before their eyes. Otherwise masked."""
    state: str = "unknown"
    """What the certificate is worth now: see `rules.State`."""
    signature: str = "none"
    """Of a PDF: ``valid``, ``changed``, ``foreign``, ``expired``, ``missing``; ``none`` for anything else."""
    integrity: str = "unknown"
    """``intact``: the very thing that was issued; ``changed``; or ``unknown``."""
    credential: str = "missing"
    """``valid``, ``missing``, or ``invalid``."""
    status: str = "unknown"
    """``active`` or ``revoked``, as the public status list has it."""
    problems: list[str] = field(default_factory=list)
    """Codes of `words.PROBLEMS`; empty if and only if it is genuine and good today."""

    @property
    def is_genuine(self) -> bool:
        """Whether it is what was issued here, whatever it is worth today."""
        return self.integrity == "intact"

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Checked:
    """A report, and what the page shows beside it."""

    report: Report
    shown: Shown | None = None
    address: tuple[str, str] | None = None
    """Serial and token that a QR code leads to, here."""


def check(content: bytes, *, patience: float | None = None) -> Checked:
    """Say what an uploaded file is.

    Args:
        content: anything.
        patience: seconds to wait for a turn where many files are looked into; None for any.

    Raises:
        TimeoutError: no turn came.
    """
    if len(content) > MOST_BYTES:
        return Checked(Report(problems=["too-large"]))
    methods = issuer.known_methods(queries.issuers())
    found = examining.examine(content, keys.history(Kind.SIGNER), methods, patience=patience)
    report = Report(signature=found.signature, problems=list(found.problems))
    if found.kind == "picture":
        return _picture(found, report)
    if found.credential == "valid":
        report.credential = "valid"
    elif found.document:
        report.credential = "invalid"
        report.problems.append(found.credential)
    elif not report.problems:
        report.problems.append("missing-credential")
    if found.signature in {"changed", "foreign", "expired", "missing"} and not found.problems:
        report.problems.append(f"signature-{found.signature}")
    shown = _known(found.serial, report)
    if shown is not None:
        _compare(content, found, shown, report)
    return Checked(report, shown)


def _known(serial: str, report: Report) -> Shown | None:
    if not rules.is_serial(serial):
        if not report.problems:
            report.problems.append("unknown-serial")
        return None
    report.serial = rules.as_printed(serial)
    if (shown := queries.certificate_with(report.serial)) is None:
        report.problems.append("unknown-serial")
    return shown


def _compare(content: bytes, found: Found, shown: Shown, report: Report) -> None:
    """Compare a file with what was issued under its serial."""
    files = queries.files_of(shown.id)
    if _is_issued(content, found, shown, files):
        report.integrity = "intact"
    else:
        report.integrity = "changed"
        if _had_the_original(found, files) and shown.privacy is not Privacy.PRIVATE:
            report.problems += _differences(found, shown)
        if not report.problems:
            report.problems.append("not-as-issued")
    report.state = shown.state.value
    report.status = "active" if shown.revoked_at is None else "revoked"
    if shown.state in _WORTH:
        report.problems.append(_WORTH[shown.state])
    if shown.is_specimen:
        report.problems.append("specimen")
    name = shown.snapshot["name"]
    report.holder = name if report.is_genuine else rules.masked_name(name)


def _is_issued(content: bytes, found: Found, shown: Shown, files: Files | None) -> bool:
    """Whether everything holds, and it is the very file or credential that was handed out."""
    if files is None or storage.sha256(files.content) != shown.pdf_sha256:
        return False
    if found.kind == "pdf":
        return found.signature == "valid" and storage.sha256(content) == shown.pdf_sha256
    if found.credential != "valid" or files.credential is None:
        return False
    return bool(found.document == json.loads(files.credential))


def _had_the_original(found: Found, files: Files | None) -> bool:
    """Whether whoever made the file had the real credential before them: it carries its proof.

    Nobody else is told in what a credential differs: they could try names until one fits.
    """
    proof = found.document.get("proof")
    if files is None or files.credential is None or not isinstance(proof, Mapping):
        return False
    return bool(proof.get("proofValue") == json.loads(files.credential)["proof"]["proofValue"])


def _differences(found: Found, shown: Shown) -> list[str]:
    """Return in what a credential differs from what was issued, as codes."""
    subject = found.document.get("credentialSubject")
    claims = subject if isinstance(subject, Mapping) else {}
    told = json.dumps(claims.get("identifier"), ensure_ascii=False)
    differs = []
    if json.dumps(shown.snapshot["name"], ensure_ascii=False) not in told:
        differs.append("other-name")
    until = shown.valid_until
    if found.document.get("validUntil") != (None if until is None else issuer.end_of(until)):
        differs.append("other-dates")
    if _status_of(found.document) != f"{shown.status_list_id}#{shown.status_index}":
        differs.append("other-status-list")
    return differs


def _status_of(document: Mapping[str, Any]) -> str:
    """Return the list and the place in it that a credential names, as the address has them."""
    told = document.get("credentialStatus")
    address = told.get("id") if isinstance(told, Mapping) else None
    return str(address).rpartition("/")[2]


def _picture(found: Found, report: Report) -> Checked:
    """Follow the QR code of a picture, if it leads here."""
    for address in found.addresses:
        parts = urlsplit(address)
        below, _, serial = parts.path.rpartition("/v/")
        if not rules.is_serial(serial):
            continue
        report.serial = rules.as_printed(serial)
        if f"{parts.scheme}://{parts.netloc}{below}" != site.settings().base_url:
            report.problems.append("foreign-address")
            return Checked(report)
        token = parse_qs(parts.query).get("t", [""])[0]
        return Checked(report, address=(report.serial, token))
    if not report.problems:
        report.problems.append("no-code")
    return Checked(report)
