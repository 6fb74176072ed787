"""The kinds of certificates: what each says, and how its next version is made."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts.login import me
from lms.certificates import (
    defining,
    earning,
    kinds,
    making,
    meeting,
    policies,
    versions,
    words,
)
from lms.certificates.blueprint import bp, private
from lms.certificates.errors import (
    CodeTakenError,
    NoDraftError,
    NothingEarnsItError,
    PrefixReservedError,
    PrefixTakenError,
    ScoreNeverEarnedError,
    ScoreNeverRenewedError,
)
from lms.certificates.kind_forms import BLANK, KindForm, NewKindForm, filled
from lms.certificates.models import CertificateDefinition
from lms.certificates.rules.sample import sample
from lms.certificates.rules.terms import Terms
from lms.core.errors import NotAllowedError, found
from lms.web.fields import shown_in
from lms.web.i18n import today

DRAW, SAVE, PUBLISH, DISCARD = "draw", "save", "publish", "discard"
REFUSALS = {
    PrefixTakenError: "prefix",
    PrefixReservedError: "prefix",
    CodeTakenError: "code",
    NothingEarnsItError: "earned",
    ScoreNeverEarnedError: "score",
    ScoreNeverRenewedError: "score",
    NoDraftError: "",
}


@bp.get("/certificates/kinds")
def kind_list() -> str:
    """List the kinds of certificates."""
    rows, may = kinds.overview(), policies.may_define(me())
    return render_template("certificates/kinds.html", kinds=rows, words=words, may=may)


@bp.route("/certificates/kinds/new", methods=["GET", "POST"])
def kind_new() -> ResponseReturnValue:
    """Make a kind of certificate: a draft, until it is published on its own page."""
    if not policies.may_define(me()):
        raise NotAllowedError
    form = NewKindForm(data=BLANK | {"earned_on": today()})
    _offer(form, {})
    if not form.is_submitted():
        return _new_page(form, form.terms())
    if not form.validate():
        return _new_page(form, None)
    if request.form.get("act", DRAW) != DRAW:
        with shown_in(form, REFUSALS):
            code = making.start({"code": form.code.data, **form.settings({})}, actor=me()).code
            told = _("The draft is saved. Nothing is awarded by it until you publish it.")
            flash(told, "success")
            return redirect(url_for(".kind", code=code))
    return _new_page(form, form.terms())


@bp.route("/certificates/kinds/<code>", methods=["GET", "POST"])
def kind(code: str) -> ResponseReturnValue:
    """Show what a kind of certificate says, change it, and draw what that comes to."""
    definition = found(kinds.kind_with(code))
    base = definition.draft or definition.settings
    form = KindForm(data=filled(base, today()))
    _offer(form, base)
    if not form.is_submitted():
        return _page(definition, form, Terms.read(base))
    act = request.form.get("act", DRAW)
    if act == DISCARD:
        defining.discard_draft(code, actor=me())
        is_there = kinds.kind_with(code) is not None
        return redirect(url_for(".kind", code=code) if is_there else url_for(".kind_list"))
    if not form.validate():
        return _page(definition, form, None)
    if act != DRAW and _done(definition, form, act):
        return redirect(url_for(".kind", code=code))
    return _page(definition, form, form.terms())


def _offer(form: KindForm, settings: Mapping[str, Any]) -> None:
    form.refresher.choices = kinds.refreshers()
    form.earned.choices = earning.choices(settings)


def _done(definition: CertificateDefinition, form: KindForm, act: str) -> bool:
    """Save the draft, and publish it if that was asked for; say so. False: the form says why not."""
    settings = form.settings(definition.draft or definition.settings)
    with shown_in(form, REFUSALS):
        defining.save_draft(definition.code, settings, actor=me())
        if act == PUBLISH:
            note = (form.note.data or "").strip()
            version = defining.publish_draft(definition.code, note=note, actor=me())
            flash(_("Version %(number)d is published.", number=version.number), "success")
        else:
            flash(_("The draft is saved. Certificates go by the published version."), "success")
    return not form.errors


def _new_page(form: NewKindForm, terms: Terms | None) -> ResponseReturnValue:
    return private(
        render_template(
            "certificates/kind_new.html", form=form, words=words, **_drawn(form, terms)
        ),
        HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
    )


def _page(
    definition: CertificateDefinition, form: KindForm, terms: Terms | None
) -> ResponseReturnValue:
    said = definition.draft or definition.settings
    page = render_template(
        "certificates/kind.html",
        definition=definition,
        form=form,
        named_by=earning.named_by(definition.code),
        template=kinds.printed_with(definition.id),
        met=len(meeting.meeting(me(), said, definition.id)),
        history=versions.history(definition),
        words=words,
        may=policies.may_define(me()),
        **_drawn(form, terms),
    )
    return private(page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK)


def _drawn(form: KindForm, terms: Terms | None) -> dict[str, Any]:
    """Return what the terms come to for the sample person; nothing where the form is refused."""
    drawn = sample(terms, form.earned_on.data or today()) if terms else None
    return {"drawn": drawn, "terms": terms}
