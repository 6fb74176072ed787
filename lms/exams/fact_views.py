"""What a sitter's page says has happened, and the trainer's page of one sitting."""

from flask import Response, jsonify, render_template, request

from lms.accounts.login import me
from lms.core import clock
from lms.exams import noting
from lms.exams.blueprint import bp
from lms.exams.fact_words import all_words, fact_words
from lms.exams.rules.settings import ExamRules
from lms.exams.sittings import token


@bp.post("/attempts/<int:attempt_id>/facts")
def note_facts(attempt_id: int) -> Response:
    """Note how often the page was left and something was pasted: ``{"left": 1, "pasted": 0}``."""
    sent = request.get_json(silent=True)
    given = sent if isinstance(sent, dict) else {}
    counts = {each: given.get(each.value) for each in noting.FROM_PAGES}
    whole = {kind: count for kind, count in counts.items() if type(count) is int}
    noting.note(attempt_id, whole, client=token(attempt_id), actor=me())
    return jsonify(noted=True)


@bp.get("/studio/attempts/<int:attempt_id>")
def sitting(attempt_id: int) -> str:
    """Show what happened around a sitting."""
    sat = noting.sat_or_404(me(), attempt_id)
    return render_template(
        "exams/sitting.html",
        attempt=sat.attempt,
        rules=ExamRules.read(sat.attempt.version.settings),
        facts=sat.facts,
        summary=all_words(noting.counted(sat.facts)),
        fact_words=fact_words,
        now=clock.now(),
    )
