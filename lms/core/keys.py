"""The keys that this installation signs with: made here, kept here, never sent anywhere.

Each key is one small file in ``keys/`` of the data directory, readable by its owner only. What is
secret in it is sealed with a key that follows from the instance secret, so a copy of the folder
alone signs nothing. A key that was replaced stays: what it signed is checked with it for ever.

What is public is read without the cryptography package: web processes ask only for that.
"""

import base64
import enum
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkstemp
from typing import Any

from flask import current_app

from lms.core import base58, clock, site

FOLDER = "keys"
ROOT_YEARS, LEAF_YEARS = 30, 10
_DAYS = 365
_ED25519 = b"\xed\x01"
"""What multicodec puts before the 32 bytes of such a public key."""
_SEAL_INFO = b"stairway keys v1"
_NONCE = 12


class KeysLockedError(RuntimeError):
    """The instance secret is not the one that the keys were sealed with."""


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

    @property
    def name(self) -> str:
        """What it is called in files and listings."""
        return f"{self.kind}-{self.number:04}"


def ensure(at: datetime | None = None) -> None:
    """Make the keys that are not there yet: at the first start, all of them."""
    for kind in Kind:  # in this order: the signer is vouched for by the root
        if not _paths(kind):
            _add(kind, at or clock.now())


def history(kind: Kind) -> Sequence[Key]:
    """Return the keys of one kind, latest first; the first one signs."""
    return [_read(path) for path in reversed(_paths(kind))]


def current(kind: Kind) -> Key:
    """Return the key that signs, made now if there is none."""
    if not _paths(kind):
        ensure()
    return _read(_paths(kind)[-1])


def rotate(*kinds: Kind, at: datetime | None = None) -> list[Key]:
    """Replace keys by new ones; the earlier ones are retired and stay. Return the new ones.

    Raises:
        KeysLockedError: see `secret_of`; nothing is changed then. With a new root it is never
            raised: that is the way out when the instance secret was lost.
    """
    at = at or clock.now()
    ensure(at)
    if Kind.ROOT not in kinds:
        secret_of(current(Kind.ROOT))
    for kind in (each for each in Kind if each in kinds):
        _add(kind, at)
        _retire(kind, at)
    return [current(kind) for kind in Kind if kind in kinds]


def secret_of(key: Key) -> bytes:
    """Return the private key: 32 bytes for Ed25519, else PKCS#8 in DER.

    Raises:
        KeysLockedError: the instance secret was changed, or the file was.
    """
    from cryptography.exceptions import InvalidTag

    box = base64.b64decode(key.sealed)
    try:
        secret: bytes = _cipher().decrypt(box[:_NONCE], box[_NONCE:], key.name.encode())
    except InvalidTag:
        raise KeysLockedError(key.name) from None
    return secret


def sign(key: Key, data: bytes) -> bytes:
    """Return the Ed25519 signature of `data`."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(secret_of(key)).sign(data)


def is_signed(public: str, signature: bytes, data: bytes) -> bool:
    """Whether `signature` over `data` was made with the key of this multibase public key."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        raw = base58.decode(public.removeprefix("z"))
        if not raw.startswith(_ED25519):
            return False
        Ed25519PublicKey.from_public_bytes(raw[len(_ED25519) :]).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def public_part(*, kind: str, public: str, chain: Sequence[str]) -> Key:
    """Return a key as one knows it who may only check with it."""
    epoch = datetime.fromtimestamp(0, UTC)
    return _key(Kind(kind), 0, epoch, public=public, chain=tuple(chain))


def take_package(content: bytes, password: str, *, at: datetime | None = None) -> Key:
    """Sign PDFs with a bought certificate from now on.

    Args:
        content: a PKCS#12 file with the private key and its certificate.
        password: of that file.
        at: the instant; now, unless a test says otherwise.

    Raises:
        PackageRefusedError: ``wrong-password``, ``not-a-package``, ``no-key``, ``bad-key``,
            ``expired`` or ``not-yet-valid``; the signer in use stays.
    """
    at = at or clock.now()
    key, secret = _opened(content, password, at)
    kept = _keep(key, secret)
    _retire(Kind.SIGNER, at)
    return kept


def problems(at: datetime | None = None) -> list[str]:
    """Return what is wrong with the keys, as codes: ``locked``, ``expired``, ``open``."""
    ensure(at)
    found = []
    try:
        for kind in Kind:
            secret_of(current(kind))
    except KeysLockedError:
        found.append("locked")
    expires_at = current(Kind.SIGNER).expires_at
    if expires_at is not None and expires_at <= (at or clock.now()):
        found.append("expired")
    if any(path.stat().st_mode & 0o077 for kind in Kind for path in _paths(kind)):
        found.append("open")
    return found


def folder() -> Path:
    """Return where they lie."""
    return Path(current_app.instance_path) / FOLDER


