"""Builds the application. The only module that knows all the others."""

import os
from urllib.parse import urlsplit

from flask import Flask, redirect, url_for
from flask_login import current_user
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

import lms.accounts.cli
import lms.accounts.importing.jobs
import lms.accounts.jobs
import lms.accounts.views
import lms.admin.assign_views
import lms.admin.backup.cli
import lms.admin.backup.jobs
import lms.admin.blueprint
import lms.admin.demo.cli
import lms.admin.import_views
import lms.admin.site_views
import lms.admin.unit_views
import lms.admin.views
import lms.certificates.blueprint
import lms.certificates.cli
import lms.certificates.issue_views
import lms.certificates.jobs
import lms.certificates.key_views
import lms.certificates.kind_use_views
import lms.certificates.kind_views
import lms.certificates.markup_views
import lms.certificates.proof_views
import lms.certificates.renewal_views
import lms.certificates.sharing_views
import lms.certificates.template_jobs
import lms.certificates.template_views
import lms.certificates.views
import lms.core.cli
import lms.courses.aid_views
import lms.courses.blueprint
import lms.courses.cli
import lms.courses.jobs
import lms.courses.material_views
import lms.courses.studio_views
import lms.courses.views
import lms.desk.blueprint
import lms.desk.team_views
import lms.desk.views
import lms.desk.work_views
import lms.exams.accommodation_views
import lms.exams.again_views
import lms.exams.bank_views
import lms.exams.blueprint
import lms.exams.bulk_views
import lms.exams.cli
import lms.exams.delivered_views
import lms.exams.draft_views
import lms.exams.fact_views
import lms.exams.import_views
import lms.exams.jobs
import lms.exams.marking_views
import lms.exams.outcome_views
import lms.exams.preview_views
import lms.exams.question_views
import lms.exams.regrade_views
import lms.exams.talk_views
import lms.exams.underway_views
import lms.exams.upload_views
import lms.exams.views
import lms.notifications.jobs
import lms.practice.blueprint
import lms.practice.jobs
import lms.practice.views
import lms.records.blueprint
import lms.records.cli
import lms.records.jobs
import lms.records.table_views
import lms.records.views
import lms.reports.cli
import lms.reports.jobs
import lms.reports.views
from lms import wiring
from lms.accounts import login
from lms.config import PROJECT, Settings
from lms.core import logging as lines, statements
from lms.core.db import db, engine_options
from lms.core.logging import Format
from lms.desk.menu import menu_of
from lms.permissions import ALONE, HOT, PERMISSIONS
from lms.web import (
    assets,
    errors,
    headers,
    i18n,
    layout,
    markup,
    requests,
    sessions,
    traffic,
    uploads,
    urls,
)
from lms.web.below import Below

BLUEPRINTS = (
    lms.certificates.blueprint.bp,
    lms.records.blueprint.bp,
    lms.accounts.views.bp,
    lms.admin.blueprint.bp,
    lms.courses.blueprint.bp,
    lms.desk.blueprint.bp,
    lms.desk.work_views.bp,
    lms.exams.blueprint.bp,
    lms.practice.blueprint.bp,
    lms.reports.views.bp,
)
COMMANDS = (
    lms.core.cli.jobs,
    lms.accounts.cli.group,
    lms.accounts.cli.people_group,
    lms.admin.backup.cli.group,
    lms.admin.demo.cli.group,
    lms.certificates.cli.group,
    lms.courses.cli.group,
    lms.exams.cli.group,
    lms.records.cli.group,
    lms.reports.cli.group,
)


def create_app(settings: Settings | None = None) -> Flask:
    """Build an application from `settings`, by default from the environment."""
    settings = settings or Settings.from_env(os.environ)
    app = Flask(__name__, instance_path=str(settings.data_dir), static_folder=None)
    app.static_folder = str(PROJECT / "lms" / "static")
    app.config.update(_flask_config(settings))
    if urlsplit(settings.public_url).path.strip("/"):
        app.wsgi_app = Below(app.wsgi_app, settings.public_url)  # type: ignore[assignment]
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, count, count, count)  # type: ignore[method-assign]
    db.init_app(app)
    lines.choose(Format(settings.log_format))
    statements.configure(settings.slow_statement_ms)
    requests.init_app(app)
    sessions.init_app(app)
    uploads.init_app(app)
    CSRFProtect(app)
    i18n.init_app(app, settings.languages.split(","), settings.time_zone)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    urls.init_app(app)
    assets.init_app(app)
    headers.init_app(app)
    markup.init_app(app)
    layout.init_app(app, menu_of)
    errors.init_app(app)
    app.url_map.converters["int"] = urls.RowNumber
    app.add_url_rule("/", "start", _start)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for command in COMMANDS:
        app.cli.add_command(command)
    login.init_app(app, PERMISSIONS, hot=HOT, alone=ALONE)
    wiring.connect()
    login.check_complete(app, PERMISSIONS)
    traffic.init(app.view_functions)
    return app


def _flask_config(settings: Settings) -> dict[str, object]:
    secure = settings.is_https
    return {
        "SECRET_KEY": settings.secret_key,
        "SETTINGS": settings,
        "SESSION_COOKIE_NAME": "__Host-session" if secure else "session",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the sign-in: an exam page may lie open for hours
        "MAX_CONTENT_LENGTH": settings.upload_limit_mb * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 4 * 1024 * 1024,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(
            settings.database_url, threads=settings.threads
        ),
        "IDLE_MINUTES": settings.idle_minutes,
        "SESSION_DAYS": settings.session_days,
    }


def _start() -> Response:
    """Lead to the first page of whoever comes."""
    if not current_user.is_authenticated:
        return redirect(url_for("accounts.sign_in"))
    return redirect(url_for("desk.home"))
