"""Reports as JSON and back: what a reader in another process says, and what is kept of it."""

import base64
import dataclasses
import enum
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from lms.exams.exchange.question import (
    Blank,
    Form,
    Number,
    Option,
    Pair,
    Picture,
    Question,
    Sort,
)
from lms.exams.exchange.report import Problem, Report, Severity


def of_report(report: Report) -> dict[str, Any]:
    """Return a report as JSON values; each picture once, however many questions show it."""
    pictures = {each.name: base64.b64encode(each.content).decode()
                for question in report.questions for each in question.pictures}  # fmt: skip
    return {
        "format": report.format,
        "pictures": pictures,
        "questions": [of_question(each) for each in report.questions],
        "problems": [
            {"where": each.where, "severity": each.severity.value, "code": each.code,
             "values": {key: _plain(value) for key, value in each.values.items()}}
            for each in report.problems
        ],
    }  # fmt: skip


def of_question(question: Question) -> dict[str, Any]:
    """Return a question as JSON values; what is empty is left out, of pictures all but the name."""
    found: dict[str, Any] = _plain(question)
    return found


def report(found: Mapping[str, Any]) -> Report:
    """Return a report from what `of_report` made."""
    pictures = {name: Picture(name, base64.b64decode(content))
                for name, content in found["pictures"].items()}  # fmt: skip
    return Report(
        found["format"],
        [question(each, pictures) for each in found["questions"]],
        [Problem(each["where"], Severity(each["severity"]), each["code"], each["values"])
         for each in found["problems"]],
    )  # fmt: skip


def question(found: Mapping[str, Any], pictures: Mapping[str, Picture]) -> Question:
    """Return a question from what `of_question` made, and the pictures by their names."""
    given = dict(found)
    given["sort"] = Sort(given["sort"])
    if "points" in given:
        given["points"] = Decimal(given["points"])
    makers: dict[str, Callable[[Any], object]] = {
        "options": _option, "blanks": _blank, "pairs": _pair, "tags": str,
        "parts": partial(question, pictures=pictures), "pictures": pictures.__getitem__,
    }  # fmt: skip
    for name, maker in makers.items():
        if name in given:
            given[name] = tuple(map(maker, given[name]))
    return Question(**given)


def _option(found: Mapping[str, Any]) -> Option:
    return Option(**_shared(found))


def _pair(found: Mapping[str, Any]) -> Pair:
    return Pair(**found)


def _blank(found: Mapping[str, Any]) -> Blank:
    return Blank(
        tuple(Form(**_shared(each)) for each in found.get("forms", ())),
        tuple(_number(each) for each in found.get("numbers", ())),
        tuple(_option(each) for each in found.get("options", ())),
    )


def _number(found: Mapping[str, Any]) -> Number:
    given = _shared(found)
    given["value"] = Decimal(given["value"])
    if "tolerance" in given:
        given["tolerance"] = Decimal(given["tolerance"])
    return Number(**given)


def _shared(found: Mapping[str, Any]) -> dict[str, Any]:
    given = dict(found)
    if "share" in given:
        given["share"] = Fraction(given["share"])
    return given


def _plain(value: Any) -> Any:
    """Return a value as JSON has it; of a dataclass, the fields that are not as by default."""
    if dataclasses.is_dataclass(value) and not isinstance(value, Picture):
        fields = dataclasses.fields(value)
        given = ((each, getattr(value, each.name)) for each in fields)
        return {each.name: _plain(own) for each, own in given if own != each.default}
    match value:
        case Picture():
            return value.name  # the report has its content
        case enum.Enum():
            return value.value
        case Decimal() | Fraction():
            return str(value)
        case tuple() | list():
            return [_plain(each) for each in value]
        case _:
            return value
