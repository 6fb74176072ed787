"""Pages of the job aids: the list, and each sheet on one page to print."""

from flask import render_template

from lms.accounts.login import me
from lms.courses import handouts
from lms.courses.blueprint import bp


@bp.get("/aids")
def aids() -> str:
    """List the sheets."""
    return render_template("courses/aids.html", sheets=handouts.aids_for(me()))


@bp.get("/aids/<code>")
def aid(code: str) -> str:
    """Show one sheet."""
    return render_template("courses/aid.html", sheet=handouts.aid_for(me(), code))
