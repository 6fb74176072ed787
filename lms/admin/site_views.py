"""Operator pages about the site: audit log, health, and what a load balancer asks."""

from flask import Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from lms.admin import health as checks, queries
from lms.admin.blueprint import bp
from lms.admin.forms import AuditForm
from lms.core import clock, disk
from lms.core.paging import page_of
from lms.core.queue import JobState
from lms.notifications import queries as outbox


@bp.get("/admin/audit")
def audit() -> ResponseReturnValue:
    """List privileged acts, latest first."""
    form = AuditForm(request.args)
    is_valid = form.validate()
    entries = queries.audit_entries(
        who=form.who.data or "",
        action=form.action.data or "",
        first=form.first.data,
        last=form.last.data,
    )
    page = page_of(entries, request.args.get("page", 1, type=int))
    kept = {name: value for name, value in request.args.items() if name in form}
    return render_template(
        "admin/audit.html",
        form=form,
        is_valid=is_valid,
        page=page,
        lines=queries.in_words(page.rows),
        kept=kept,
    )


@bp.get("/admin/health")
def health() -> ResponseReturnValue:
    """Show how the site is."""
    return render_template(
        "admin/health.html",
        problems=checks.problems(),
        versions=checks.versions(),
        database_bytes=checks.database_bytes(),
        disk=disk.state(),
        queue=checks.queue(),
        JobState=JobState,
        outbox=outbox.outbox(),
        has_mail=outbox.has_mail(),
        links=outbox.waiting_links(at=clock.now()),
        settings=checks.shown_settings(),
        is_https=checks.settings().is_https,
        missing_for_pdf=checks.missing_for_pdf(),
        signing_keys=checks.signing_keys(),
        key_problems=checks.key_problems(),
    )


@bp.get("/healthz")
def alive() -> Response:
    """Say that the process answers; nothing else is asked for it."""
    return jsonify(status="ok")


@bp.get("/readyz")
def ready() -> ResponseReturnValue:
    """Say whether the site can serve, and what is missing if it cannot."""
    problems = checks.problems()
    if problems:
        return jsonify(status="unavailable", problems=problems), 503
    return jsonify(status="ok")
