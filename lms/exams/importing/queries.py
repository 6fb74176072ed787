"""What pages look up about files of questions. Each person sees their own only."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select

from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import db
from lms.core.errors import found
from lms.exams.import_models import QuestionImport, QuestionImportRow
from lms.exams.models import Question
from lms.exams.rules.arrivals import Verdict

RECENT = 5


def import_of(actor: Person, import_id: int) -> QuestionImport:
    """Return an import that the actor asked for and that has not expired; else a 404."""
    own = select(QuestionImport).filter_by(id=import_id, asked_by_id=actor.id)
    return found(db.session.scalar(own.where(QuestionImport.expires_at > clock.now())))


def recent_imports(actor: Person) -> Sequence[QuestionImport]:
    """Return the actor's last imports, latest first."""
    own = select(QuestionImport).filter_by(asked_by_id=actor.id)
    current = own.where(QuestionImport.expires_at > clock.now())
    return db.session.scalars(current.order_by(QuestionImport.id.desc()).limit(RECENT)).all()


def rows_of(import_id: int, verdict: Verdict | None = None) -> Select[QuestionImportRow]:
    """Return the questions of an import, in the order of the file; those of one verdict, if given."""
    query = select(QuestionImportRow).filter_by(import_id=import_id)
    if verdict is not None:
        query = query.where(QuestionImportRow.verdict == verdict)
    return query.order_by(QuestionImportRow.number)


def tally(import_id: int) -> tuple[int, int, int]:
    """Return how many questions of an import are chosen, are in, and are chosen but not in."""
    row = QuestionImportRow
    counted = db.session.execute(
        select(
            func.count().filter(row.is_chosen),
            func.count().filter(row.is_in),
            func.count().filter(row.is_chosen, ~row.is_in),
        ).where(row.import_id == import_id)
    ).one()
    return counted[0], counted[1], counted[2]


def left_to_do(import_id: int) -> Sequence[int]:
    """Return the numbers of the chosen questions that are not in yet."""
    row = QuestionImportRow
    query = select(row.number).where(row.import_id == import_id, row.is_chosen, ~row.is_in)
    return db.session.scalars(query.order_by(row.number)).all()


def bank_names() -> Sequence[str]:
    """Return the names of the banks that imports gave."""
    named = select(Question.bank).where(Question.bank.is_not(None)).distinct()
    return [str(each) for each in db.session.scalars(named.order_by(Question.bank))]
