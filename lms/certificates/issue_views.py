"""Certificates by hand, for one person or for many."""

from http import HTTPStatus

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.accounts.login import me
from lms.certificates import choosing, queries, services
from lms.certificates.blueprint import bp, private
from lms.certificates.errors import KindRetiredError, NotForThemError, ReasonMissingError
from lms.certificates.forms import IssueForm
from lms.certificates.words import CANDIDATE_PROBLEMS
from lms.core.text import local
from lms.web.i18n import language


@bp.route("/certificates/issue", methods=["GET", "POST"])
def issue() -> ResponseReturnValue:
    """Issue certificates to the people in a list; a job puts their PDFs into one file."""
    form = IssueForm(people=request.args.get("people", ""))
    form.kind.choices = {
        each.code: local(each.settings["title"], language())
        for each in queries.definitions()
        if each.retired_at is None
    }
    refused: list[choosing.Candidate] = []
    if form.validate_on_submit():
        try:
            _issued, job = services.issue(**form.values(), actor=me())
        except NotForThemError:
            refused = _refused(form)
        except ReasonMissingError as error:
            form.reason.errors = [str(error)]
        except KindRetiredError as error:  # since the page was shown
            form.kind.errors = [str(error)]
        else:
            assert job is not None
            return redirect(url_for("work.progress", job_id=job.id))
    is_refused = bool(form.errors or refused)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK
    page = render_template(
        "certificates/issue.html",
        form=form,
        refused=refused,
        most=choosing.MOST,
        PROBLEMS_OF=CANDIDATE_PROBLEMS,
    )
    return private(page, status)


def _refused(form: IssueForm) -> list[choosing.Candidate]:
    values = form.values()
    definition = queries.definition_with(values["definition_code"])
    assert definition is not None  # it is one of the choices
    chosen = choosing.candidates(me(), definition, values["lines"])
    return [each for each in chosen if each.problem is not None]
