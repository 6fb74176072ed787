"""What holders do with a certificate of theirs: share it, hide it, take its files along."""

from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts.login import me
from lms.certificates import badge, queries, sharing
from lms.certificates.blueprint import bp, private
from lms.certificates.queries import Shown
from lms.certificates.sharing_forms import PrivacyForm, RenewForm
from lms.core.errors import found
from lms.core.text import filename
from lms.web.files import send_bytes


@bp.route("/certificates/<int:certificate_id>/sharing", methods=["GET", "POST"])
def share(certificate_id: int) -> ResponseReturnValue:
    """Show who sees a certificate, and change it."""
    shown = queries.own_certificate(me(), certificate_id)
    form = PrivacyForm()
    if not form.is_submitted():
        form.privacy.data = shown.privacy.value
    if form.validate_on_submit():
        sharing.set_privacy(shown.id, form.chosen, actor=me())
        flash(_("Saved. It counts from now on, for earlier links too."), "success")
        return redirect(url_for(".share", certificate_id=shown.id))
    return _page(shown, form, RenewForm())


@bp.post("/certificates/<int:certificate_id>/link")
def renew_link(certificate_id: int) -> ResponseReturnValue:
    """Replace the link to a certificate, once its holder knows what that takes back."""
    shown = queries.own_certificate(me(), certificate_id)
    form = RenewForm()
    if form.validate_on_submit():
        sharing.renew_link(shown.id, actor=me())
        flash(_("The link is a new one. The earlier ones show little from now on."), "success")
        return redirect(url_for(".share", certificate_id=shown.id))
    return _page(shown, PrivacyForm(None, data={"privacy": shown.privacy.value}), form)


@bp.get("/certificates/<int:certificate_id>/credential.json")
def own_credential(certificate_id: int) -> ResponseReturnValue:
    """Send the signed credential to its holder, whoever else may see it."""
    shown, text = _credential(certificate_id)
    name = filename(shown.snapshot["name"], shown.serial) + ".json"
    return private(send_bytes(text.encode(), mime="application/ld+json", name=name))


@bp.get("/certificates/<int:certificate_id>/badge.png")
def own_badge(certificate_id: int) -> ResponseReturnValue:
    """Send the badge with the credential in it to its holder, whoever else may see it."""
    shown, text = _credential(certificate_id)
    baked = badge.bake(badge.PICTURE.read_bytes(), text)
    name = filename(shown.snapshot["name"], shown.serial) + ".png"
    return private(send_bytes(baked, mime="image/png", name=name))


def _credential(certificate_id: int) -> tuple[Shown, str]:
    shown = queries.certificate_for(me(), certificate_id)
    return shown, found(found(queries.files_of(shown.id)).credential)


def _page(shown: Shown, form: PrivacyForm, renewal: RenewForm) -> ResponseReturnValue:
    is_refused = bool(form.errors or renewal.errors)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK
    page = render_template("certificates/share.html", certificate=shown, form=form, renewal=renewal)
    return private(page, status)
