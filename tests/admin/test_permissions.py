"""Who may open which of the pages around accounts: each role, each page."""

from collections.abc import Iterable

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
    "admin.import_new": "/admin/people/import",
    "admin.import_template": "/admin/people/import/template.xlsx",
    "admin.assign": "/admin/assign",
    "admin.units": "/admin/units",
    "admin.unit": "/admin/units/{unit}",
    "admin.audit": "/admin/audit",
    "admin.health": "/admin/health",
}
ONE_S_OWN = {
    "admin.import_result": "/admin/people/import/1",
    "admin.assign_done": "/admin/assign/guess",
}
"""For whoever asked for it: a 404 to all others."""
WRITING = {
    "accounts.sign_out": "/sign-out",
    "accounts.change_password": "/account/password",
    "accounts.end_sign_in": "/account/sign-ins/1/end",
    "accounts.end_other_sign_ins": "/account/sign-ins/end-others",
    "admin.person_reactivate": "/admin/people/{person}/reactivate",
    "admin.person_invite": "/admin/people/{person}/invite",
    "admin.person_reset": "/admin/people/{person}/reset",
    "admin.person_enrol": "/admin/people/{person}/enrol",
    "admin.import_apply": "/admin/people/import/{import_}/apply",
    "admin.import_cancel": "/admin/people/import/{import_}/cancel",
    "admin.import_invite": "/admin/people/import/{import_}/invite",
    "admin.role_grant": "/admin/people/{person}/roles",
    "admin.role_end": "/admin/people/{person}/roles/1/end",
    "admin.unit_close": "/admin/units/{unit}/close",
    "admin.job_retry": "/admin/health/jobs/{person}/retry",
    "admin.mails_retry": "/admin/health/mails/retry",
    "admin.backup_now": "/admin/backups",
}
ADMIN_WRITING = {name: path for name, path in WRITING.items() if name.startswith("admin.")}
KEEPERS = frozenset({Role.HR, Role.ADMIN})


def those_refused(endpoints: Iterable[str]) -> list[tuple[Role, str]]:
    """Each page with each role that it is not for."""
    return [
        (role, name)
        for name in endpoints
        for role in Role
        if role not in (PERMISSIONS[name] or frozenset(Role))
    ]


def test_the_pages_about_people_are_for_hr_and_administrators_the_others_for_the_latter() -> None:
    about_people = ("admin.people", "admin.person", "admin.import", "admin.assign")
    for name in [*READING, *ADMIN_WRITING, *ONE_S_OWN]:
        expected = KEEPERS if name.startswith(about_people) else {Role.ADMIN}
        assert PERMISSIONS[name] == expected, name


def test_the_lists_above_name_every_page() -> None:
    named = (
        {"admin.metrics"}
        | PUBLIC.keys()
        | OWN.keys()
        | READING.keys()
        | WRITING.keys()
        | ONE_S_OWN.keys()
    )
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
    assert client.post(path.format(person=1, unit=1, import_=1)).status_code == 401


@pytest.mark.parametrize(("role", "name"), those_refused([*READING, *ONE_S_OWN]))
def test_others_are_refused(client: FlaskClient, role: Role, name: str) -> None:
    sign_in(client, factories.person(roles={role}))
    path = {**READING, **ONE_S_OWN}[name]
    assert client.get(path.format(person=1, unit=1)).status_code == 403


@pytest.mark.parametrize(("role", "name"), those_refused(ADMIN_WRITING))
def test_others_change_nothing(client: FlaskClient, role: Role, name: str) -> None:
    sign_in(client, factories.person(roles={role}))
    path = ADMIN_WRITING[name].format(person=1, unit=1, import_=1)
    assert client.post(path).status_code == 403


@pytest.mark.parametrize("path", ONE_S_OWN.values())
def test_what_another_asked_for_is_a_404(client: FlaskClient, path: str) -> None:
    sign_in(client, factories.person(roles={Role.ADMIN}))
    assert client.get(path).status_code == 404


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
    assert act(path.format(person=10**9, unit=10**9, import_=10**9)).status_code == 404


def test_a_number_beyond_all_numbers_is_a_404(client: FlaskClient) -> None:
    sign_in(client, factories.person(roles={Role.ADMIN}))
    assert client.get(f"/admin/people/{10**30}").status_code == 404


@pytest.mark.parametrize("path", [*WRITING.values(), "/sign-in", "/forgot", "/account"])
def test_a_form_of_another_site_is_refused(
    app: Flask, client: FlaskClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)  # noqa: FBT003
    sign_in(client, factories.person(roles={Role.ADMIN}))
    assert client.post(path.format(person=1, unit=1, import_=1)).status_code == 400
