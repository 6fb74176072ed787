"""Templates are the whole organisation's: who keeps the certificates of a unit changes none."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.certificates import look as looks, markup_templates, template_queries, templates, versions
from lms.certificates.models import CertificateDefinition
from lms.certificates.template_models import CertificateTemplate
from lms.core.errors import NotAllowedError
from tests import factories
from tests.browser import sign_in
from tests.certificates.template_tools import published

LIST = "/certificates/templates"


@pytest.fixture
def there(session: Session) -> Person:
    """Keeps the certificates of one unit."""
    return factories.person(roles={Role.HR}, scope=factories.unit())


@pytest.fixture
def kind(session: Session, template: CertificateTemplate, hr: Person) -> CertificateDefinition:
    """Printed with version 1 of the template, of which there is a draft by now."""
    made = factories.certificate_definition()
    published(template, hr)
    templates.use(template.id, [made.code], actor=hr)
    templates.renew(template.id, actor=hr)
    return made


ACTS: dict[str, Callable[[int, Person], object]] = {
    "start": lambda _row, actor: templates.start("formal", "x", actor=actor),
    "markup": lambda _row, actor: markup_templates.start("blank", "x", actor=actor),
    "save": lambda row, actor: templates.save(
        row, looks.Look(design="modern"), title="x", revision=1, actor=actor
    ),
    "renew": lambda row, actor: templates.renew(row, actor=actor),
    "ask": lambda row, actor: templates.ask_to_publish(row, actor=actor),
    "publish": lambda row, actor: templates.publish(
        template_queries.latest(row).id, revision=1, actor=actor
    ),
    "use": lambda row, actor: templates.use(row, [], actor=actor),
}


@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_changed(
    act: str, template: CertificateTemplate, kind: CertificateDefinition, there: Person
) -> None:
    before = len(versions.history(kind))
    with pytest.raises(NotAllowedError):
        ACTS[act](template.id, there)
    assert len(versions.history(kind)) == before
    assert template_queries.latest(template.id).published_at is None


def test_pages_show_them_and_offer_nothing_that_is_refused(
    client: FlaskClient, template: CertificateTemplate, kind: CertificateDefinition, there: Person
) -> None:
    sign_in(client, there)
    listed = client.get(LIST).text
    assert template.title in listed
    assert "not limited to a unit" in listed
    assert "Make a template" not in listed
    page = client.get(f"{LIST}/{template.id}").text
    assert "not limited to a unit" in page
    assert kind.settings["title"]["en"] in page
    for offered in ("/publish", "/use", "/draft", 'name="primary"'):
        assert offered not in page
    assert f"{LIST}/{template.id}/preview" in page
    assert client.post(f"{LIST}/{template.id}/preview").status_code == 302
    assert client.get(f"{LIST}/markup").status_code == 403
    for path, said in {
        "use": {"kinds": [kind.code]},
        "publish": {},
        "draft": {},
    }.items():
        assert client.post(f"{LIST}/{template.id}/{path}", data=said).status_code == 403, path


def test_whoever_is_not_limited_to_a_unit_is_offered_all_of_it(
    client: FlaskClient, template: CertificateTemplate, kind: CertificateDefinition, hr: Person
) -> None:
    sign_in(client, hr)
    assert "Make a template" in client.get(LIST).text
    page = client.get(f"{LIST}/{template.id}").text
    assert "not limited to a unit" not in page
    for offered in ("/publish", "/use", "/preview", 'name="primary"'):
        assert offered in page
