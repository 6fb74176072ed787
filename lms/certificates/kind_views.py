"""The kinds of certificates: what each says, and how its next version is made."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts.login import me
from lms.certificates import defining, kinds, queries, versions, words
from lms.certificates.blueprint import bp, private
from lms.certificates.errors import NoDraftError, PrefixTakenError
from lms.certificates.kind_forms import KindForm, filled
from lms.certificates.models import CertificateDefinition
from lms.certificates.rules.sample import sample
from lms.certificates.rules.terms import Terms
from lms.core.errors import found
from lms.web.fields import shown_in
from lms.web.i18n import today

DRAW, SAVE, PUBLISH, DISCARD = "draw", "save", "publish", "discard"


@bp.get("/certificates/kinds")
def kind_list() -> str:
    """List the kinds of certificates."""
    return render_template("certificates/kinds.html", kinds=kinds.overview(), words=words)


@bp.route("/certificates/kinds/<code>", methods=["GET", "POST"])
def kind(code: str) -> ResponseReturnValue:
    """Show what a kind of certificate says, change it, and draw what that comes to."""
    definition = found(queries.definition_with(code))
    base = definition.draft or definition.settings
    form = KindForm(data=filled(base, today()))
    form.refresher.choices = kinds.refreshers()
    if not form.is_submitted():
        return _page(definition, form, Terms.read(base))
    act = request.form.get("act", DRAW)
    if act == DISCARD:
        defining.discard_draft(code, actor=me())
        return redirect(url_for(".kind", code=code))
    if not form.validate():
        return _page(definition, form, None)
    if act != DRAW and _done(definition, form, act):
        return redirect(url_for(".kind", code=code))
    return _page(definition, form, form.terms())


def _done(definition: CertificateDefinition, form: KindForm, act: str) -> bool:
    """Save the draft, and publish it if that was asked for; say so. False: the form says why not."""
    settings = form.settings(definition.draft or definition.settings)
    with shown_in(form, {PrefixTakenError: "prefix", NoDraftError: ""}):
        defining.save_draft(definition.code, settings, actor=me())
        if act == PUBLISH:
            note = (form.note.data or "").strip()
            version = defining.publish_draft(definition.code, note=note, actor=me())
            flash(_("Version %(number)d is published.", number=version.number), "success")
        else:
            flash(_("The draft is saved. Certificates go by the published version."), "success")
    return not form.errors


def _page(
    definition: CertificateDefinition, form: KindForm, terms: Terms | None
) -> ResponseReturnValue:
    page = render_template(
        "certificates/kind.html",
        definition=definition,
        form=form,
        drawn=sample(terms, form.earned_on.data or today()) if terms else None,
        terms=terms,
        earned_by=kinds.earned_by(definition.code),
        history=versions.history(definition),
        words=words,
        may=defining.may_define(me()),
    )
    return private(page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK)
