"""Pages on which templates of certificates are written in HTML and CSS."""

from dataclasses import replace
from http import HTTPStatus

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.accounts.login import me
from lms.certificates import (
    images,
    look as looks,
    markup,
    markup_templates,
    policies,
    template_editor,
    template_queries,
    templates,
)
from lms.certificates.blueprint import bp, private
from lms.certificates.look import Look, Source
from lms.certificates.markup_errors import MarkupRefusedError, TooManyFilesError
from lms.certificates.markup_forms import MarkupForm, MarkupStartForm, markup_values_of
from lms.certificates.template_errors import (
    DraftChangedError,
    ImageRefusedError,
    TemplateRefusedError,
)
from lms.certificates.template_models import CertificateTemplate
from lms.certificates.words import MARKUP_NAMES
from lms.core import pdf, sandbox
from lms.core.errors import NotAllowedError, found
from lms.web.fields import shown_in, typed
from lms.web.uploads import takes_at_most

MOST_MB = 12
REFUSALS = {
    TemplateRefusedError: "",
    DraftChangedError: "",
    TooManyFilesError: "pictures",
}


@bp.route("/certificates/templates/markup", methods=["GET", "POST"])
@takes_at_most(1)
def markup_start() -> ResponseReturnValue:
    """Make a template that is written in HTML and CSS."""
    if not policies.may_define(me()):
        raise NotAllowedError
    form = MarkupStartForm()
    if form.validate_on_submit():
        row = markup_templates.start(form.paper.data, typed(form.title).strip(), actor=me())
        return redirect(url_for(".markup_edit", template_id=row.id))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return private(render_template("certificates/markup_start.html", form=form), status)


@bp.route("/certificates/templates/<int:template_id>/markup", methods=["GET", "POST"])
@takes_at_most(MOST_MB)
def markup_edit(template_id: int) -> ResponseReturnValue:
    """Show what a template is written in; save its draft and have it drawn."""
    row, version = template_queries.template(template_id), template_queries.latest(template_id)
    look = looks.read(version.settings)
    written = found(look.markup)
    form = MarkupForm(
        title=row.title, revision=str(version.revision), **markup_values_of(look, written)
    )
    form.dropped.choices = [(name, name) for name in written.files]
    if form.validate_on_submit():
        with shown_in(form, REFUSALS):
            if _has_saved(form, row, template_queries.look_of(version.id), written):
                return redirect(url_for(".markup_edit", template_id=template_id) + "#preview")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return private(_editor(form, row), status)


def _has_saved(form: MarkupForm, row: CertificateTemplate, before: Look, written: Source) -> bool:
    """Save a draft; whether it was taken. What speaks against it stands in the form then."""
    brought, pictures = _brought(form)
    dropped = set(form.dropped.data or ())
    kept = {name: each for name, each in written.files.items() if name not in dropped}
    look = replace(
        before,
        primary=typed(form.primary).lower(),
        accent=typed(form.accent).lower(),
        markup=form.markup(kept | brought),
        images={**before.images, **pictures},
    )
    number = form.revision.data or ""
    seen = int(number) if number.isdecimal() else 0
    try:
        markup_templates.save(
            row.id, look, title=typed(form.title).strip(), revision=seen, actor=me()
        )
    except MarkupRefusedError as error:
        for each in error.mistakes:
            form[each.field].errors = [*form[each.field].errors, error.said_at_field(each)]
        if brought:
            again = replace(before, markup=replace(written, files={**written.files, **brought}))
            again = replace(again, images=look.images)
            draft = templates.save(row.id, again, title=row.title, revision=seen, actor=me())
            form.revision.data = str(draft.revision)
        return False
    templates.ask_preview(row.id, actor=me())
    return True


def _brought(form: MarkupForm) -> tuple[dict[str, str], dict[str, bytes]]:
    """Return what the template calls each new picture, and what it is."""
    brought: dict[str, str] = {}
    pictures: dict[str, bytes] = {}
    for filename, uploaded in form.uploads():
        try:
            stored, content = images.taken(uploaded)
        except ImageRefusedError as error:
            error.context["field"] = "pictures"
            raise
        brought[markup_templates.name_for(filename, stored)] = stored
        pictures[stored] = content
    return brought, pictures


def _editor(form: MarkupForm, row: CertificateTemplate) -> str:
    shown = template_editor.shown(row, template_queries.latest(row.id))
    files = sorted(shown["look"].markup.files.items())
    form.dropped.choices = [(name, name) for name, _stored in files]
    return render_template(
        "certificates/markup.html",
        form=form,
        files=files,
        NAMES=MARKUP_NAMES,
        DRAWN=markup.DRAWN,
        FILTERS=sandbox.FILTERS,
        FAMILIES=pdf.FAMILIES,
        most_mb=images.MOST_MB,
        most_files=markup.MOST_FILES,
        **shown,
    )
