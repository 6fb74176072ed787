"""The keys of the installation: sealed, kept for ever, and replaced by command."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    load_key_and_certificates,
    serialize_key_and_certificates,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from flask import Flask
from hypothesis import given, strategies as st

from lms.core import base58, clock, keys, linked_data
from lms.core.keys import Kind
from tests.conftest import new_app

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    with new_app(tmp_path, "sqlite://") as app, app.app_context():
        yield app


@pytest.mark.usefixtures("app")
class TestFiles:
    def test_they_are_made_once_and_only_their_owner_reads_them(self) -> None:
        keys.ensure()
        made = {kind: keys.current(kind) for kind in Kind}
        keys.ensure()
        assert {kind: keys.current(kind) for kind in Kind} == made
        files = list(keys.folder().iterdir())
        assert len(files) == 3
        assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
        assert keys.folder().stat().st_mode & 0o777 == 0o700
        assert keys.problems() == []

    def test_what_is_secret_is_not_in_the_file(self) -> None:
        key = keys.current(Kind.CREDENTIAL)
        secret = keys.secret_of(key)
        text = (keys.folder() / f"{key.name}.json").read_bytes()
        assert len(secret) == 32
        assert secret not in text
        assert secret.hex().encode() not in text

    def test_eight_processes_that_start_at_once_agree(self, app: Flask) -> None:
        def start(_: int) -> list[str]:
            with app.app_context():
                keys.ensure()
                return [keys.current(kind).public for kind in Kind]

        with ThreadPoolExecutor(8) as pool:
            assert len({tuple(each) for each in pool.map(start, range(8))}) == 1

    def test_a_file_that_others_can_read_is_named(self) -> None:
        keys.ensure()
        next(keys.folder().iterdir()).chmod(0o644)
        assert keys.problems() == ["open"]

    def test_one_key_s_secret_does_not_pass_for_another_s(self) -> None:
        (new,) = keys.rotate(Kind.CREDENTIAL)
        old = keys.history(Kind.CREDENTIAL)[1]
        with pytest.raises(keys.KeysLockedError):
            keys.secret_of(replace(new, sealed=old.sealed))


@pytest.mark.usefixtures("app")
class TestRotation:
    def test_the_earlier_ones_stay_and_what_they_signed_holds(self) -> None:
        old = keys.current(Kind.CREDENTIAL)
        signature = keys.sign(old, b"data")
        (new,) = keys.rotate(Kind.CREDENTIAL, at=NOON)
        assert [key.name for key in keys.history(Kind.CREDENTIAL)] == [
            "credential-0002",
            "credential-0001",
        ]
        assert keys.history(Kind.CREDENTIAL)[1].retired_at == NOON
        assert new.public != old.public
        assert keys.is_signed(old.public, signature, b"data")
        assert not keys.is_signed(new.public, signature, b"data")
        assert not keys.is_signed(old.public, signature, b"other")

    def test_a_new_signer_is_vouched_for_by_the_same_root(self) -> None:
        (new,) = keys.rotate(Kind.SIGNER)
        assert new.chain[1] == keys.current(Kind.ROOT).chain[0]

    def test_a_lost_instance_secret_locks_them_and_a_new_root_is_the_way_out(
        self, app: Flask
    ) -> None:
        keys.ensure()
        app.config["SETTINGS"] = replace(app.config["SETTINGS"], secret_key="y" * 32)
        assert keys.problems() == ["locked"]
        with pytest.raises(keys.KeysLockedError):
            keys.rotate(Kind.SIGNER)
        assert len(keys.history(Kind.SIGNER)) == 1
        keys.rotate(*Kind)
        assert keys.problems() == []
        assert len(keys.history(Kind.CREDENTIAL)) == 2

    def test_an_expired_signer_is_named(self) -> None:
        keys.ensure()
        assert keys.problems(clock.now() + 4000 * DAY) == ["expired"]


def package(
    password: str,
    *,
    since: datetime,
    until: datetime,
    extensions: Sequence[x509.ExtensionType] = (),
) -> bytes:
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Bought")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    builder = builder.public_key(private.public_key()).serial_number(1)
    for extension in extensions:
        builder = builder.add_extension(extension, critical=True)
    certificate = builder.not_valid_before(since).not_valid_after(until).sign(private, SHA256())
    encryption = BestAvailableEncryption(password.encode())
    return serialize_key_and_certificates(b"x", private, certificate, None, encryption)


@pytest.mark.usefixtures("app")
class TestPackage:
    def test_a_bought_certificate_signs_from_now_on(self) -> None:
        keys.ensure()
        content = package("secret", since=NOON - DAY, until=NOON + DAY)
        key = keys.take_package(content, "secret", at=NOON)
        assert key == keys.current(Kind.SIGNER)
        assert (key.number, key.is_bought, key.subject) == (2, True, "CN=Bought")
        assert keys.history(Kind.SIGNER)[1].retired_at == NOON

    @pytest.mark.parametrize(
        ("password", "at", "code"),
        [
            ("wrong", NOON, "wrong-password"),
            ("secret", NOON + DAY, "expired"),
            ("secret", NOON - 2 * DAY, "not-yet-valid"),
        ],
    )
    def test_one_that_cannot_sign_is_refused(self, password: str, at: datetime, code: str) -> None:
        before = keys.current(Kind.SIGNER)
        content = package("secret", since=NOON - DAY, until=NOON + DAY)
        with pytest.raises(keys.PackageRefusedError) as refused:
            keys.take_package(content, password, at=at)
        assert refused.value.code == code
        assert keys.current(Kind.SIGNER) == before

    def test_something_else_is_refused(self) -> None:
        with pytest.raises(keys.PackageRefusedError, match="not-a-package"):
            keys.take_package(b"hello", "secret", at=NOON)

    @pytest.mark.parametrize(
        "extension",
        [
            x509.KeyUsage(
                digital_signature=False,
                content_commitment=False,
                key_encipherment=True,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=False,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            ),
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]),
        ],
    )
    def test_one_that_is_not_for_signing_is_refused(self, extension: x509.ExtensionType) -> None:
        content = package("secret", since=NOON - DAY, until=NOON + DAY, extensions=[extension])
        with pytest.raises(keys.PackageRefusedError, match="not-for-signing"):
            keys.take_package(content, "secret", at=NOON)

    def test_one_without_its_private_key_is_refused(self) -> None:
        whole = package("secret", since=NOON - DAY, until=NOON + DAY)
        certificate = load_key_and_certificates(whole, b"secret")[1]
        bare = serialize_key_and_certificates(
            b"x", None, None, [certificate] if certificate else None, NoEncryption()
        )
        with pytest.raises(keys.PackageRefusedError, match="no-key"):
            keys.take_package(bare, "", at=NOON)


@given(st.binary(max_size=70))
def test_base_58_loses_nothing(content: bytes) -> None:
    assert base58.decode(base58.encode(content)) == content


def test_base_58_is_spelt_as_elsewhere() -> None:
    assert base58.encode(b"Hello World!") == "2NEpo7TZRRrLZSi2U"
    assert base58.encode(b"\0\0\x28\x7f\xb4\xcd") == "11233QC4"


def test_the_pinned_contexts_are_what_their_list_says() -> None:
    told = (linked_data.FOLDER / "README.md").read_text("utf-8")
    for name in linked_data.CONTEXTS.values():
        content = (linked_data.FOLDER / name).read_bytes()
        assert json.loads(content)["@context"]
        row = next(line for line in told.splitlines() if f"| {name} |" in line)
        assert hashlib.sha256(content).hexdigest() in row


def test_a_context_that_is_not_pinned_is_never_fetched() -> None:
    with pytest.raises(linked_data.ProofError, match="unknown-context"):
        linked_data._load("https://www.w3.org/ns/credentials/v1")  # noqa: SLF001


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"@context": "https://www.w3.org/ns/credentials/v2"}, "unknown-context"),
        ({"issuer": {"id": "did:x:y", "@context": {"name": "urn:x"}}}, "unknown-context"),
        ({"unheard": 1}, "unknown-term"),
        ({"type": ["VerifiableCredential", "Unheard"]}, "unknown-term"),
    ],
)
def test_what_could_not_be_signed_whole_is_not_signed(change: dict[str, Any], code: str) -> None:
    document = {
        "@context": [linked_data.CREDENTIALS],
        "type": ["VerifiableCredential"],
        "issuer": "did:x:y",
        "credentialSubject": {"id": "urn:x"},
    }
    key = keys.current(Kind.CREDENTIAL)
    assert linked_data.signed(document, key, method="m", at=NOON)["proof"]
    with pytest.raises(linked_data.ProofError, match=code):
        linked_data.signed({**document, **change}, key, method="m", at=NOON)
