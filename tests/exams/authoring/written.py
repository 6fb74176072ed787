"""What a trainer sends and finds, for the tests of questions written on pages."""

import re
from collections.abc import Mapping
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.core.audit import AuditEntry
from lms.exams.authoring import filling
from lms.exams.authoring.fields import Field, Rows, fields_of
from lms.exams.models import Question, QuestionVersion
from lms.exams.rules.kinds import Kind
from tests.exams import papers

NEW = "/studio/questions/new"
KINDS = [each for each in Kind if each is not Kind.CASE]


def version(kind: Kind, **more: Any) -> QuestionVersion:
    """A question of a kind, in memory."""
    stem = papers.text("Fill in ____." if kind is Kind.FILLIN else f"What about {kind}?")
    body = {"stem": stem, "explanation": papers.text("So it is.")} | papers.BODIES[kind] | more
    return QuestionVersion(kind=kind, points=1, difficulty=3, tags=["a", "b"], body=body)


def form_of(kind: Kind, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What a browser sends for a question."""
    filled = values or filling.filled(version(kind))
    sent: dict[str, Any] = {"bank": "Mine", "pool": "practice", "module": "", "lesson": ""}
    for each in fields_of(kind, in_case="case-stem" in filled):
        if isinstance(each, Rows):
            for at, row in enumerate(filled[each.name]):
                sent[f"{each.name}-{at}-row"] = row["row"]
                for one in each.fields:
                    put(sent, one, f"{each.name}-{at}-{one.name}", row.get(one.name, ""))
        else:
            put(sent, each, each.name, filled[each.name])
    return sent


def put(sent: dict[str, Any], field: Field, name: str, value: Any) -> None:
    if field.both:
        sent |= {f"{name}-{key}": each for key, each in (value or {"zh": "", "en": ""}).items()}
    elif field.sort != "tick":
        sent[name] = value
    elif value:
        sent[name] = "1"


def write(client: FlaskClient, kind: Kind = Kind.SINGLE, /, **more: Any) -> str:
    """Write a question; return its code."""
    reply = client.post(f"{NEW}/{kind}", data=form_of(kind) | more)
    assert reply.status_code == 302, reply.text
    return str(reply.location).rpartition("/")[2]


def base_of(client: FlaskClient, code: str) -> str:
    page = client.get(f"/studio/questions/{code}/edit").text
    found = re.search('name="base" value="([^"]+)"', page)
    assert found
    return found[1]


def edit(client: FlaskClient, code: str, sent: dict[str, Any], **more: Any) -> Any:
    given = {"base": base_of(client, code)} | sent | more
    return client.post(f"/studio/questions/{code}/edit", data=given)


def row_of(session: Session, code: str) -> Question:
    session.expire_all()
    return session.scalars(select(Question).filter_by(code=code)).one()


def versions(session: Session, code: str) -> list[QuestionVersion]:
    own = select(QuestionVersion).filter_by(question_id=row_of(session, code).id)
    return list(session.scalars(own.order_by(QuestionVersion.number)))


def audited(session: Session, code: str) -> list[str]:
    own = select(AuditEntry.action).filter_by(object_id=code).order_by(AuditEntry.id)
    return list(session.scalars(own))
