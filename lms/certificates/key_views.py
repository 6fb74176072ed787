"""The page of the keys that sign, and the way to sign with a bought one."""

from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts.login import me
from lms.certificates import signing
from lms.certificates.blueprint import bp, private
from lms.certificates.forms import PackageForm
from lms.certificates.words import KEY_PROBLEMS, KIND_WORDS, PACKAGE_PROBLEMS
from lms.core import keys
from lms.core.keys import Kind, PackageRefusedError
from lms.web.fields import typed
from lms.web.uploads import takes_at_most


@bp.route("/certificates/keys", methods=["GET", "POST"])
@takes_at_most(1)
def signing_keys() -> ResponseReturnValue:
    """List the keys with their history; sign with a bought certificate from now on."""
    form = PackageForm()
    if form.validate_on_submit():
        try:
            content = form.file.data.read()
            key = signing.take_package(content, typed(form.password), actor=me())
        except PackageRefusedError as error:
            at = form.password if error.code == "wrong-password" else form.file
            at.errors = [str(PACKAGE_PROBLEMS[error.code])]
        else:
            flash(
                _("PDFs are signed with it from now on: %(subject)s", subject=key.subject),
                "success",
            )
            return redirect(url_for(".signing_keys"))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    page = render_template(
        "certificates/keys.html",
        form=form,
        history=[key for kind in Kind for key in keys.history(kind)],
        problems=[KEY_PROBLEMS[each] for each in keys.problems()],
        KINDS=KIND_WORDS,
    )
    return private(page, status)
