"""The keys that this installation signs with: made here, kept here, never sent anywhere.

Each key is one small file in ``keys/`` of the data directory, readable by its owner only. What is
secret in it is sealed with a key that follows from the instance secret, so a copy of the folder
alone signs nothing. A key that was replaced stays: what it signed is checked with it for ever.

What is public is read without the cryptography package: web processes ask only for that.
"""

import base64
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import mkstemp
from typing import Any

from flask import current_app

from lms.core import base58, clock, flushing, key_making, site
from lms.core.key_making import (
    Key,
    KeysLockedError,
    Kind,
    PackageRefusedError,
    SignerExpiredError,
    public_part,
)

__all__ = [
    "Key",
    "KeysLockedError",
    "Kind",
    "PackageRefusedError",
    "SignerExpiredError",
    "current",
    "ensure",
    "folder",
    "history",
    "is_signed",
    "problems",
    "public_part",
    "rotate",
    "secret_of",
    "sign",
    "signer",
    "take_package",
]
FOLDER = "keys"
_SEAL_INFO = b"stairway keys v1"
_NONCE = 12
EXPIRING = timedelta(days=60)
"""How long before its certificate ends the signer is said to need another."""


def ensure(at: datetime | None = None) -> None:
    """Make the keys that are not there yet: at the first start, all of them."""
    for kind in Kind:  # in this order: the signer is vouched for by the root
        if not _paths(kind):
            # By its number, not by counting again: whoever is second finds the first one's file.
            _add(kind, 1, at or clock.now())


def history(kind: Kind) -> Sequence[Key]:
    """Return the keys of one kind, latest first; the first one signs."""
    return [_read(path) for path in reversed(_paths(kind))]


def current(kind: Kind) -> Key:
    """Return the key that signs, made now if there is none."""
    paths = _paths(kind)
    if not paths:
        ensure()
        paths = _paths(kind)
    return _read(paths[-1])


def signer(at: datetime) -> Key:
    """Return the key that signs PDFs.

    Raises:
        SignerExpiredError: its certificate has ended.
    """
    key = current(Kind.SIGNER)
    if key.has_expired(at):
        raise SignerExpiredError(key.name)
    return key


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
        _add(kind, len(_paths(kind)) + 1, at)
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
        if not raw.startswith(key_making.ED25519):
            return False
        Ed25519PublicKey.from_public_bytes(raw[len(key_making.ED25519) :]).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def take_package(content: bytes, password: str, *, at: datetime | None = None) -> Key:
    """Sign PDFs with a bought certificate from now on.

    Args:
        content: a PKCS#12 file with the private key and its certificate.
        password: of that file.
        at: the instant; now, unless a test says otherwise.

    Raises:
        PackageRefusedError: ``wrong-password``, ``not-a-package``, ``no-key``, ``bad-key``,
            ``expired``, ``not-yet-valid`` or ``not-for-signing``; the signer in use stays.
    """
    at = at or clock.now()
    key, secret = key_making.opened(content, password, len(_paths(Kind.SIGNER)) + 1, at)
    kept = _keep(key, secret)
    _retire(Kind.SIGNER, at)
    return kept


def problems(at: datetime | None = None) -> list[str]:
    """Return what is wrong with the keys, as codes: ``locked``, ``expired``, ``expiring``, ``open``.

    Expiring is a signer within `EXPIRING` of its certificate's end: buying another one takes time.
    """
    ensure(at)
    found = []
    try:
        for kind in Kind:
            secret_of(current(kind))
    except KeysLockedError:
        found.append("locked")
    at, used = at or clock.now(), current(Kind.SIGNER)
    if used.has_expired(at):
        found.append("expired")
    elif used.has_expired(at + EXPIRING):
        found.append("expiring")
    if any(path.stat().st_mode & 0o077 for kind in Kind for path in _paths(kind)):
        found.append("open")
    return found


def folder() -> Path:
    """Return where they lie."""
    return Path(current_app.instance_path) / FOLDER


def _paths(kind: Kind) -> list[Path]:
    return sorted(folder().glob(f"{kind}-[0-9][0-9][0-9][0-9].json"))


def _read(path: Path) -> Key:
    found = path.stat()
    return _read_once(path, found.st_mtime_ns, found.st_size)


@lru_cache(64)
def _read_once(path: Path, _changed_at: int, _size: int) -> Key:
    """Read a file that is as it was only once: each page of the health looks at all keys twice."""
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


def _add(kind: Kind, number: int, at: datetime) -> Key:
    if kind is Kind.CREDENTIAL:
        return _keep(*key_making.new_ed25519(number, at))
    settings = site.settings()
    root = current(Kind.ROOT) if kind is Kind.SIGNER else None
    role = "Certificates" if root else "Root"
    names = (settings.issuer_zh[:64], f"{settings.issuer_en[:48]} {role}")
    authority = (root, secret_of(root)) if root else None
    made = key_making.new_certificate(kind, number, at, names=names, authority=authority)
    return _keep(*made)


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
    flushing.flush_names(folder())
    return _read(target)


def _retire(kind: Kind, at: datetime) -> None:
    for key in history(kind)[1:]:
        if key.retired_at is None:
            _draft(replace(key, retired_at=at)).replace(folder() / f"{key.name}.json")
    flushing.flush_names(folder())


def _draft(key: Key) -> Path:
    """Write a key's file aside, durably, readable by its owner only."""
    told = {name: getattr(key, name) for name in Key.__slots__}
    for name in ("made_at", "retired_at", "expires_at"):
        told[name] = told[name].isoformat() if told[name] else None
    flushing.make_folder(folder())
    descriptor, draft = mkstemp(dir=folder())  # 0600
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(told, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    return Path(draft)
