"""A bought certificate that ended signs nothing; somebody is told before, and after."""

from datetime import timedelta
from io import BytesIO

import pytest
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import select

from lms.accounts.models import Person
from lms.certificates import checking, document, jobs, proof_views, queries, signing, words
from lms.certificates.models import Certificate
from lms.core import clock, keys, pdf, pdf_signing, queue
from lms.core.db import db, transaction
from lms.core.keys import Key, Kind
from lms.core.queue import Job, JobState
from lms.notifications.models import Message
from tests import factories
from tests.browser import sign_in
from tests.core.test_keys import package

pytestmark = pytest.mark.usefixtures("own_keys")
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _host_can_make_pdfs() -> None:
    if missing := pdf.check():
        pytest.skip(f"missing on this host: {', '.join(missing)}")
    proof_views.verifications.forget()
    proof_views.uploads.forget()


def bought(*, ends: timedelta) -> Key:
    """Signs from two years ago until then, as seen from now; taken while it was valid."""
    now = clock.now().replace(microsecond=0)
    since = now - 730 * DAY
    content = package("secret", since=since, until=now + ends)
    return keys.take_package(content, "secret", at=since + DAY)


@pytest.fixture
def ended(admin: Person) -> Key:
    assert admin.roles
    keys.ensure()
    return bought(ends=-DAY)


def run_jobs(hours: int = 1) -> None:
    """Run what is due, and what is put off for a while."""
    at = clock.now() + timedelta(hours=hours)
    while queue.run_one(at=at):
        pass


def job() -> Job:
    db.session.expire_all()
    return db.session.scalars(select(Job).filter_by(name="certificates.render")).one()


