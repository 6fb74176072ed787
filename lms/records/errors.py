"""Ways in which something about training records can be refused."""

from http import HTTPStatus

from flask_babel import lazy_gettext as _

from lms.core.errors import LmsError


class NobodyError(LmsError):
    """There is nobody whose records could be written."""

    code = "records-nobody"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    message = _(
        "There is nobody to export: no person fits these filters. Remove one of them and try again."
    )


class TooManyError(LmsError):
    """More people than fit into a PDF."""

    code = "records-too-many"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    message = _(
        "A PDF holds up to %(most)d lines, and these are %(count)d. Export them as XLSX or CSV, or "
        "narrow the filters."
    )


class IncompleteError(LmsError):
    """Not as many rows could be read as there were; no file is better than half of one."""

    code = "records-incomplete"
    message = _(
        "The export was stopped: %(count)d rows were found and %(read)d could be read. Nothing was "
        "written. Try again; if it happens once more, tell the administrator."
    )
