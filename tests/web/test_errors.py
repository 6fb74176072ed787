"""What a person sees when something goes wrong: what happened, what to do, and a number."""

import errno
import logging

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from lms.core.errors import NotAllowedError

JSON = {"Accept": "application/json"}


def reply_to(app: Flask, error: Exception, **headers: str) -> Response:
    with app.test_request_context("/somewhere", headers=headers):
        app.preprocess_request()
        return app.process_response(app.make_response(app.handle_user_exception(error)))


def database_error(words: str) -> OperationalError:
    return OperationalError("SELECT secret", {}, Exception(words))


def test_an_unknown_address_says_what_to_do(client: FlaskClient) -> None:
    page = client.get("/nowhere")
    assert page.status_code == 404
    assert "There is nothing here." in page.text
    assert 'href="/"' in page.text


def test_the_number_on_the_page_is_in_the_log(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="lms.access"):
        page = client.get("/nowhere?token=secret")
    number = page.headers["X-Request-Id"]
    assert number in page.text
    line = caplog.records[-1].getMessage()
    assert line.startswith(f"request={number} method=GET path=/nowhere status=404 ms=")
    assert "secret" not in line


def test_a_wrong_method_is_said_in_words(client: FlaskClient) -> None:
    page = client.post("/static/app.css")
    assert (page.status_code, "cannot be used in that way" in page.text) == (405, True)


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (database_error("connection refused"), 503, "database does not answer"),
        (database_error("database or disk is full"), 503, "disk of the server is full"),
        (database_error("attempt to write a readonly database"), 503, "disk of the server is full"),
        (OSError(errno.ENOSPC, "No space left on device"), 503, "disk of the server is full"),
        (TimeoutError("waited 30 s to write"), 503, "very busy"),
        (OSError(errno.EIO, "broken"), 500, "went wrong on our side"),
        (RuntimeError("renderer died"), 500, "went wrong on our side"),
        (IntegrityError("INSERT", {}, Exception("unique")), 500, "went wrong on our side"),
        (NotAllowedError(), 403, "not allowed"),
    ],
)
def test_each_failure_has_its_words_and_never_shows_its_inside(
    app: Flask, session: Session, error: Exception, status: int, words: str
) -> None:
    reply = reply_to(app, error)
    assert reply.status_code == status
    page = reply.get_data(as_text=True)
    assert words in page
    assert "Traceback" not in page
    assert "secret" not in page
    assert reply.headers["X-Request-Id"] in page
    assert ("Retry-After" in reply.headers) is (status == 503)


def test_a_defect_is_logged_in_full(
    app: Flask, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    reply = reply_to(app, RuntimeError("renderer died"))
    record = next(each for each in caplog.records if each.exc_info)
    assert reply.headers["X-Request-Id"] in record.getMessage()
    assert "renderer died" in str(record.exc_info)


def test_a_program_gets_problem_details(app: Flask) -> None:
    reply = reply_to(app, NotAllowedError(), **JSON)
    assert reply.mimetype == "application/problem+json"
    problem = reply.get_json()
    assert problem["type"] == "/problems/not-allowed"
    assert (problem["status"], problem["request_id"]) == (403, reply.headers["X-Request-Id"])


def test_a_part_of_a_page_gets_a_part_of_a_page(app: Flask) -> None:
    reply = reply_to(app, NotAllowedError(), **{"HX-Request": "true"})
    page = reply.get_data(as_text=True)
    assert 'role="alert"' in page
    assert "<html" not in page


def test_a_form_without_its_token_is_refused_kindly(app: Flask, session: Session) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        page = app.test_client().post("/sign-in", data={"login": "li"})
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert page.status_code == 400
    assert "form has expired" in page.text