class TestMaking:
    def test_nothing_is_signed_and_the_certificate_is_valid(
        self, client: FlaskClient, ended: Key, trainee: Person
    ) -> None:
        assert ended.is_bought
        row = factories.certificate(trainee, at=clock.now())
        run_jobs()
        assert queries.pdf_of(row.id) is None
        assert (job().state, job().last_error) == (
            JobState.WAITING,
            f"SignerExpiredError('{ended.name}')",
        )
        page = client.get(f"/v/{row.serial}?t={row.token}").text
        assert "This certificate is genuine." in page
        assert "is still being made" in page

    def test_the_administrators_are_told_once_however_many_wait(
        self, ended: Key, admin: Person
    ) -> None:
        assert ended.is_bought
        for _ in range(3):
            factories.certificate(factories.person(), at=clock.now())
        for hours in (1, 3):
            run_jobs(hours)
        told = db.session.scalars(select(Message)).one()
        assert told.person_id == admin.id
        assert "wait for another signer" in told.subject
        assert "--replace-bought" in told.body
        assert "/certificates/keys" in told.body

    @pytest.mark.parametrize("way", ["rotated", "bought"])
    def test_with_another_signer_they_are_made_by_themselves(
        self, ended: Key, trainee: Person, way: str
    ) -> None:
        row = factories.certificate(trainee, at=clock.now())
        for hours in (1, 3):
            run_jobs(hours)
        assert job().state is JobState.DEAD
        if way == "rotated":
            signing.rotate_keys([Kind.SIGNER])
        else:
            now = clock.now().replace(microsecond=0)
            signing.take_package(package("x", since=now - DAY, until=now + DAY), "x")
        run_jobs()
        content = queries.pdf_of(row.id)
        assert content is not None
        examined = pdf_signing.examine(content, keys.history(Kind.SIGNER))
        assert examined.verdict == "valid"
        assert examined.signed_by == keys.current(Kind.SIGNER).public != ended.public

    def test_other_dead_jobs_are_left_alone(
        self, admin: Person, trainee: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def die(*_: object) -> bytes:
            raise MemoryError

        assert admin.roles
        monkeypatch.setattr(document, "render", die)
        factories.certificate(trainee, at=clock.now())
        for hours in (1, 3):
            run_jobs(hours)
        assert job().state is JobState.DEAD
        signing.rotate_keys([Kind.SIGNER])
        assert job().state is JobState.DEAD


def made_by(key: Key, row: Certificate) -> bytes:
    """A PDF of a certificate, signed with a key whatever its dates are; kept as the one issued."""
    printable = queries.printable(row.id)
    bare = document.render(printable.snapshot, (), document.READY)
    content = pdf_signing.certify(bare, key, reason=jobs.REASON)
    with transaction():
        jobs.keep(row.id, jobs.Made(content, None, key.public))
    return content


class TestChecking:
    def test_what_was_signed_after_the_end_is_not_called_valid(
        self, client: FlaskClient, ended: Key, trainee: Person
    ) -> None:
        row = factories.certificate(trainee, at=clock.now())
        content = made_by(ended, row)
        assert pdf_signing.examine(content, [ended]).verdict == "expired"
        report = checking.check(content).report
        assert (report.signature, report.integrity) == ("expired", "changed")
        assert "signature-expired" in report.problems
        page = client.post("/verify", data={"file": (BytesIO(content), "file.pdf")}).text
        assert str(words.PROBLEMS["signature-expired"]) in page
        assert "Genuine and unchanged" not in page
        address = f"/v/{row.serial}?t={row.token}"
        assert "worthless: the file was signed" in client.get(address).text
        said = client.get(address.replace("?", ".json?")).get_json()
        assert said["pdf"]["signature"] == "expired"

    def test_what_was_signed_before_stays_valid_for_ever(
        self, trainee: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415  where PDFs are made

        keys.ensure()
        key = bought(ends=DAY)
        content = made_by(key, factories.certificate(trainee, at=clock.now()))
        assert pdf_signing.examine(content, [key]).verdict == "valid"
        later = clock.now() + 3650 * DAY
        monkeypatch.setattr(
            pdf_signing,
            "_context",
            lambda _keys: ValidationContext(trust_roots=[], allow_fetching=False, moment=later),
        )
        assert pdf_signing.examine(content, [key]).verdict == "valid"

    def test_what_was_made_while_it_was_valid_is_so_on_the_page(
        self, client: FlaskClient, trainee: Person
    ) -> None:
        keys.ensure()
        row = factories.certificate(trainee, at=clock.now())
        made_by(bought(ends=DAY), row)
        said = client.get(f"/v/{row.serial}.json?t={row.token}").get_json()
        assert said["pdf"]["signature"] == "valid"


class TestWarning:
    @pytest.mark.parametrize(
        ("left", "codes"), [(61, []), (59, ["expiring"]), (1, ["expiring"]), (-1, ["expired"])]
    )
    @pytest.mark.usefixtures("session")
    def test_from_sixty_days_before(self, left: int, codes: list[str]) -> None:
        keys.ensure()
        bought(ends=left * DAY)
        assert keys.problems() == codes

    @pytest.mark.parametrize(
        ("language", "left", "said"),
        [
            ("en", 30, "ends within 60 days"),
            ("zh", 30, "将在 60 天内到期"),
            ("en", -1, "no PDF is made until there is another"),
            ("zh", -1, "在换用新证书之前不再生成 PDF"),
        ],
    )
    def test_in_health_and_with_the_keys(
        self, client: FlaskClient, admin: Person, language: str, left: int, said: str
    ) -> None:
        keys.ensure()
        bought(ends=left * DAY)
        sign_in(client, admin)
        client.set_cookie("lang", language)
        for page in ("/admin/health", "/certificates/keys"):
            assert said in client.get(page, headers={"Accept-Language": language}).text


class TestRotating:
    """A bought certificate was paid for: it is replaced only when somebody says so."""

    def rotate(self, runner: FlaskCliRunner, *options: str) -> str:
        outcome = runner.invoke(args=["certificates", "keys", "rotate", *options])
        assert outcome.exit_code == 0, outcome.output
        return str(outcome.output)

    @pytest.mark.parametrize("options", [(), ("--root",)])
    @pytest.mark.usefixtures("session")
    def test_it_goes_on_signing(self, runner: FlaskCliRunner, options: tuple[str, ...]) -> None:
        keys.ensure()
        key, before = bought(ends=DAY), keys.current(Kind.CREDENTIAL)
        said = self.rotate(runner, *options)
        assert "signs PDFs as before: CN=Bought, until" in said
        assert keys.current(Kind.SIGNER) == key
        assert keys.current(Kind.CREDENTIAL).public != before.public
        assert len(keys.history(Kind.ROOT)) == (2 if options else 1)

    @pytest.mark.usefixtures("session")
    def test_on_demand_our_own_takes_over(self, runner: FlaskCliRunner) -> None:
        keys.ensure()
        bought(ends=DAY)
        said = self.rotate(runner, "--replace-bought")
        assert "signs no more: CN=Bought" in said
        assert not keys.current(Kind.SIGNER).is_bought

    @pytest.mark.usefixtures("session")
    def test_one_that_cannot_be_opened_any_more_is_replaced(
        self, runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        keys.ensure()
        key = bought(ends=DAY)
        was = keys.secret_of

        def locked(asked: Key) -> bytes:
            if asked.name == key.name:
                raise keys.KeysLockedError(asked.name)
            return was(asked)

        monkeypatch.setattr(keys, "secret_of", locked)
        assert "signs no more" in self.rotate(runner, "--root")
        assert not keys.current(Kind.SIGNER).is_bought

    @pytest.mark.usefixtures("session")
    def test_our_own_is_replaced_as_ever(self, runner: FlaskCliRunner) -> None:
        keys.ensure()
        before = keys.current(Kind.SIGNER)
        assert "bought" not in self.rotate(runner)
        assert keys.current(Kind.SIGNER).public != before.public
