"""Who signs credentials, in the words of the web: its DID, its addresses and its keys.

With a public https address it is a ``did:web``, whose document lists every key that ever signed;
without one it is a ``did:key``, which is the key itself.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote, unquote, urlsplit
from zoneinfo import ZoneInfo

from lms.core import keys, site
from lms.core.keys import Key, Kind
from lms.core.linked_data import CREDENTIALS, OPEN_BADGES, OPEN_BADGES_EXTENSIONS

CONTEXT = [CREDENTIALS, OPEN_BADGES, OPEN_BADGES_EXTENSIONS]
_WEB = "did:web:"


def did() -> str:
    """Return who signs from now on."""
    return web_did() or did_key(keys.current(Kind.CREDENTIAL))


def web_did() -> str:
    """Return the ``did:web`` of this site; "" without a public https address.

    A site below the top of its host has the path in it: others then ask for ``did.json`` there,
    and not for the host's own in ``.well-known``.
    """
    parts = urlsplit(site.settings().base_url)
    if parts.scheme != "https":
        return ""
    steps = (parts.netloc, *parts.path.split("/")[1:])
    return _WEB + ":".join(quote(unquote(each), safe="") for each in steps)


def did_key(key: Key) -> str:
    """Return the ``did:key`` of a key for credentials."""
    return f"did:key:{key.public}"


def method(issuer: str, key: Key) -> str:
    """Return the address of a key, as a proof names it."""
    return f"{issuer}#{key.name if issuer.startswith(_WEB) else key.public}"


def key_of(issuer: str) -> Key | None:
    """Return the key that signs in the name of `issuer`; None if we cannot."""
    if issuer.startswith(_WEB):
        return keys.current(Kind.CREDENTIAL)
    return next((key for key in keys.history(Kind.CREDENTIAL) if did_key(key) == issuer), None)


def known_methods(issuers: Iterable[str]) -> dict[str, str]:
    """Return address -> public key of everything that was ever signed with here.

    Args:
        issuers: in whose names credentials were signed, beside the present one.
    """
    history = keys.history(Kind.CREDENTIAL)
    found = {method(did_key(key), key): key.public for key in history}
    for issuer in {*issuers, did()}:
        if issuer.startswith(_WEB):
            found |= {method(issuer, key): key.public for key in history}
    return found


def profile(issuer: str, base: str, names: Mapping[str, Any]) -> dict[str, Any]:
    """Return the issuer as a credential names it.

    Args:
        issuer: its DID.
        base: the address of the site.
        names: with ``issuer_zh`` and ``issuer_en``.
    """
    name = f"{names['issuer_zh']} · {names['issuer_en']}"
    return {"id": issuer, "type": ["Profile"], "name": name, "url": f"{base}/issuer"}


def did_document() -> dict[str, Any] | None:
    """Return what others find under our ``did:web``; None if we are none."""
    if not (issuer := web_did()):
        return None
    history = keys.history(Kind.CREDENTIAL)
    methods = [
        {
            "id": method(issuer, key),
            "type": "Multikey",
            "controller": issuer,
            "publicKeyMultibase": key.public,
        }
        for key in history
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": issuer,
        "verificationMethod": methods,
        # The retired ones too: what they signed in their time is as good as ever.
        "assertionMethod": [each["id"] for each in methods],
    }


def instant(at: datetime) -> str:
    """Return an instant as credentials write it: with the organisation's zone."""
    return at.astimezone(ZoneInfo(site.settings().time_zone)).isoformat(timespec="seconds")


def end_of(day: date) -> str:
    """Return the last second of a day in the organisation's zone."""
    zone = ZoneInfo(site.settings().time_zone)
    end = datetime.combine(day + timedelta(days=1), time(), zone) - timedelta(seconds=1)
    return end.isoformat(timespec="seconds")
