"""What an uploaded file says about itself: hostile input, so it is read in a child process.

Nothing here knows the database: whether what the file says is true is `checking`'s business.
"""

import json
import re
import sys
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from lms.certificates import badge
from lms.core import child, keys, linked_data, pdf_signing, pictures
from lms.core.keys import Key

SECONDS = 20
"""Of a processor."""
BY_THE_CLOCK = 60
"""Seconds; it stands back, and a busy machine lets it wait."""
MOST_CREDENTIAL_BYTES = 64 * 1024
"""Ten times what one of ours has."""
MEMORY_BYTES = 1536 * 1024 * 1024
MODULE = "lms.certificates.examining"
ATTACHED = "credential.json"
_PICTURES = (b"\xff\xd8\xff", b"RIFF", b"GIF8")
_BEFORE_JSON = b"\xef\xbb\xbf \t\r\n"
_SERIAL = re.compile(r"\b[A-Z0-9]{1,8}-\d{4}-\d{6}-[A-Z0-9]\b")


@dataclass(slots=True)
class Found:
    """What a file says."""

    kind: str
    """``pdf``, ``badge`` (a PNG with a credential), ``json``, ``picture`` or ``unknown``."""
    signature: str = "none"
    """Of a PDF: see `pdf_signing.Examined`; ``none`` for what is no PDF."""
    signed_by: str = ""
    credential: str = "missing"
    """``missing``, ``valid``, or why its proof does not hold: see `linked_data.ProofError`."""
    document: dict[str, Any] = field(default_factory=dict)
    """The credential."""
    text: str = ""
    """The credential as it stands in the file."""
    serial: str = ""
    addresses: list[str] = field(default_factory=list)
    """What the QR codes in a picture say."""
    problems: list[str] = field(default_factory=list)


def examine(
    content: bytes,
    signers: Sequence[Key],
    methods: Mapping[str, str],
    *,
    patience: float | None = None,
) -> Found:
    """Look into a file, in a process of its own.

    Args:
        content: anything that somebody uploaded.
        signers: the keys whose signatures under PDFs count.
        methods: address -> public key of those whose proofs count.
        patience: see `child.ask`.

    Raises:
        TimeoutError: too many files are being looked into.
    """
    told = {
        "signers": [_told(key) for key in signers],
        "methods": dict(methods),
        "content": b64encode(content).decode(),
    }
    try:
        answer = child.ask(
            MODULE, json.dumps(told).encode(), seconds=BY_THE_CLOCK, patience=patience
        )
    except child.ChildFailedError:
        return Found("unknown", problems=["unreadable"])
    return Found(**json.loads(answer))


def look(content: bytes, signers: Sequence[Key], methods: Mapping[str, str]) -> Found:
    """Look into a file, here and now: see `examine`."""
    if not content.strip():
        return Found("unknown", problems=["empty"])
    if b"%PDF-" in content[:1024]:
        return _pdf(content, signers, methods)
    if content.startswith(badge.SIGNATURE):
        return _png(content, methods)
    if content.startswith(_PICTURES):
        return _picture(content)
    if not content.lstrip(_BEFORE_JSON).startswith((b"{", b"[")):
        return Found("unknown", problems=["unknown-kind"])
    return _credential(Found("json"), content, methods)


def _pdf(content: bytes, signers: Sequence[Key], methods: Mapping[str, str]) -> Found:
    try:
        examined = pdf_signing.examine(content, signers)
    except pdf_signing.NotAPdfError as error:
        return Found("pdf", signature="missing", problems=[error.code])
    found = Found("pdf", signature=examined.verdict, signed_by=examined.signed_by)
    if (attached := examined.attachments.get(ATTACHED)) is not None:
        return _credential(found, attached, methods)
    if (named := _SERIAL.search(examined.title)) is not None:
        found.serial = named[0]
    return found


def _png(content: bytes, methods: Mapping[str, str]) -> Found:
    try:
        text = badge.baked(content)
    except badge.NotAPictureError:
        return Found("picture", problems=["unreadable"])
    if text is None:
        return _picture(content)
    return _credential(Found("badge"), text.encode(), methods)


def _picture(content: bytes) -> Found:
    try:
        return Found("picture", addresses=pictures.read_codes(content))
    except pictures.TooManyPixelsError:
        return Found("picture", problems=["too-many-pixels"])
    except pictures.PictureRefusedError:
        return Found("picture", problems=["unreadable"])


def _credential(found: Found, content: bytes, methods: Mapping[str, str]) -> Found:
    """Add what a credential says, and whether its proof holds."""
    if len(content) > MOST_CREDENTIAL_BYTES:
        found.problems.append("not-a-credential")
        return found
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        found.problems.append("not-a-credential")
        return found
    if not isinstance(document, dict) or "credentialSubject" not in document:
        found.problems.append("not-a-credential")
        return found
    found.document, found.text = document, content.decode(errors="replace")
    subject = document["credentialSubject"]
    if isinstance(subject, dict) and isinstance(subject.get("licenseNumber"), str):
        found.serial = subject["licenseNumber"]
    try:
        address = linked_data.check(document, methods)
        issued = document.get("issuer")
        owner = issued.get("id") if isinstance(issued, dict) else issued
        # A key of ours that signs in somebody else's name is no proof of theirs.
        found.credential = "valid" if address.split("#")[0] == owner else "foreign-key"
    except linked_data.ProofError as error:
        found.credential = error.code
    return found


def _told(key: Key) -> dict[str, Any]:
    """Return what the child needs of a key: nothing that is secret."""
    return {"kind": key.kind, "public": key.public, "chain": key.chain}


def main() -> int:
    """Read keys and file from standard input, say what was found, in a process of its own."""
    child.limit(memory_bytes=MEMORY_BYTES, seconds=SECONDS)
    told = json.load(sys.stdin)
    signers = [keys.public_part(**each) for each in told["signers"]]
    found = look(b64decode(told["content"]), signers, told["methods"])
    json.dump(asdict(found), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
