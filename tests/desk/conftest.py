"""What the tests of first pages share."""

import pytest
from flask.testing import FlaskClient

from lms.accounts.models import Person
from lms.core import clock
from lms.courses.models import Enrolment
from tests import factories
from tests.browser import sign_in


@pytest.fixture
def enrolment(trainee: Person, client: FlaskClient) -> Enrolment:
    """A run, begun today, of: stage 1 with A-1, A-2 and an exam, then stage 2 with B-1."""
    row = factories.enrolment(trainee, factories.programme(), at=clock.now())
    sign_in(client, trainee)
    return row
