"""The manager's first page."""

from flask import render_template, request

from lms.accounts.login import me
from lms.core.paging import PAGE_SIZE, Page
from lms.desk.blueprint import bp
from lms.desk.rules import Show
from lms.desk.team import team_of
from lms.desk.words import NEED_LOOKS, SHOW_WORDS
from lms.records.words import stage_words


@bp.get("/team")
def team() -> str:
    """Show a manager who keeps up, who does not and why."""
    found = team_of(me())
    show = next((each for each in Show if each.value == request.args.get("show")), Show.ALL)
    members = found.shown(show)
    pages = max(1, -(-len(members) // PAGE_SIZE))
    number = min(max(1, request.args.get("page", 1, type=int)), pages)
    rows = members[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return render_template(
        "desk/team.html",
        counts=found.counts(),
        show=show,
        shows=SHOW_WORDS,
        page=Page(rows, number, len(members)),
        looks=NEED_LOOKS,
        stage_words=stage_words,
    )
