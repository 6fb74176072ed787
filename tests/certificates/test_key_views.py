"""The page of the keys: a bought certificate signs from now on, or the page says why not."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person
from lms.certificates import queries
from lms.certificates.models import Certificate
from lms.core import clock, keys, pdf, pdf_signing, queue
from lms.core.audit import AuditEntry
from lms.core.db import db
from lms.core.keys import Kind
from tests import factories
from tests.browser import sign_in
from tests.core.test_keys import package

pytestmark = pytest.mark.usefixtures("own_keys")
PAGE = "/certificates/keys"
DAY = timedelta(days=1)


def upload(client: FlaskClient, content: bytes, password: str) -> str:
    data = {"file": (BytesIO(content), "ours.p12"), "password": password}
    return client.post(PAGE, data=data, follow_redirects=True).text


def ours(*, since: int = -1, until: int = 1) -> bytes:
    now = clock.now().replace(microsecond=0)
    return package("secret", since=now + since * DAY, until=now + until * DAY)


def test_it_signs_from_now_on_and_the_earlier_one_stays_on_record(
    client: FlaskClient, admin: Person, trainee: Person
) -> None:
    keys.ensure()
    before = keys.current(Kind.SIGNER)
    sign_in(client, admin)
    page = upload(client, ours(), "secret")
    assert "PDFs are signed with it from now on: CN=Bought" in page
    key = keys.current(Kind.SIGNER)
    assert key.is_bought
    assert before.name in page
    assert keys.history(Kind.SIGNER)[-1].public == before.public
    kept = Path(keys.folder() / f"{key.name}.json").read_bytes()
    assert keys.secret_of(key) not in kept
    audit = select(AuditEntry).filter_by(action="certificates.keys-rotated")
    assert db.session.scalars(audit).one().actor_id == admin.id

    if missing := pdf.check():
        pytest.skip(f"missing on this host: {', '.join(missing)}")
    row: Certificate = factories.certificate(trainee)
    assert queue.run_one(at=clock.now() + DAY)
    content = queries.pdf_of(row.id)
    assert content is not None
    examined = pdf_signing.examine(content, [key])
    assert (examined.verdict, examined.signed_by) == ("valid", key.public)


@pytest.mark.parametrize(
    ("since", "until", "password", "said"),
    [
        (-1, 1, "wrong", "The password does not open the file"),
        (-3, -1, "secret", "has expired"),
        (1, 3, "secret", "not valid yet"),
    ],
)
def test_one_that_cannot_sign_says_why(
    client: FlaskClient, admin: Person, since: int, until: int, password: str, said: str
) -> None:
    keys.ensure()
    before = keys.current(Kind.SIGNER)
    sign_in(client, admin)
    page = upload(client, ours(since=since, until=until), password)
    assert said in page
    assert keys.current(Kind.SIGNER) == before


def test_something_else_says_so(client: FlaskClient, admin: Person) -> None:
    sign_in(client, admin)
    assert "This is no PKCS#12 file" in upload(client, b"hello", "")
    assert client.post(PAGE, data={}).status_code == 422


def test_only_administrators_come_here(client: FlaskClient, trainee: Person) -> None:
    sign_in(client, trainee)
    assert client.get(PAGE).status_code == 403
