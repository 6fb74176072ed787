"""A certificate as a credential that other people's software reads: Open Badges 3.0."""

import gzip
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lms.certificates import issuer, rules
from lms.core import linked_data
from lms.core.keys import Key

SCHEMA = (
    "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a credential says that the snapshot does not."""

    code: str
    """Of the kind of certificate."""
    awarded_at: datetime
    valid_until: date | None
    issuer: str
    list_id: int
    index: int


def compose(printed: Mapping[str, Any], facts: Facts) -> dict[str, Any]:
    """Return the credential of a certificate, unsigned. Nothing but the arguments is read.

    Args:
        printed: the snapshot: see `document.render`.
        facts: the rest.
    """
    base = base_of(printed)
    document: dict[str, Any] = {
        "@context": issuer.CONTEXT,
        "id": f"{base}/v/{printed['serial']}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": _both(printed, "title"),
        "issuer": issuer.profile(facts.issuer, base, printed),
        "validFrom": issuer.instant(facts.awarded_at),
        "awardedDate": issuer.instant(facts.awarded_at),
    }
    if facts.valid_until is not None:
        document["validUntil"] = issuer.end_of(facts.valid_until)
    status = f"{base}/status/{facts.list_id}"
    return document | {
        "credentialSubject": _subject(printed, achievement(base, facts.code, printed)),
        "credentialStatus": {
            "id": f"{status}#{facts.index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(facts.index),
            "statusListCredential": status,
        },
        "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
    }


def signed(document: Mapping[str, Any], key: Key, *, at: datetime) -> str:
    """Return a document with its proof, as the text that is kept and handed out."""
    address = issuer.method(_issuer_of(document), key)
    return _text(linked_data.signed(document, key, method=address, at=at))


def base_of(printed: Mapping[str, Any]) -> str:
    """Return the address that the site had when a certificate was awarded."""
    return str(printed["verify_url"]).rpartition("/v/")[0]


def achievement(base: str, code: str, printed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the kind of certificate as an achievement."""
    address = f"{base}/achievements/{code}"
    what_zh, what_en = printed["programme_zh"], printed["programme_en"]
    if printed["stage_zh"]:
        what_zh, what_en = f"{what_zh} · {printed['stage_zh']}", f"{what_en}: {printed['stage_en']}"
    result = {
        "id": f"{address}#score",
        "type": ["ResultDescription"],
        "name": "成绩 · Score",
        "resultType": "Percent",
        "valueMin": "0",
        "valueMax": "100",
    }
    return {
        "id": address,
        "type": ["Achievement"],
        "achievementType": "Certification",
        "name": _both(printed, "title"),
        "description": f"{what_zh} · {what_en}",
        "criteria": {
            "id": address,
            "narrative": "完成全部课程，考核合格。 Every lesson completed, the assessment passed.",
        },
        "resultDescription": [result],
    }


def status_list(
    address: str, owner: str, revoked: Iterable[int], *, at: datetime
) -> dict[str, Any]:
    """Return a status list as a credential, unsigned.

    Args:
        address: where it is found.
        owner: the DID in whose name its credentials were signed.
        revoked: the places of those that were revoked.
        at: as of when.
    """
    bits = bytearray(rules.LIST_BITS // 8)
    for index in revoked:
        bits[index // 8] |= 0x80 >> index % 8
    encoded = urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).decode().rstrip("=")
    return {
        "@context": [linked_data.CREDENTIALS],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": owner,
        "validFrom": issuer.instant(at),
        "validUntil": issuer.instant(at + rules.LIST_KEPT),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": f"u{encoded}",
        },
    }


def _subject(printed: Mapping[str, Any], what: Mapping[str, Any]) -> dict[str, Any]:
    names = dict.fromkeys(filter(None, (printed["name"], printed["latin_name"])))
    subject: dict[str, Any] = {
        "type": ["AchievementSubject"],
        "identifier": [
            {
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": name,
                "identityType": "name",
            }
            for name in names
        ],
        "licenseNumber": printed["serial"],
        "achievement": what,
    }
    if printed["hours"]:
        subject["narrative"] = f"学时 {printed['hours']} · {printed['hours']} hours of study"
    if printed["score"]:
        described = what["resultDescription"][0]["id"]
        subject["result"] = [
            {"type": ["Result"], "resultDescription": described, "value": printed["score"]}
        ]
    if printed["specimen"]:
        subject["role"] = "样张 · SPECIMEN"
    return subject


def _both(printed: Mapping[str, Any], name: str) -> str:
    return f"{printed[f'{name}_zh']} · {printed[f'{name}_en']}"


def _issuer_of(document: Mapping[str, Any]) -> str:
    found = document["issuer"]
    return str(found["id"] if isinstance(found, Mapping) else found)


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1)
