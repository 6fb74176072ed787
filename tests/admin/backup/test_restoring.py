"""The way back: everything is there again, or nothing was touched."""

import io
import shutil
import tarfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text

from lms.accounts.models import Person, SignIn
from lms.admin.backup import archive, creating, examining, programs, restoring, snapshots, trying
from lms.admin.backup.errors import BackupError, sentence
from lms.certificates.models import Certificate, CertificatePdf
from lms.core import presence, schema, site, storage
from lms.core.audit import AuditEntry
from lms.core.db import db
from tests import factories
from tests.admin.backup import sites
from tests.admin.backup.test_creating import ON_POSTGRESQL


def restore(path: Path) -> restoring.Restored:
    with restoring.prepared(path) as copy:
        return restoring.exchange(copy, path)


def refused(path: Path) -> list[str]:
    """Why a backup is not restored; nothing may have been touched then."""
    with pytest.raises(BackupError) as error, restoring.prepared(path):
        pass
    names = db.session.scalars(select(Person.name)).all()
    db.session.remove()
    assert names == ["Of this place"]
    assert not list(site.settings().data_dir.glob(f"{archive.ASIDE}*"))
    assert list(site.settings().data_dir.glob("tmp/*")) == []
    assert str(error.value)
    return [reason for reason, _context in error.value.findings]


def changed(path: Path, target: Path, change: Callable[[bytes], bytes]) -> Path:
    target.write_bytes(change(path.read_bytes()))
    return target


def rebuilt(path: Path, target: Path, **exchanged: bytes | None) -> Path:
    """The archive with some of its members exchanged, or left out."""
    with tarfile.open(path) as old, tarfile.open(target, "w") as new:
        for entry in old:
            file = old.extractfile(entry)
            assert file is not None
            content = exchanged.get(entry.name, file.read())
            if content is not None:
                entry.size = len(content)
                new.addfile(entry, io.BytesIO(content))
    return target


def test_a_site_with_a_hundred_certificates_comes_back_in_an_empty_place(tmp_path: Path) -> None:
    with sites.new_site(tmp_path / "site") as old:
        sites.fill(certificates=100)
        report = creating.create(tmp_path)
        assert report.file is not None
        heads = dict(db.session.execute(select(Certificate.serial, Certificate.pdf_sha256)).all())
        secret = (Path(old.instance_path) / "secret_key").read_bytes()
    with sites.new_site(tmp_path / "place") as new:
        done = restore(report.file)
        assert done.summary == report.summary
        assert done.summary["certificates"] == done.summary["pdfs"] == 100
        now = examining.summary()
        told = {name for name in now if now[name] != report.summary[name]}
        assert told == {"audit_entries", "audit_head"}  # the restore itself was noted
        assert now["audit_entries"] == report.summary["audit_entries"] + 1
        found = select(Certificate.serial, CertificatePdf.content).join(
            CertificatePdf, CertificatePdf.certificate_id == Certificate.id
        )
        pdfs = {serial: storage.sha256(content) for serial, content in db.session.execute(found)}
        assert pdfs == heads
        assert (Path(new.instance_path) / "secret_key").read_bytes() == secret
        assert storage.get(storage.sha256(b"%PDF-1.7 a manual")) == b"%PDF-1.7 a manual"


def test_everyone_is_signed_out_and_the_audit_log_knows(
    place: Flask, made: tuple[Path, dict[str, Any]]
) -> None:
    restore(made[0])
    assert db.session.scalars(select(SignIn.ended_at)).all() != []
    assert None not in db.session.scalars(select(SignIn.ended_at)).all()
    last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert last is not None
    assert last.action == "backup.restored"


def test_what_was_there_is_kept_aside(place: Flask, made: tuple[Path, dict[str, Any]]) -> None:
    secret = Path(place.instance_path) / "secret_key"
    secret.write_text("the one that was there before, of length", "ascii")
    done = restore(made[0])
    (aside,) = Path(place.instance_path).glob("before-restore-*")
    assert (aside / "secret_key").read_text("ascii").startswith("the one that was there before")
    if ON_POSTGRESQL:
        schema = done.kept_in.split(", ")[1]
        query = text(f"SELECT name FROM {schema}.person")  # noqa: S608
        assert db.session.scalars(query).all() == ["Of this place"]
    else:
        engine = create_engine(f"sqlite:///{aside / 'lms.sqlite'}")
        with engine.connect() as connection:
            names = connection.scalars(text("SELECT name FROM person")).all()
        engine.dispose()
        assert names == ["Of this place"]
    report = creating.create()  # what lies aside is not part of the site
    assert report.is_verified
    assert report.summary["people"] == done.summary["people"]


