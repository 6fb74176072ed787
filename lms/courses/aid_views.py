"""Pages of the job aids: the list, and each sheet on one page to print."""

from flask import render_template

from lms.accounts.login import me
from lms.courses.aids import aid_for, aids_for
from lms.courses.blueprint import bp


@bp.get("/aids")
def aids() -> str:
    """List the sheets."""
    return render_template("courses/aids.html", sheets=aids_for(me()))


@bp.get("/aids/<code>")
def aid(code: str) -> str:
    """Show one sheet."""
    return render_template("courses/aid.html", sheet=aid_for(me(), code))
