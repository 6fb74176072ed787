from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale, gettext

from lms.web import i18n

EVENING = datetime(2026, 3, 2, 17, 30, 5, tzinfo=UTC)
"""Already the next day in Shanghai."""


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("zh-CN,zh;q=0.9", "zh-CN"),
        ("en-GB", "en"),
        ("fr, zh;q=0.3", "zh-CN"),
        ("fr", "en"),
        ("", "en"),
    ],
)
def test_the_browser_chooses_the_language_and_the_first_is_the_default(
    client: FlaskClient, accepted: str, language: str
) -> None:
    page = client.get("/nowhere", headers={"Accept-Language": accepted})
    assert f'<html lang="{language}">' in page.text


def test_who_chose_a_language_keeps_it_whatever_the_browser_says(client: FlaskClient) -> None:
    reply = client.get("/language/zh?next=/nowhere")
    assert reply.headers["Location"] == "/nowhere"
    page = client.get("/nowhere", headers={"Accept-Language": "en"})
    assert '<html lang="zh-CN">' in page.text


def test_an_unknown_language_changes_nothing(client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get("/language/fr").headers


def test_without_a_request_the_first_language_counts(app: Flask) -> None:
    with app.app_context():
        assert i18n.pick_language() == "en"


def test_the_chinese_catalogue_is_found(app: Flask) -> None:
    with app.app_context(), force_locale("zh"):
        assert i18n.language() == "zh"
        assert gettext("There is nothing here.") != "There is nothing here."


@pytest.mark.parametrize(
    ("language", "day", "instant"),
    [("en", "3 Mar 2026", "3 Mar 2026 01:30"), ("zh", "2026-03-03", "2026-03-03 01:30")],
)
def test_dates_are_in_the_language_and_in_the_organisation_s_time_zone(
    app: Flask, language: str, day: str, instant: str
) -> None:
    with app.app_context(), force_locale(language):
        assert i18n.day(EVENING) == i18n.day(date(2026, 3, 3)) == day
        assert i18n.instant(EVENING) == instant
        assert i18n.clock_time(EVENING) == "01:30:05"
        assert i18n.today(EVENING) == date(2026, 3, 3)


def test_what_has_no_date_shows_a_dash(app: Flask) -> None:
    with app.app_context():
        assert i18n.day(None) == i18n.instant(None) == "–"


def test_a_text_that_lacks_a_language_is_shown_in_the_one_there_is(app: Flask) -> None:
    with app.app_context(), force_locale("zh"):
        assert i18n.local({"zh": "课时", "en": "Lesson"}) == "课时"
        assert i18n.local({"en": "Lesson"}) == "Lesson"
        assert i18n.local({}) == ""
