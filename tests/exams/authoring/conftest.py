"""A trainer who is signed in."""

import pytest
from flask.testing import FlaskClient

from lms.accounts.models import Person
from tests.browser import sign_in


@pytest.fixture(autouse=True)
def teacher(client: FlaskClient, trainer: Person) -> Person:
    sign_in(client, trainer)
    return trainer
