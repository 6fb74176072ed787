"""The shape that Open Badges 3.0 asks of a credential.

The official schema is asked in `test_official`. It lets any further property pass; the rules for the
classes that we use stand here in our own words, after the tables of the specification, and stricter:
no class takes a property that is not named.
"""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

URI = {"type": "string", "pattern": "^(https?://|did:|urn:)"}
INSTANT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$"}
TEXT = {"type": "string", "minLength": 1}


def kind(name: str) -> dict[str, Any]:
    return {"type": "array", "contains": {"const": name}, "items": TEXT}


def shape(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    properties = required | (optional or {})
    return {
        "type": "object",
        "required": list(required),
        "properties": properties,
        "additionalProperties": False,
    }


RESULT_DESCRIPTION = shape(
    {
        "id": URI,
        "type": kind("ResultDescription"),
        "name": TEXT,
        "resultType": {"enum": ["Percent", "RawScore", "LetterGrade", "Status"]},
    },
    {"valueMin": TEXT, "valueMax": TEXT},
)
ACHIEVEMENT = shape(
    {
        "id": URI,
        "type": kind("Achievement"),
        "name": TEXT,
        "description": TEXT,
        "criteria": shape({"narrative": TEXT}, {"id": URI}),
    },
    {
        "achievementType": {"enum": ["Certificate", "CertificateOfCompletion", "Certification"]},
        "resultDescription": {"type": "array", "items": RESULT_DESCRIPTION},
    },
)
IDENTITY = shape(
    {
        "type": {"const": "IdentityObject"},
        "hashed": {"type": "boolean"},
        "identityHash": TEXT,
        "identityType": {"enum": ["name", "emailAddress", "identifier"]},
    }
)
SUBJECT = shape(
    {
        "type": kind("AchievementSubject"),
        "achievement": ACHIEVEMENT,
        "identifier": {"type": "array", "minItems": 1, "items": IDENTITY},
    },
    {
        "licenseNumber": TEXT,
        "narrative": TEXT,
        "role": TEXT,
        "result": {
            "type": "array",
            "items": shape({"type": kind("Result")}, {"resultDescription": URI, "value": TEXT}),
        },
    },
)
STATUS = shape(
    {
        "id": URI,
        "type": {"const": "BitstringStatusListEntry"},
        "statusPurpose": {"const": "revocation"},
        "statusListIndex": {"type": "string", "pattern": "^[0-9]+$"},
        "statusListCredential": URI,
    }
)
PROOF = shape(
    {
        "type": {"const": "DataIntegrityProof"},
        "cryptosuite": {"const": "eddsa-rdfc-2022"},
        "created": INSTANT,
        "verificationMethod": URI,
        "proofPurpose": {"const": "assertionMethod"},
        "proofValue": {"type": "string", "pattern": "^z[1-9A-HJ-NP-Za-km-z]{80,90}$"},
    }
)
CREDENTIAL = shape(
    {
        "@context": {
            "type": "array",
            "minItems": 2,
            "prefixItems": [{"const": "https://www.w3.org/ns/credentials/v2"}],
            "contains": {"const": "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"},
            "items": URI,
        },
        "id": URI,
        "type": {"allOf": [kind("VerifiableCredential"), kind("OpenBadgeCredential")]},
        "name": TEXT,
        "issuer": shape({"id": URI, "type": kind("Profile")}, {"name": TEXT, "url": URI}),
        "validFrom": INSTANT,
        "credentialSubject": SUBJECT,
        "proof": PROOF,
    },
    {
        "awardedDate": INSTANT,
        "validUntil": INSTANT,
        "credentialStatus": STATUS,
        "credentialSchema": {
            "type": "array",
            "items": shape({"id": URI, "type": {"const": "1EdTechJsonSchemaValidator2019"}}),
        },
    },
)


def is_valid(schema: dict[str, Any], document: Any) -> bool:
    return bool(Draft202012Validator(schema).is_valid(document))


def test_a_credential_has_the_shape_that_open_badges_ask_for(credential: str) -> None:
    assert list(Draft202012Validator(CREDENTIAL).iter_errors(json.loads(credential))) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda it: it.pop("proof"),
        lambda it: it.pop("validFrom"),
        lambda it: it["issuer"].pop("id"),
        lambda it: it["credentialSubject"].pop("achievement"),
        lambda it: it["credentialSubject"]["achievement"].pop("criteria"),
        lambda it: it.update(type=["VerifiableCredential"]),
        lambda it: it.update(validUntil="2028-03-01"),
        lambda it: it["proof"].update(proofValue="none"),
        lambda it: it["credentialSubject"].update(grade="A"),
    ],
)
def test_and_one_without_it_is_refused(credential: str, spoil: Callable[[Any], object]) -> None:
    document = copy.deepcopy(json.loads(credential))
    spoil(document)
    assert not is_valid(CREDENTIAL, document)
