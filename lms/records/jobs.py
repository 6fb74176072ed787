"""Deferred work on training records."""

from lms.accounts.models import Person
from lms.core import clock, storage
from lms.core.db import db
from lms.core.queue import Effect, handler
from lms.records import document, queries, snapshot
from lms.records.models import RecordPdf


@handler("records.render")
def render(pdf_id: int) -> Effect:
    """Print a record as it is now; the effect keeps the bytes and their hash."""
    row = db.session.get(RecordPdf, pdf_id)
    if row is None:  # expired before anyone came to make it
        return lambda: None
    chain = queries.chain_of(row.person_id)
    printed = snapshot.assemble(db.session.get_one(Person, row.person_id), chain, row.locale)
    db.session.rollback()  # the read is over: rendering takes a while and should hold nothing
    content = document.render(printed)

    def keep() -> None:
        made = db.session.get(RecordPdf, pdf_id)
        if made is None or made.made_at is not None:
            return
        made.content, made.sha256 = content, storage.sha256(content)
        made.entries_count, made.made_at = len(chain.links), clock.now()

    return keep
