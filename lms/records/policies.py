"""What the state of a printed record allows. Each answers yes or no and changes nothing."""

from datetime import datetime

from lms.records.models import RecordPdf


def may_download(row: RecordPdf, at: datetime) -> bool:
    """While it is kept."""
    return at < row.expires_at
