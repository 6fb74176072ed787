import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.web.urls import client_ip, here, safe_next


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n//evil.example",
        "evil.example",
        "",
        None,
    ],
)
def test_a_redirect_never_leaves_the_site(app: Flask, target: str | None) -> None:
    with app.test_request_context():
        assert safe_next(target) == "/"


@pytest.mark.parametrize("target", ["/map", "/lessons/s1-a-4?tab=2#check", "/v/S1-2026?t=a%2Fb"])
def test_a_redirect_leads_back_to_a_page_of_the_site(app: Flask, target: str) -> None:
    with app.test_request_context():
        assert safe_next(target) == target


def test_the_way_back_keeps_the_query(app: Flask) -> None:
    with app.test_request_context("/people?q=li&page=2"):
        assert here() == "/people?q=li&page=2"
    with app.test_request_context("/people"):
        assert here() == "/people"


def test_a_client_does_not_choose_its_address(app: Flask) -> None:
    headers = {"X-Forwarded-For": "10.9.9.9"}
    with app.test_request_context(headers=headers, environ_base={"REMOTE_ADDR": "192.0.2.7"}):
        assert client_ip() == "192.0.2.7"


def test_choosing_a_language_cannot_lead_elsewhere(client: FlaskClient) -> None:
    reply = client.get("/language/zh?next=//evil.example")
    assert reply.headers["Location"] == "/"
