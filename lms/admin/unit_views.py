"""Operator pages about organisation units."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts import queries as accounts_queries, units as accounts
from lms.accounts.errors import UnitCircleError, UnitTooDeepError
from lms.accounts.login import me
from lms.accounts.models import OrgUnit
from lms.admin import queries
from lms.admin.blueprint import bp
from lms.admin.forms import UnitForm
from lms.web.fields import shown_in, typed

REFUSED = 422
AT_PARENT = {UnitCircleError: "parent_id", UnitTooDeepError: "parent_id"}


@bp.route("/admin/units", methods=["GET", "POST"])
def units() -> ResponseReturnValue:
    """Show the organisation as a tree, and add to it."""
    form = UnitForm()
    if form.validate_on_submit():
        with shown_in(form, AT_PARENT):
            unit = accounts.add_unit(typed(form.name), parent=_parent(form), actor=me())
            flash(_("%(name)s was added.", name=unit.name), "success")
            return redirect(url_for(".units"))
    page = render_template("admin/units.html", form=form, tree=queries.unit_tree())
    return page, REFUSED if form.errors else 200


@bp.route("/admin/units/<int:unit_id>", methods=["GET", "POST"])
def unit(unit_id: int) -> ResponseReturnValue:
    """Rename or move a unit."""
    row = accounts_queries.unit_or_404(unit_id)
    form = UnitForm(obj=row)
    if form.validate_on_submit():
        with shown_in(form, AT_PARENT):
            accounts.change_unit(row, name=typed(form.name), parent=_parent(form), actor=me())
            flash(_("The changes were saved."), "success")
            return redirect(url_for(".units"))
    page = render_template(
        "admin/unit.html", form=form, unit=row, in_use=accounts_queries.unit_in_use(row)
    )
    return page, REFUSED if form.errors else 200


@bp.post("/admin/units/<int:unit_id>/close")
def unit_close(unit_id: int) -> ResponseReturnValue:
    """Close a unit that nobody is in."""
    row = accounts_queries.unit_or_404(unit_id)
    accounts.close_unit(row, actor=me())
    flash(_("%(name)s was closed.", name=row.name), "success")
    return redirect(url_for(".units"))


def _parent(form: UnitForm) -> OrgUnit | None:
    number = form.parent_id.data
    return None if number is None else accounts_queries.unit_or_404(number)
