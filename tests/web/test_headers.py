import gzip
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from lms.config import Settings
from lms.factory import create_app
from lms.web import headers

PUBLIC = "/sign-in"


def test_every_reply_carries_the_policy(client: FlaskClient) -> None:
    for address in (PUBLIC, "/static/app.css", "/nowhere"):
        reply = client.get(address)
        assert reply.headers["Content-Security-Policy"] == headers.POLICY
        assert headers.FIXED.items() <= dict(reply.headers).items()


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    assert headers.POLICY.startswith("default-src 'none'")
    assert "unsafe" not in headers.POLICY
    assert "http" not in headers.POLICY
    for directive in ("frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
        assert directive in headers.POLICY


def test_the_server_does_not_say_what_it_is(client: FlaskClient) -> None:
    assert "X-Powered-By" not in client.get(PUBLIC).headers


def test_pages_with_personal_data_and_errors_are_never_stored(client: FlaskClient) -> None:
    assert client.get(PUBLIC).headers["Cache-Control"] == "no-store"
    assert client.get("/nowhere").headers["Cache-Control"] == "no-store"


def test_text_is_compressed_for_who_asks(client: FlaskClient) -> None:
    plain = client.get(PUBLIC)
    packed = client.get(PUBLIC, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert b"<!DOCTYPE html>" in gzip.decompress(packed.get_data())[:100]


@pytest.mark.parametrize(("public_url", "is_secure"), [("https://lms.example", True), ("", False)])
def test_behind_tls_the_cookie_and_the_browser_insist_on_it(
    tmp_path: Path, public_url: str, *, is_secure: bool
) -> None:
    settings = Settings(
        data_dir=tmp_path,
        secret_key="x" * 32,
        database_url=f"sqlite:///{tmp_path / 'x.sqlite'}",
        public_url=public_url,
    )
    app = create_app(settings)
    assert app.config["SESSION_COOKIE_SECURE"] is is_secure
    assert app.config["SESSION_COOKIE_NAME"].startswith("__Host-") is is_secure
    reply = app.test_client().get("/static/app.css")
    assert ("Strict-Transport-Security" in reply.headers) is is_secure
