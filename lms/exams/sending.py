"""Sending files that were handed in."""

from werkzeug.wrappers import Response

from lms.core import storage
from lms.core.text import filename
from lms.courses.upload_rules import FORMS, Kind
from lms.exams.models import ResponseFile
from lms.web.files import send_path


def sent(row: ResponseFile) -> Response:
    """Send a file that was handed in, to be looked at where a browser can do so safely."""
    return send_path(
        storage.path_of(row.sha256),
        mime=row.mime,
        name=f"{filename(row.name, f'file-{row.id}')}.{row.suffix}",
        etag=row.sha256,
        is_shown=FORMS[row.suffix].kind is not Kind.OFFICE,
    )
