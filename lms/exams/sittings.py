"""Which attempts this browser may save to: kept in its session cookie."""

from flask import session as cookie

COOKIE = "sittings"
"""In the session: attempt id -> the token with which this browser may save."""


def token(attempt_id: int) -> str:
    """Return the token of this browser; empty if it has none."""
    return str(cookie.get(COOKIE, {}).get(str(attempt_id), ""))


def remember(attempt_id: int, client: str) -> None:
    """Let this browser save; only the latest few attempts are kept in the cookie."""
    known = dict(list(cookie.get(COOKIE, {}).items())[-3:])
    cookie[COOKIE] = known | {str(attempt_id): client}
