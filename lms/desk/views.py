"""The first page of whoever signs in."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.login import visitor
from lms.accounts.rules import Role
from lms.core import clock
from lms.desk import queries
from lms.desk.blueprint import bp


@bp.get("/home")
def home() -> str | Response:
    """Show a trainee the learning map; lead others to their pages."""
    person = visitor()
    if Role.TRAINEE not in person.roles:
        if person.roles & {Role.HR, Role.ADMIN}:
            return redirect(url_for("admin.people"))
        if Role.TRAINER in person.roles:
            return redirect(url_for("courses.studio"))
        if Role.MANAGER in person.roles:
            return redirect(url_for("desk.team"))
        return render_template("desk/other.html")
    at = clock.now()
    programme, stage = (request.args.get(each) for each in ("programme", "stage"))
    page = queries.map_of(person, programme=programme, stage=stage, at=at)
    name = "desk/map.html" if page else "desk/empty.html"
    return render_template(name, page=page, part=queries.part_of_day(at))
