"""Which language a page is in, and how dates and numbers look in it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import flask
from babel.support import NullTranslations, Translations
from flask import (
    Flask,
    Response,
    current_app,
    has_app_context,
    has_request_context,
    redirect,
    request,
)
from flask.globals import _cv_app
from flask_babel import (
    Babel,
    Domain,
    format_date,
    format_datetime,
    get_locale,
    gettext as _,
)
from typing_extensions import override
from werkzeug.wrappers import Response as BaseResponse
from wtforms.i18n import messages_path

from lms.core import clock
from lms.web.urls import safe_next

COOKIE = "lang"
YEAR = timedelta(days=365)


class _Texts(Domain):  # type: ignore[misc]  # untyped
    """Our texts. Flask-Babel's own look for the catalogue anew for each of a page's hundred texts."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, Any] = {}
        """Language -> its texts, which never change while the process lives."""

    @override
    def get_translations(self) -> Any:
        if not has_app_context():
            return NullTranslations()
        code = language()
        known = self._known.get(code)
        if known is None:
            known = self._known[code] = super().get_translations()
        return known


_texts = _Texts()


class Request(flask.Request):
    """A request that brings the texts of the form library along.

    Flask-WTF looks for them in this attribute, and would read their file anew for each request.
    """

    @property
    def wtforms_translations(self) -> NullTranslations:
        """What the library's own messages are called in the language at hand."""
        return _form_texts(language())


@cache
def _form_texts(code: str) -> NullTranslations:
    return Translations.load(messages_path(), [code], domain="wtforms")


def init_app(app: Flask, languages: list[str], time_zone: str) -> None:
    """Choose the language per request and give templates what they need for it."""
    app.request_class = Request
    app.config["LANGUAGES"] = languages
    app.config["BABEL_DEFAULT_LOCALE"] = languages[0]
    app.config["BABEL_DEFAULT_TIMEZONE"] = time_zone
    babel = Babel(app, locale_selector=pick_language, timezone_selector=lambda: time_zone)
    babel.domain_instance = _texts
    # As in babel.cfg, or a text over several lines would not be found in the catalogue.
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.globals.update(get_locale=get_locale, language=language, today=today)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # of the extension
        gettext=lambda text: catalogue().ugettext(text),
        ngettext=lambda one, more, number: catalogue().ungettext(one, more, number),
        newstyle=True,
    )
    app.jinja_env.filters.update(day=day, instant=instant, clock_time=clock_time, local=local)
    app.add_url_rule("/language/<code>", "language", choose)


def pick_language() -> str:
    """Return the language of the current request: cookie, then browser, then the first.

    Outside a request (a job, a command) that is the first one; code that writes to a person picks
    their language with ``flask_babel.force_locale`` instead.
    """
    languages: list[str] = current_app.config["LANGUAGES"]
    if not has_request_context():
        return languages[0]
    if (chosen := request.cookies.get(COOKIE)) in languages:
        return str(chosen)
    return request.accept_languages.best_match(languages, default=languages[0])


def catalogue() -> Any:
    """Return the texts of the language at hand."""
    return _texts.get_translations()


def language() -> str:
    """Return ``zh`` or ``en``: what the page, mail or document at hand is written in."""
    # Flask-Babel's own way to its note takes thirty times as long, and a paper asks for it, one
    # text after the other, seven hundred times.
    context = _cv_app.get(None)  # None outside the application
    note = context and context.g.get("_flask_babel")
    locale = getattr(note, "babel_locale", None) or get_locale()
    return str(locale.language)


def local(text: Mapping[str, str]) -> str:
    """Return a bilingual text in the language at hand, else in the one that there is."""
    return text.get(language()) or next(iter(text.values()), "")


def choose(code: str) -> BaseResponse:
    """Remember a language in this browser and go back to the page."""
    reply = redirect(safe_next(request.args.get("next")))
    if code in current_app.config["LANGUAGES"]:
        remember(reply, code)
    return reply


def remember(reply: Response | BaseResponse, code: str) -> None:
    """Set the language cookie."""
    reply.set_cookie(COOKIE, code, max_age=YEAR, samesite="Lax", httponly=True,
                     secure=bool(current_app.config["SESSION_COOKIE_SECURE"]))  # fmt: skip


def zone() -> ZoneInfo:
    """Return the organisation's time zone."""
    return ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"])


def today(at: datetime | None = None) -> date:
    """Return the date in the organisation's time zone."""
    return (at or clock.now()).astimezone(zone()).date()


def end_of_day(at: datetime | None = None) -> datetime:
    """Return the instant at which the day ends in the organisation's time zone."""
    tomorrow = today(at) + timedelta(days=1)
    return datetime.combine(tomorrow, time(), zone()).astimezone(UTC)


def day(value: date | datetime | None) -> str:
    """Return a date as people read it; an instant by the organisation's time zone."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        value = today(value)
    return str(format_date(value, format=_("d MMM y"), rebase=False))


def instant(value: datetime | None) -> str:
    """Return date and time in the organisation's time zone."""
    return "–" if value is None else f"{day(value)} {clock_time(value)[:5]}"


def clock_time(value: datetime) -> str:
    """Return the time of day with seconds, 24 hours, in the organisation's time zone."""
    return str(format_datetime(value, format="HH:mm:ss"))
