"""The official schema of Open Badges 3.0, and a verifier that somebody else wrote."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jsonschema import Draft201909Validator
from openbadgeslib.ob3 import OB3LdpVerifier
from openbadgeslib.ob3.verifier import OB3VerificationError

FOLDER = Path(__file__).parent / "schema"
SCHEMA = FOLDER / "ob_v3p0_achievementcredential_schema.json"
Document = dict[str, Any]


def complaints(document: Document) -> Sequence[str]:
    """What the official schema has against a document."""
    schema = json.loads(SCHEMA.read_text("utf-8"))
    return [each.message for each in Draft201909Validator(schema).iter_errors(document)]


def is_accepted_elsewhere(document: Document, owner: str, status: bytes) -> bool:
    """Whether another verifier takes it for what `owner` issued, its status list included."""
    try:
        OB3LdpVerifier.for_issuer_did(owner).verify(
            json.dumps(document),
            check_status=True,
            download=lambda _address: status,
            verify_status_list=False,  # it knows lists as JWT only; ours is checked in `test_proof`
        )
    except OB3VerificationError:
        return False
    return True
