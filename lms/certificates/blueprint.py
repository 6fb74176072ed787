"""The blueprint of the certificate pages; the modules beside this one put them on it."""

from flask import Blueprint, Response, make_response

from lms.certificates import snapshot
from lms.certificates.privacy import Privacy
from lms.certificates.queries import Shown
from lms.certificates.words import PRIVACY, PROBLEMS, REASONS, STATES
from lms.core import site

bp = Blueprint("certificates", __name__)


@bp.context_processor
def words() -> dict[str, object]:
    """Give templates the words of states, reasons and problems, and the address to share."""
    return {
        "STATES": STATES,
        "REASONS": REASONS,
        "PROBLEMS": PROBLEMS,
        "PRIVACY": PRIVACY,
        "share_url": share_url,
        "page_url": page_url,
    }


def share_url(shown: Shown) -> str:
    """Return the address that a holder gives to others; "" while they share nothing."""
    if shown.privacy is Privacy.CODE:
        return snapshot.verify_url(shown.serial, shown.token)
    return page_url(shown) if shown.privacy is Privacy.PUBLIC else ""


def page_url(shown: Shown) -> str:
    """Return the address of the public page, without a code."""
    return f"{site.settings().base_url}/v/{shown.serial}"


def public(page: str | Response, status: int = 200) -> Response:
    """Return a page that no cache keeps and no search engine lists."""
    reply = make_response(page, status)
    reply.headers["X-Robots-Tag"] = "noindex, nofollow"
    reply.headers["Cache-Control"] = "no-store"
    return reply


def private(page: str | Response, status: int = 200) -> Response:
    """Return a page or file that the next person at this computer must not find in a cache."""
    reply = make_response(page)
    if isinstance(page, str):
        reply.status_code = status
    reply.headers["Cache-Control"] = "no-store"
    return reply
