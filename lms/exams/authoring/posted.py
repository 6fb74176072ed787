"""What stands in the form of a question: read from a request, with rows added, moved, taken out."""

import re
from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from lms.core.placeholders import LANGUAGES
from lms.exams.authoring.fields import MOST_ROWS, Field, Rows, Sort

Values = dict[str, Any]
"""Field -> text, a tick, texts by language, or a list of values; rows -> the values of each."""
ROW = "row"
"""Stands beside the fields of each row: which sort of row it is."""


def read(form: MultiDict[str, str], fields: Sequence[Field | Rows]) -> Values:
    """Return what was typed, all of it, however wrong it may be."""
    return {
        each.name: _rows(form, each) if isinstance(each, Rows) else _value(form, each, each.name)
        for each in fields
    }


def begun(fields: Sequence[Field | Rows]) -> Values:
    """Return what a new question begins with."""
    return {
        each.name: [row(each, "") for _number in range(each.start)]
        if isinstance(each, Rows)
        else _usual(each)
        for each in fields
    }


def row(rows: Rows, variant: str) -> Values:
    """Return the values of a new row."""
    return {each.name: _usual(each) for each in rows.fields} | {ROW: variant}


def changed(values: Values, fields: Sequence[Field | Rows], act: str) -> str:
    """Do what a button of the rows says; return the id of what to look at next, empty for nothing.

    Args:
        values: what was typed; rows are added, moved or taken out in place.
        fields: of the form.
        act: ``add-options``, ``add-gaps-list``, ``drop-options-2``, ``up-options-2``.
    """
    for rows in (each for each in fields if isinstance(each, Rows)):
        what, _dash, rest = act.partition(f"-{rows.name}")
        if not _dash or rest[:1] not in {"", "-"}:
            continue
        found, said = values[rows.name], rest.removeprefix("-")
        if what == "add" and said in rows.add and len(found) < rows.most:
            found.append(row(rows, said))
            return f"{rows.name}-{len(found) - 1}"
        if said.isdecimal() and int(said) < len(found):
            return _moved(rows, found, what, int(said))
    return ""


def _moved(rows: Rows, found: list[Values], what: str, at: int) -> str:
    if what == "drop":
        del found[at]
        return f"{rows.name}-{min(at, len(found) - 1)}" if found else rows.name
    to = at - 1 if what == "up" else at + 1
    if what in {"up", "down"} and 0 <= to < len(found):
        found[at], found[to] = found[to], found[at]
        return f"{rows.name}-{to}"
    return ""


def _usual(field: Field) -> Any:
    if field.both:
        return dict.fromkeys(LANGUAGES, "")
    return [] if field.sort is Sort.SEVERAL else field.usual


def _rows(form: MultiDict[str, str], rows: Rows) -> list[Values]:
    marks = (re.fullmatch(rf"{re.escape(rows.name)}-(\d{{1,3}})-{ROW}", name) for name in form)
    numbers = sorted({int(mark[1]) for mark in marks if mark})[:MOST_ROWS]
    return [
        {each.name: _value(form, each, f"{rows.name}-{number}-{each.name}") for each in rows.fields}
        | {ROW: form.get(f"{rows.name}-{number}-{ROW}", "")}
        for number in numbers
    ]


def _value(form: MultiDict[str, str], field: Field, name: str) -> Any:
    if field.both:
        return {each: _text(form, f"{name}-{each}") for each in LANGUAGES}
    if field.sort is Sort.TICK:
        return name in form
    if field.sort is Sort.SEVERAL:
        return [each for each in form.getlist(name) if each in field.choices]
    return _text(form, name)


def _text(form: MultiDict[str, str], name: str) -> str:
    return form.get(name, "").replace("\r\n", "\n")