def test_settings_of_the_machine_stay(place: Flask, made: tuple[Path, dict[str, Any]]) -> None:
    own = Path(place.instance_path) / "settings.toml"
    own.write_text("port = 9000\n")
    report = creating.create()
    assert report.file is not None
    own.write_text("port = 9001\n")
    assert restore(report.file).has_other_settings
    assert own.read_text() == "port = 9001\n"
    assert own.with_name("settings.toml.from-backup").read_text() == "port = 9000\n"


def test_backups_stay_where_they_are(place: Flask) -> None:
    first = creating.create().file
    assert first is not None
    restore(first)
    assert first.exists()


def test_an_interrupted_restore_keeps_the_site_from_starting_and_is_completed_by_another(
    place: Flask, made: tuple[Path, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(restoring, "_exchange_files", interrupted)
        with pytest.raises(KeyboardInterrupt):
            restore(made[0])
    folder = Path(place.instance_path)
    with pytest.raises(presence.BeingRestoredError, match=r"stairway-\w+\.tar"):
        presence.shared(folder).__enter__()
    now = datetime(2030, 1, 1, tzinfo=UTC)  # another second: another folder
    with restoring.prepared(made[0]) as copy:
        restoring.exchange(copy, made[0], at=now)
    with presence.shared(folder):
        assert db.session.query(Certificate).count() == made[1]["certificates"]


def test_not_while_the_site_runs(place: Flask, made: tuple[Path, dict[str, Any]]) -> None:
    with (
        presence.shared(Path(place.instance_path)),
        pytest.raises(presence.InUseError, match="Stop it first"),
        restoring.prepared(made[0]),
    ):
        pass


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """As `place`; one for all that leave it as it is."""
    with sites.new_site(tmp_path_factory.mktemp("untouched") / "place") as app:
        factories.person(name="Of this place")
        db.session.remove()
        yield app


@pytest.mark.usefixtures("untouched")
class TestWhatIsRefused:
    """Damaged, foreign or hostile archives: they are named, and nothing is touched."""

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        assert refused(tmp_path / "absent.tar") == ["not-there"]

    @pytest.mark.parametrize("content", [b"", b"x" * 5000, b"PK\x03\x04"])
    def test_a_file_that_is_no_archive(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "x.tar"
        path.write_bytes(content)
        assert refused(path)[0] in {"no-archive", "cut-off"}

    @pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.9])
    def test_an_archive_that_was_cut_off(
        self, tmp_path: Path, made: tuple[Path, dict[str, Any]], share: float
    ) -> None:
        cut = changed(made[0], tmp_path / "x", lambda old: old[: int(share * len(old))])
        assert refused(cut)[0] in {"cut-off", "cut-member"}

    @pytest.mark.parametrize("member", ["database", "keys/secret_key"])
    def test_a_changed_byte_is_found_and_its_place_named(
        self, tmp_path: Path, made: tuple[Path, dict[str, Any]], member: str
    ) -> None:
        with tarfile.open(made[0]) as tar:
            entry = tar.getmember(member)
            at = entry.offset_data + entry.size // 2

        def flip(old: bytes) -> bytes:
            return old[:at] + bytes([old[at] ^ 1]) + old[at + 1 :]

        path = changed(made[0], tmp_path / "x", flip)
        assert refused(path) == ["damaged-member"]
        assert trying.findings_of(path) == [("damaged-member", {"name": member})]

    @pytest.mark.parametrize(
        ("member", "content", "reason"),
        [
            ("keys/secret_key", None, "missing-member"),
            ("keys/secret_key", b"shorter", "damaged-member"),
            ("manifest.json", b"{}", "damaged-list"),
            ("manifest.json", None, "cut-off"),
            ("manifest.sha256", None, "cut-off"),
        ],
    )
    def test_parts_that_were_exchanged(
        self,
        tmp_path: Path,
        made: tuple[Path, dict[str, Any]],
        member: str,
        content: bytes | None,
        reason: str,
    ) -> None:
        assert refused(rebuilt(made[0], tmp_path / "x", **{member: content})) == [reason]

    @pytest.mark.parametrize("name", ["../outside", "/srv/outside", "data/../../outside"])
    def test_names_that_lead_elsewhere(self, tmp_path: Path, name: str) -> None:
        path = tmp_path / "x.tar"
        with tarfile.open(path, "w") as tar:
            tar.addfile(tarfile.TarInfo(name), io.BytesIO())
        assert refused(path) == ["strange-member"]
        assert not (tmp_path / "outside").exists()

    @pytest.mark.parametrize(
        "kind",
        [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE],
    )
    def test_what_is_no_plain_file(self, tmp_path: Path, kind: bytes) -> None:
        path = tmp_path / "x.tar"
        entry = tarfile.TarInfo("data/x")
        entry.type, entry.linkname = kind, "/etc/passwd"
        with tarfile.open(path, "w") as tar:
            tar.addfile(entry)
        assert refused(path) == ["strange-member"]

    def test_a_file_that_is_larger_than_it_looks(self, tmp_path: Path) -> None:
        path = tmp_path / "x.tar"
        entry = tarfile.TarInfo("database")
        entry.pax_headers = {
            "GNU.sparse.major": "1",
            "GNU.sparse.minor": "0",
            "GNU.sparse.name": "database",
            "GNU.sparse.realsize": str(10**15),
        }
        content = b"1\n1000000000\n1\n".ljust(512, b"\0") + b"x"
        entry.size = len(content)
        with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
            tar.addfile(entry, io.BytesIO(content))
        assert refused(path) == ["strange-member"]

    def test_a_part_that_stands_twice(self, tmp_path: Path) -> None:
        path = tmp_path / "x.tar"
        with tarfile.open(path, "w") as tar:
            for _ in range(2):
                tar.addfile(tarfile.TarInfo("data/x"), io.BytesIO())
        assert refused(path) == ["strange-member"]

    def test_a_part_that_is_not_listed(
        self, tmp_path: Path, made: tuple[Path, dict[str, Any]]
    ) -> None:
        path = tmp_path / "x.tar"
        shutil.copy(made[0], path)
        with tarfile.open(path, "a") as tar:
            tar.addfile(tarfile.TarInfo("data/more"), io.BytesIO())
        assert refused(path) == ["strange-member"]

    @pytest.mark.parametrize("is_newer", [True, False])
    def test_what_this_site_cannot_take_in(self, tmp_path: Path, *, is_newer: bool) -> None:
        own, other = ("postgresql", "sqlite") if ON_POSTGRESQL else ("sqlite", "postgresql")
        path = tmp_path / "x.tar"
        kind, revision = (own, "9999") if is_newer else (other, schema.head())
        shot = snapshots.Snapshot(kind, revision, {})
        with (tmp_path / "database").open("w+b") as file:
            archive.write(path, file, shot, iter(()), made_at="2026", each_piece=programs.ignore)
        assert refused(path) == ["newer-schema" if is_newer else "other-kind"]
        (finding,) = trying.findings_of(path)
        wanted = ("9999", schema.head(), "Restore it with") if is_newer else (own, other)
        assert all(each in sentence(finding) for each in wanted)


def test_the_command_says_what_it_found_and_asks(
    place: Flask, made: tuple[Path, dict[str, Any]]
) -> None:
    runner = place.test_cli_runner()
    unsure = runner.invoke(args=["backup", "restore", str(made[0])], input="n\n")
    assert unsure.exit_code == 1
    assert db.session.scalars(select(Person.name)).all() == ["Of this place"]
    db.session.remove()
    sure = runner.invoke(args=["backup", "restore", str(made[0]), "--yes"])
    assert sure.exit_code == 0, sure.output
    for said in ("2 certificates", "1 attempt,", made[1]["chain_heads"], "kept in"):
        assert said in sure.output
