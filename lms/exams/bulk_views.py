"""The trainer's page on which many questions are changed: chosen, looked at, done."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts.login import me
from lms.core.text import local
from lms.courses.queries import module_titles
from lms.exams.authoring import bulk, bulk_words
from lms.exams.authoring.bulk import Change, Order, Plan
from lms.exams.authoring.checking import EASIEST, HARDEST, LONGEST_TAG
from lms.exams.blueprint import bp
from lms.exams.errors import PlanChangedError
from lms.exams.holdings import Wanted
from lms.exams.importing import words as names
from lms.exams.models import Pool
from lms.web.i18n import language


@bp.post("/studio/questions/together")
def bank_bulk() -> ResponseReturnValue:
    """Choose a change for questions, see what it would do, do it."""
    wanted, is_all = Wanted.read(request.args), request.form.get("which") == "all"
    codes = bulk.fitting(wanted) if is_all else bulk.chosen(request.form.getlist("code"))
    if not codes:
        flash(_("No question is ticked. Tick those that shall be changed."), "warning")
        return redirect(url_for(".bank_list", **wanted.asked))
    act = request.form.get("act", "")
    if act not in {*Change, "apply"}:
        return _page(wanted, codes)
    change = request.form.get("change", "") if act == "apply" else act
    order = _order(change, request.form.get("value" if act == "apply" else change, ""))
    if order is None:
        wrong = {change: _("Choose or write what it shall be.")}
        return _page(wanted, codes, wrong=wrong), HTTPStatus.UNPROCESSABLE_ENTITY
    if act != "apply":
        return _page(wanted, codes, bulk.plan(codes, order))
    return _applied(wanted, codes, order)


def _applied(wanted: Wanted, codes: Sequence[str], order: Order) -> ResponseReturnValue:
    try:
        done = bulk.apply(codes, order, request.form.get("mark", ""), actor=me())
    except PlanChangedError as error:
        found = bulk.plan(codes, order)
        return _page(wanted, codes, found, wrong={"": str(error)}), HTTPStatus.CONFLICT
    flash(bulk_words.changed(len(done.will) + len(done.along)), "success")
    return redirect(url_for(".bank_list", **wanted.asked))


def _order(change: str, value: str) -> Order | None:
    """Return what is to be done; None if it does not say to what."""
    if change not in set(Change):
        return None
    said, asked = value.strip(), Change(change)
    is_known = {
        Change.POOL: said in {Pool.EXAM, Pool.PRACTICE},
        Change.UNIT: said == "" or said in module_titles(),
        Change.DIFFICULTY: said in map(str, range(EASIEST, HARDEST + 1)),
        Change.RETIRE: True,
    }.get(asked, 0 < len(said) <= LONGEST_TAG and "," not in said and "，" not in said)
    return Order(asked, "" if asked is Change.RETIRE else said) if is_known else None


def _page(
    wanted: Wanted,
    codes: Sequence[str],
    plan: Plan | None = None,
    *,
    wrong: dict[str, str] | None = None,
) -> str:
    titles = module_titles().items()
    return render_template(
        "exams/bank_bulk.html",
        wanted=wanted,
        codes=codes,
        which=request.form.get("which", ""),
        plan=plan,
        wrong=wrong or {},
        words=bulk_words,
        changing=bulk_words.changing,
        said=bulk_words.said(plan.order, names.POOLS) if plan else "",
        typed=request.form,
        offers={
            "pool": [(each.value, names.POOLS[each]) for each in (Pool.EXAM, Pool.PRACTICE)],
            "unit": [
                ("", _("No module")),
                *((code, f"{code} · {local(title, language())}") for code, title in titles),
            ],
            "difficulty": [(str(n), str(n)) for n in range(EASIEST, HARDEST + 1)],
        },
    )
