"""How the page of a sitting goes on when its person has signed in again in the same browser."""

import hmac

from flask import Response, jsonify, request
from flask_wtf.csrf import generate_csrf

from lms.accounts.login import me
from lms.exams import queries
from lms.exams.blueprint import bp
from lms.exams.errors import TakenOverError
from lms.exams.sittings import remember

PAGE = "X-Page"
"""Header in which a page says by which token of its attempt it may save."""


@bp.get("/attempts/<int:attempt_id>/again")
def again(attempt_id: int) -> Response:
    """Give a page what it needs to send again: a new sign-in has taken both from the browser.

    To its own person only, and only as long as no other page has taken over. Of an attempt that
    is over, nothing but the token against forgery: what was not sent in time goes as evidence.
    """
    attempt = queries.attempt_of(me(), attempt_id)
    if attempt.is_open:
        if not hmac.compare_digest(request.headers.get(PAGE, "").encode(), attempt.client.encode()):
            raise TakenOverError
        remember(attempt.id, attempt.client)
    return jsonify(csrf=generate_csrf())