def _paths(kind: Kind) -> list[Path]:
    return sorted(folder().glob(f"{kind}-[0-9][0-9][0-9][0-9].json"))


def _read(path: Path) -> Key:
    told = json.loads(path.read_text("utf-8"))
    instants = {
        name: datetime.fromisoformat(told[name]) if told[name] else None
        for name in ("retired_at", "expires_at")
    }
    return Key(
        kind=Kind(told["kind"]),
        number=told["number"],
        made_at=datetime.fromisoformat(told["made_at"]),
        public=told["public"],
        chain=tuple(told["chain"]),
        subject=told["subject"],
        is_bought=told["is_bought"],
        sealed=told["sealed"],
        **instants,
    )


def _add(kind: Kind, at: datetime) -> Key:
    number = len(_paths(kind)) + 1
    if kind is Kind.CREDENTIAL:
        return _keep(*_new_ed25519(number, at))
    return _keep(*_new_certificate(kind, number, at))


def _new_ed25519(number: int, at: datetime) -> tuple[Key, bytes]:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.generate()
    public = "z" + base58.encode(_ED25519 + private.public_key().public_bytes_raw())
    return _key(Kind.CREDENTIAL, number, at, public=public), private.private_bytes_raw()


def _new_certificate(kind: Kind, number: int, at: datetime) -> tuple[Key, bytes]:
    from cryptography.hazmat.primitives.asymmetric import ec

    private = ec.generate_private_key(ec.SECP256R1())
    authority = current(Kind.ROOT) if kind is Kind.SIGNER else None
    years = ROOT_YEARS if authority is None else LEAF_YEARS
    certificate = _certificate(private, authority, at, at + timedelta(days=years * _DAYS))
    return _with_chain(kind, number, at, [certificate, *_certificates(authority)]), _pkcs8(private)


def _certificate(private: Any, authority: Key | None, since: datetime, until: datetime) -> Any:
    """Return a certificate of ours: the root's own, or a signer's."""
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_der_private_key
    from cryptography.x509.oid import NameOID

    settings = site.settings()
    role = "Root" if authority is None else "Certificates"
    names = {
        NameOID.ORGANIZATION_NAME: settings.issuer_zh[:64],
        NameOID.COMMON_NAME: f"{settings.issuer_en[:48]} {role}",
    }
    subject = x509.Name([x509.NameAttribute(name, text) for name, text in names.items()])
    issuer, signing = subject, private
    if authority is not None:
        issuer = _certificates(authority)[0].subject
        signing = load_der_private_key(secret_of(authority), None)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since - timedelta(minutes=5))  # clocks differ
        .not_valid_after(until)
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


def _opened(content: bytes, password: str, at: datetime) -> tuple[Key, bytes]:
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
    number = len(_paths(Kind.SIGNER)) + 1
    made = _with_chain(Kind.SIGNER, number, at, [certificate, *others])
    return replace(made, is_bought=True), _pkcs8(private)


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


def _certificates(key: Key | None) -> list[Any]:
    from cryptography.x509 import load_pem_x509_certificate

    return [load_pem_x509_certificate(pem.encode()) for pem in (key.chain if key else ())]


def _pkcs8(private: Any) -> bytes:
    from cryptography.hazmat.primitives import serialization as form

    plain = form.NoEncryption()
    content: bytes = private.private_bytes(form.Encoding.DER, form.PrivateFormat.PKCS8, plain)
    return content


def _key(kind: Kind, number: int, at: datetime, *, public: str, **changes: Any) -> Key:
    told: dict[str, Any] = {"chain": (), "subject": "", "expires_at": None, "retired_at": None}
    told |= {"is_bought": False, "sealed": "", **changes}
    return Key(kind=kind, number=number, made_at=at, public=public, **told)


def _cipher() -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=_SEAL_INFO)
    return AESGCM(derive.derive(site.settings().secret_key.encode()))


def _keep(key: Key, secret: bytes) -> Key:
    """Write a key's file; where another process was first, its key is the one."""
    nonce = os.urandom(_NONCE)
    box = nonce + _cipher().encrypt(nonce, secret, key.name.encode())
    kept = replace(key, sealed=base64.b64encode(box).decode())
    draft, target = _draft(kept), folder() / f"{key.name}.json"
    with suppress(FileExistsError):
        os.link(draft, target)
    draft.unlink()
    return _read(target)


def _retire(kind: Kind, at: datetime) -> None:
    for key in history(kind)[1:]:
        if key.retired_at is None:
            _draft(replace(key, retired_at=at)).replace(folder() / f"{key.name}.json")


def _draft(key: Key) -> Path:
    """Write a key's file aside, durably, readable by its owner only."""
    told = {name: getattr(key, name) for name in Key.__slots__}
    for name in ("made_at", "retired_at", "expires_at"):
        told[name] = told[name].isoformat() if told[name] else None
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, draft = mkstemp(dir=folder())  # 0600
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(told, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    return Path(draft)
