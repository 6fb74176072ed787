"""What a browser does, without one."""

from flask import g
from flask.testing import FlaskClient

from lms.accounts import services
from lms.accounts.models import Person, SignIn


def sign_in(client: FlaskClient, person: Person) -> SignIn:
    """Sign in as `person`, from now on and for this client only."""
    row = services.sign_in(person, device="test", address="127.0.0.1")
    with client.session_transaction() as cookie:
        cookie["_user_id"] = row.get_id()
    forget_person()
    return row


def forget_person() -> None:
    """Drop what Flask-Login keeps between requests, which share one context in a test."""
    g.pop("_login_user", None)
