"""The official schema and somebody else's verifier: what they accept, and ten that they refuse."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from lms.accounts.models import Person
from lms.certificates import checking, issuer, queries, services
from lms.certificates.models import Certificate, RevocationReason
from lms.core import clock, keys, linked_data, queue
from lms.core.keys import Kind
from tests.certificates.official import (
    FOLDER,
    SCHEMA,
    Document,
    complaints,
    is_accepted_elsewhere,
)

SHA256 = "b7358e895f492e74055dc6bfc7ffc420d0e497f90c4579fb83d9519b86d393ea"


def test_the_schema_is_what_was_looked_at() -> None:
    assert hashlib.sha256(SCHEMA.read_bytes()).hexdigest() == SHA256


@pytest.mark.parametrize("folder", [FOLDER, linked_data.FOLDER], ids=lambda each: each.name)
def test_what_others_wrote_has_its_source_hash_and_licence_beside_it(folder: Path) -> None:
    told = (folder / "README.md").read_text("utf-8")
    for path in folder.glob("*.json"):
        (row,) = (line for line in told.splitlines() if f"| {path.name} |" in line)
        assert hashlib.sha256(path.read_bytes()).hexdigest() in row
    licences = [path.name for path in folder.glob("LICENSE-*")]
    assert licences
    assert [name for name in licences if name not in told] == []


@pytest.fixture
def document(credential: str) -> Document:
    told: Document = json.loads(credential)
    return told


def published(certificate: Certificate) -> bytes:
    return queries.status_list(certificate.status_list_id or 0, at=clock.now()).encode()


def test_what_was_issued_is_accepted_by_both(document: Document, certificate: Certificate) -> None:
    assert complaints(document) == []
    assert is_accepted_elsewhere(document, document["issuer"]["id"], published(certificate))


def test_a_credential_without_an_end_is_accepted_too(document: Document) -> None:
    del document["validUntil"]
    assert complaints(document) == []


def signed_again(
    document: Document, change: Callable[[Document], object], *, key: keys.Key
) -> None:
    """Change a document, and sign it as if `key` were the one that its proof names."""
    proof = document.pop("proof")
    change(document)
    address = proof["verificationMethod"]
    document.update(linked_data.signed(document, key, method=address, at=clock.now()))


def one_byte(document: Document) -> None:
    narrative = document["credentialSubject"]["narrative"]
    document["credentialSubject"]["narrative"] = narrative.replace("hours", "hourz")


def wrong_key(document: Document) -> None:
    (other,) = keys.rotate(Kind.CREDENTIAL)
    signed_again(document, lambda _it: None, key=other)


def expired(document: Document) -> None:
    yesterday = (clock.now() - timedelta(days=1)).date()

    def end(it: Document) -> None:
        it["validFrom"] = issuer.instant(clock.now() - timedelta(days=9))
        it["validUntil"] = issuer.end_of(yesterday)

    signed_again(document, end, key=keys.current(Kind.CREDENTIAL))


def other_name(document: Document) -> None:
    document["credentialSubject"]["identifier"][0]["identityHash"] = "李思远"


def missing_proof(document: Document) -> None:
    del document["proof"]


def unknown_term(document: Document) -> None:
    document["grade"] = "excellent"


def swapped_status_list(document: Document) -> None:
    address = document["credentialStatus"]["statusListCredential"] + "9"
    document["credentialStatus"] |= {"statusListCredential": address, "id": f"{address}#1"}


def alg_none(document: Document) -> None:
    document["proof"]["cryptosuite"] = "none"


def foreign_issuer(document: Document) -> None:
    def rename(it: Document) -> None:
        it["issuer"]["id"] = "did:web:example.org"

    signed_again(document, rename, key=keys.current(Kind.CREDENTIAL))


NINE = (
    one_byte,
    wrong_key,
    expired,
    other_name,
    missing_proof,
    unknown_term,
    swapped_status_list,
    alg_none,
    foreign_issuer,
)


@pytest.mark.parametrize("spoil", NINE)
def test_each_broken_one_is_refused_there_and_here(
    document: Document, certificate: Certificate, spoil: Callable[[Document], None]
) -> None:
    owner, status = document["issuer"]["id"], published(certificate)
    spoil(document)
    assert complaints(document) or not is_accepted_elsewhere(document, owner, status)
    report = checking.check(json.dumps(document).encode()).report
    assert not report.is_genuine
    assert report.problems


def test_the_tenth_is_a_revoked_one(
    document: Document, certificate: Certificate, admin: Person
) -> None:
    services.revoke(certificate.id, reason=RevocationReason.OTHER, note="n", actor=admin)
    assert queue.run_one(at=clock.now() + timedelta(seconds=1))  # its status list
    assert not is_accepted_elsewhere(document, document["issuer"]["id"], published(certificate))
    report = checking.check(json.dumps(document).encode()).report
    assert report.problems == ["revoked"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda it: it.pop("issuer"),
        lambda it: it.pop("validFrom"),
        lambda it: it.update(validUntil=2028),
        lambda it: it.update(type=["VerifiableCredential"]),
        lambda it: it["credentialSubject"].pop("achievement"),
        lambda it: it["credentialSubject"]["achievement"].pop("criteria"),
        lambda it: it["credentialSubject"]["identifier"][0].update(hashed="no"),
    ],
)
def test_the_schema_refuses_another_shape(
    document: Document, spoil: Callable[[Document], object]
) -> None:
    spoil(document)
    assert complaints(document)
