"""Operator pages about the site: audit log, health, and what a load balancer asks."""

from http import HTTPStatus

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext

from lms.accounts.login import me
from lms.admin import health as checks, metrics as figures, queries, services
from lms.admin.backup import queries as backups, services as backup_services
from lms.admin.blueprint import bp
from lms.admin.forms import AuditForm
from lms.core import clock, disk
from lms.core.errors import NotFoundError
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
        log_bytes=checks.log_bytes(),
        disk=disk.state(),
        queue=checks.queue(),
        backup=backups.state(),
        JobState=JobState,
        outbox=outbox.outbox(),
        has_mail=outbox.has_mail(),
        links=outbox.waiting_links(at=clock.now()),
        settings=checks.shown_settings(),
        is_https=checks.settings().is_https,
        missing_for_pdf=checks.missing_for_pdf(),
        signing_keys=checks.signing_keys(),
        key_problems=checks.key_problems(),
        unprinted=checks.unprinted(),
        clock_jump=checks.clock_jump(),
    )


@bp.post("/admin/health/jobs/<int:job_id>/retry")
def job_retry(job_id: int) -> ResponseReturnValue:
    """Let a job that was given up run again."""
    services.retry_job(job_id, actor=me())
    flash(_("The job runs again as soon as its turn comes."), "success")
    return redirect(url_for(".health"))


@bp.post("/admin/health/mails/retry")
def mails_retry() -> ResponseReturnValue:
    """Try to send every mail that was not sent."""
    count = services.send_mails_again(actor=me())
    flash(
        ngettext("%(num)d mail is tried again.", "%(num)d mails are tried again.", count), "success"
    )
    return redirect(url_for(".health"))


@bp.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Give figures to whoever watches the site, if the operator has allowed it."""
    allowed = figures.may_read(request, checks.settings().metrics)
    if allowed is None:
        raise NotFoundError
    if not allowed:
        return "", HTTPStatus.UNAUTHORIZED, {"WWW-Authenticate": "Bearer"}
    return figures.text(), {"Content-Type": figures.CONTENT_TYPE}


@bp.post("/admin/backups")
def backup_now() -> ResponseReturnValue:
    """Have a backup made, and show how far it is."""
    job = backup_services.ask(actor=me())
    return redirect(url_for("work.progress", job_id=job.id))


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
