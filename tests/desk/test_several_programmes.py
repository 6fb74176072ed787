"""Someone who takes several programmes sees one map and the way to the others."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from lms.core import clock
from lms.courses.models import Enrolment
from lms.courses.services import finish_lesson
from tests import factories

DAY = timedelta(days=1)


def test_of_several_programmes_one_is_shown_and_the_others_are_offered(
    client: FlaskClient, enrolment: Enrolment
) -> None:
    later = factories.programme({"C": ["C-1"]})
    factories.enrolment(enrolment.person, later, at=clock.now() + DAY)
    page = client.get("/home").text
    assert 'href="/lessons/C-1"' in page
    assert f'href="/home?programme={enrolment.programme.code}"' in page
    other = client.get(f"/home?programme={enrolment.programme.code}").text
    assert 'href="/lessons/A-1"' in other
    assert f'href="/home?programme={later.code}"' in other


def test_what_is_completed_steps_back(client: FlaskClient, enrolment: Enrolment) -> None:
    short = factories.programme({"C": ["C-1"]}, exams=False)
    run = factories.enrolment(enrolment.person, short, at=clock.now() + DAY)
    finish_lesson(run.id, "C-1", actor=run.person)
    page = client.get("/home").text
    assert f'href="/home?programme={short.code}"' in page
    assert "You have finished every stage" in client.get(f"/home?programme={short.code}").text


def test_a_stage_alone_leads_to_the_programme_that_has_it(
    client: FlaskClient, enrolment: Enrolment
) -> None:
    later = factories.programme({"C": ["C-1"]})
    factories.enrolment(enrolment.person, later, at=clock.now() + DAY)
    assert f'href="/home?programme={later.code}"' in client.get("/home?stage=stage-2").text


@pytest.mark.usefixtures("enrolment")
def test_a_programme_that_one_does_not_take_is_not_found(client: FlaskClient) -> None:
    assert client.get(f"/home?programme={factories.programme().code}").status_code == 404
