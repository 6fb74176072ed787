"""What a key is, and how one is made. Nothing is kept here: that is `lms.core.keys`."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from lms.core import base58

ROOT_YEARS, LEAF_YEARS = 30, 10
_DAYS = 365
ED25519 = b"\xed\x01"
"""What multicodec puts before the 32 bytes of such a public key."""


class KeysLockedError(RuntimeError):
    """The instance secret is not the one that the keys were sealed with."""


class SignerExpiredError(RuntimeError):
    """The certificate that signs PDFs has ended: what it would sign proved nothing."""


class PackageRefusedError(ValueError):
    """A PKCS#12 file cannot be signed with. `code` says why, for words elsewhere."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Kind(enum.StrEnum):
    """What a key is for."""

    CREDENTIAL = "credential"
    """Ed25519: signs credentials and status lists."""
    ROOT = "root"
    """EC P-256, a certificate authority: vouches for the signers of PDFs."""
    SIGNER = "signer"
    """Signs PDFs: EC P-256 under our root, or a bought one."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key as its file has it."""

    kind: Kind
    number: int
    made_at: datetime
    retired_at: datetime | None
    public: str
    """Ed25519: multibase, as in a did:key. Otherwise the certificate's SHA-256, in hex."""
    chain: tuple[str, ...]
    """Certificates in PEM, its own first, then those that vouch for it; none for Ed25519."""
    subject: str
    """Whom the certificate names; "" for Ed25519."""
    expires_at: datetime | None
    is_bought: bool
    sealed: str

    def has_expired(self, at: datetime) -> bool:
        """Whether its certificate has ended by then; a key without one never does."""
        return self.expires_at is not None and self.expires_at <= at

    @property
    def name(self) -> str:
        """What it is called in files and listings."""
        return f"{self.kind}-{self.number:04}"


def public_part(*, kind: str, public: str, chain: Sequence[str]) -> Key:
    """Return a key as one knows it who may only check with it."""
    epoch = datetime.fromtimestamp(0, UTC)
    return _key(Kind(kind), 0, epoch, public=public, chain=tuple(chain))


def new_ed25519(number: int, at: datetime) -> tuple[Key, bytes]:
    """Return a new key for credentials, and what is secret in it."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.generate()
    public = "z" + base58.encode(ED25519 + private.public_key().public_bytes_raw())
    return _key(Kind.CREDENTIAL, number, at, public=public), private.private_bytes_raw()


def new_certificate(
    kind: Kind,
    number: int,
    at: datetime,
    *,
    names: tuple[str, str],
    authority: tuple[Key, bytes] | None,
) -> tuple[Key, bytes]:
    """Return a new root or signer with its certificate, and what is secret in it.

    Args:
        kind: root or signer.
        number: of this kind.
        at: from when it is valid.
        names: the organisation's and the common name.
        authority: who vouches for it, and its secret; None: it does so itself.
    """
    from cryptography.hazmat.primitives.asymmetric import ec

    private = ec.generate_private_key(ec.SECP256R1())
    above = _certificates(authority[0]) if authority else []
    certificate = _certificate(private, names, authority, at)
    return _with_chain(kind, number, at, [certificate, *above]), _pkcs8(private)


def _certificate(
    private: Any, names: tuple[str, str], authority: tuple[Key, bytes] | None, since: datetime
) -> Any:
    """Return a certificate of ours: the root's own, or a signer's."""
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_der_private_key
    from cryptography.x509.oid import NameOID

    told = zip((NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME), names, strict=True)
    subject = x509.Name([x509.NameAttribute(name, text) for name, text in told])
    issuer, signing, years = subject, private, ROOT_YEARS
    if authority is not None:
        issuer = _certificates(authority[0])[0].subject
        signing = load_der_private_key(authority[1], None)
        years = LEAF_YEARS
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since - timedelta(minutes=5))  # clocks differ
        .not_valid_after(since + timedelta(days=years * _DAYS))
    )
    for extension, is_critical in _extensions(private, signing, is_root=authority is None):
        builder = builder.add_extension(extension, is_critical)
    return builder.sign(signing, SHA256())


def _extensions(private: Any, signing: Any, *, is_root: bool) -> list[tuple[Any, bool]]:
    from cryptography import x509

    signs = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "encipher_only"), False
    )
    usage = x509.KeyUsage(
        digital_signature=not is_root,
        content_commitment=not is_root,
        key_cert_sign=is_root,
        crl_sign=is_root,
        decipher_only=False,
        **signs,
    )
    return [
        (x509.BasicConstraints(ca=is_root, path_length=0 if is_root else None), True),
        (usage, True),
        (x509.SubjectKeyIdentifier.from_public_key(private.public_key()), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), False),
    ]


def opened(content: bytes, password: str, number: int, at: datetime) -> tuple[Key, bytes]:
    """Return the key in a PKCS#12 file, as the signer of that number, and what is secret in it.

    Raises:
        PackageRefusedError: see `lms.core.keys.take_package`.
    """
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import pkcs12

    try:
        private, certificate, others = pkcs12.load_key_and_certificates(
            content, password.encode() or None
        )
    except ValueError as error:
        said = str(error).lower()
        code = "wrong-password" if "password" in said or "mac" in said else "not-a-package"
        raise PackageRefusedError(code) from None
    if private is None or certificate is None:
        raise PackageRefusedError("no-key")
    if not isinstance(private, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise PackageRefusedError("bad-key")
    if at >= certificate.not_valid_after_utc:
        raise PackageRefusedError("expired")
    if at < certificate.not_valid_before_utc:
        raise PackageRefusedError("not-yet-valid")
    if not _is_for_signing(certificate):
        raise PackageRefusedError("not-for-signing")
    made = _with_chain(Kind.SIGNER, number, at, [certificate, *others])
    return replace(made, is_bought=True), _pkcs8(private)


def _is_for_signing(certificate: Any) -> bool:
    """Whether documents may be signed with it: what is not said is allowed (RFC 5280, 4.2.1.3)."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID as Purpose

    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        if not (usage.digital_signature or usage.content_commitment):
            return False
    except x509.ExtensionNotFound:
        pass
    try:
        purposes = set(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        return True
    return not purposes <= {Purpose.SERVER_AUTH, Purpose.TIME_STAMPING, Purpose.OCSP_SIGNING}


def _with_chain(kind: Kind, number: int, at: datetime, certificates: list[Any]) -> Key:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding

    own = certificates[0]
    return _key(
        kind,
        number,
        at,
        public=own.fingerprint(SHA256()).hex(),
        chain=tuple(each.public_bytes(Encoding.PEM).decode() for each in certificates),
        subject=own.subject.rfc4514_string(),
        expires_at=own.not_valid_after_utc,
    )


def _certificates(key: Key) -> list[Any]:
    from cryptography.x509 import load_pem_x509_certificate

    return [load_pem_x509_certificate(pem.encode()) for pem in key.chain]


def _pkcs8(private: Any) -> bytes:
    from cryptography.hazmat.primitives import serialization as form

    plain = form.NoEncryption()
    content: bytes = private.private_bytes(form.Encoding.DER, form.PrivateFormat.PKCS8, plain)
    return content


def _key(kind: Kind, number: int, at: datetime, *, public: str, **changes: Any) -> Key:
    told: dict[str, Any] = {"chain": (), "subject": "", "expires_at": None, "retired_at": None}
    told |= {"is_bought": False, "sealed": "", **changes}
    return Key(kind=kind, number=number, made_at=at, public=public, **told)
