"""The editor of an exam as a browser sees it, for tests."""

from typing import Any

from lxml import html
from lxml.html import HtmlElement
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.exams.models import Exam

EDIT, RULES = "/studio/exams/stage-1/edit", "/studio/exams/stage-1/rules"


def tree(page: str) -> HtmlElement:
    return html.document_fromstring(page)


def fields(page: str) -> dict[str, Any]:
    """What a browser would send of the editor's form as it stands."""
    (form,) = tree(page).xpath("//form[contains(@action, '/edit')]")
    sent: dict[str, Any] = {}
    for each in form.xpath(".//input[@name]"):
        if each.get("type") != "checkbox" or "checked" in each.attrib:
            sent.setdefault(each.get("name"), []).append(each.get("value") or "")
    for each in form.xpath(".//select"):
        chosen = each.xpath("./option[@selected]") or each.xpath("./option")
        sent[each.get("name")] = [chosen[0].get("value") or ""]
    return sent


def error_at(page: str, field: str) -> str:
    (error,) = tree(page).xpath(f"//*[@id='{field}-error']")
    assert tree(page).xpath(f"//*[@class='errors']//a[@href='#{field}']")
    return str(error.text_content())


def exam(session: Session) -> Exam:
    session.expire_all()
    return session.scalars(select(Exam).filter_by(code="stage-1")).one()


def published(session: Session) -> dict[str, Any]:
    row = exam(session).published
    assert row is not None
    return row.settings
