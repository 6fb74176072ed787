"""Who may open which of the pages around accounts: each role, each page."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.rules import Role
from lms.permissions import PERMISSIONS
from tests import factories
from tests.browser import sign_in

PUBLIC = {
    "accounts.sign_in": "/sign-in",
    "accounts.forgot": "/forgot",
    "accounts.use_link": "/link/guess",
    "accounts.setup": "/setup/guess",
    "admin.alive": "/healthz",
    "admin.ready": "/readyz",
}
OWN = {"accounts.profile": "/account"}
READING = {
    "admin.people": "/admin/people",
    "admin.person_new": "/admin/people/new",
    "admin.person": "/admin/people/{person}",
    "admin.person_deactivate": "/admin/people/{person}/deactivate",
    "admin.units": "/admin/units",
    "admin.unit": "/admin/units/{unit}",
    "admin.audit": "/admin/audit",
    "admin.health": "/admin/health",
}
WRITING = {
    "accounts.sign_out": "/sign-out",
    "accounts.change_password": "/account/password",
    "accounts.end_sign_in": "/account/sign-ins/1/end",
    "accounts.end_other_sign_ins": "/account/sign-ins/end-others",
    "admin.person_reactivate": "/admin/people/{person}/reactivate",
    "admin.person_invite": "/admin/people/{person}/invite",
    "admin.person_reset": "/admin/people/{person}/reset",
    "admin.person_enrol": "/admin/people/{person}/enrol",
    "admin.role_grant": "/admin/people/{person}/roles",
    "admin.role_end": "/admin/people/{person}/roles/1/end",
    "admin.unit_close": "/admin/units/{unit}/close",
}
ADMIN_WRITING = {name: path for name, path in WRITING.items() if name.startswith("admin.")}
OTHERS = [role for role in Role if role is not Role.ADMIN]


def test_the_lists_above_name_every_page() -> None:
    named = PUBLIC.keys() | OWN.keys() | READING.keys() | WRITING.keys()
    assert named == {each for each in PERMISSIONS if each.startswith(("accounts.", "admin."))}


@pytest.mark.parametrize("path", PUBLIC.values())
def test_a_stranger_opens_what_is_public(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code in {200, 410}


@pytest.mark.parametrize("path", [*OWN.values(), *READING.values()])
def test_a_stranger_is_asked_to_sign_in(client: FlaskClient, path: str) -> None:
    reply = client.get(path.format(person=1, unit=1), headers={"Accept": "text/html"})
    assert reply.location.startswith("/sign-in?next=")


@pytest.mark.parametrize("path", ADMIN_WRITING.values())
def test_a_stranger_changes_nothing(client: FlaskClient, path: str) -> None:
    assert client.post(path.format(person=1, unit=1)).status_code == 401


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("path", READING.values())
def test_others_than_administrators_are_refused(client: FlaskClient, role: Role, path: str) -> None:
    sign_in(client, factories.person(roles={role}))
    assert client.get(path.format(person=1, unit=1)).status_code == 403


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("path", ADMIN_WRITING.values())
def test_others_than_administrators_change_nothing(
    client: FlaskClient, role: Role, path: str
) -> None:
    sign_in(client, factories.person(roles={role}))
    assert client.post(path.format(person=1, unit=1)).status_code == 403


@pytest.mark.parametrize("path", READING.values())
@pytest.mark.parametrize("code", ["zh", "en"])
def test_an_administrator_opens_everything_in_both_languages(
    client: FlaskClient, path: str, code: str
) -> None:
    admin = factories.person(roles={Role.ADMIN}, unit=factories.unit())
    sign_in(client, admin)
    client.set_cookie("lang", code)
    page = client.get(path.format(person=admin.id, unit=admin.unit_id))
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path", [each for each in [*READING.values(), *ADMIN_WRITING.values()] if "{" in each]
)
def test_what_is_not_there_is_a_404(client: FlaskClient, path: str) -> None:
    sign_in(client, factories.person(roles={Role.ADMIN}))
    act = client.get if path in READING.values() else client.post
    assert act(path.format(person=10**9, unit=10**9)).status_code == 404


def test_a_number_beyond_all_numbers_is_a_404(client: FlaskClient) -> None:
    sign_in(client, factories.person(roles={Role.ADMIN}))
    assert client.get(f"/admin/people/{10**30}").status_code == 404


@pytest.mark.parametrize("path", [*WRITING.values(), "/sign-in", "/forgot", "/account"])
def test_a_form_of_another_site_is_refused(
    app: Flask, client: FlaskClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)  # noqa: FBT003
    sign_in(client, factories.person(roles={Role.ADMIN}))
    assert client.post(path.format(person=1, unit=1)).status_code == 400
